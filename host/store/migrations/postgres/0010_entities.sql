-- Entities that connect: found by their secret, and which agents may use what they offer.
ALTER TABLE entities ADD COLUMN linked_agents TEXT NOT NULL DEFAULT '';
CREATE INDEX entities_secret ON entities (secret_hash);
CREATE INDEX entities_former_secret ON entities (former_hash) WHERE former_hash IS NOT NULL;

-- An entity in an environment: when and with which host it was connected last. The revision
-- rises with each change of its tools.
CREATE TABLE entity_links (
  env_id TEXT NOT NULL, entity_id TEXT NOT NULL, host_id TEXT NOT NULL,
  connected_us BIGINT NOT NULL, revision BIGINT NOT NULL,
  PRIMARY KEY (env_id, entity_id));
CREATE TABLE entity_tools (
  env_id TEXT NOT NULL, entity_id TEXT NOT NULL, name TEXT NOT NULL, definition BYTEA NOT NULL,
  created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL, PRIMARY KEY (env_id, entity_id, name));

CALL platos_build_wall('entity_links');
CALL platos_build_wall('entity_tools');
