-- Data keys, each wrapped by the master key, which is not in the database.
CREATE TABLE data_keys (
  number BIGINT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES organizations(id), master_id TEXT NOT NULL,
  wrapped TEXT NOT NULL, created_us BIGINT NOT NULL);
CREATE INDEX data_keys_org ON data_keys (org_id);

-- A user may belong to several organizations.
CREATE TABLE memberships (
  org_id TEXT NOT NULL REFERENCES organizations(id), user_id TEXT NOT NULL, role TEXT NOT NULL,
  created_us BIGINT NOT NULL, PRIMARY KEY (org_id, user_id)) WITHOUT ROWID;
CREATE INDEX memberships_user ON memberships (user_id);
INSERT INTO memberships (org_id, user_id, role, created_us) SELECT org_id, id, role, created_us FROM users;
ALTER TABLE users RENAME TO users_3;
CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, created_us BIGINT NOT NULL);
INSERT INTO users (id, name, email, created_us) SELECT id, name, email, created_us FROM users_3;
DROP TABLE users_3;

-- Credentials. Keys and tokens are kept as hashes; secrets that sign must be read again and are sealed.
CREATE TABLE access_keys (
  env_id TEXT PRIMARY KEY REFERENCES environments(id), key_hash TEXT NOT NULL UNIQUE, prefix TEXT NOT NULL,
  origins TEXT NOT NULL, created_us BIGINT NOT NULL, last_used_us BIGINT);
CREATE TABLE personal_access_tokens (
  id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES organizations(id), user_id TEXT NOT NULL REFERENCES users(id),
  name TEXT NOT NULL, prefix TEXT NOT NULL, token_hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
  created_us BIGINT NOT NULL, expires_us BIGINT, last_used_us BIGINT, revoked_us BIGINT);
CREATE INDEX personal_access_tokens_org ON personal_access_tokens (org_id, created_us);
CREATE TABLE entities (
  id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES organizations(id),
  project_id TEXT NOT NULL REFERENCES projects(id), entity_id TEXT NOT NULL, name TEXT NOT NULL, origins TEXT NOT NULL,
  secret BLOB NOT NULL, secret_hash TEXT NOT NULL, former_secret BLOB, former_hash TEXT, former_until_us BIGINT,
  created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL, UNIQUE (org_id, project_id, entity_id));

-- What customers' users are called, and what is set for an environment.
CREATE TABLE end_users (
  env_id TEXT NOT NULL, id TEXT NOT NULL, profile BLOB NOT NULL, created_us BIGINT NOT NULL, last_seen_us BIGINT NOT NULL,
  PRIMARY KEY (env_id, id)) WITHOUT ROWID;
CREATE TABLE environment_variables (
  env_id TEXT NOT NULL, name TEXT NOT NULL, is_secret BIGINT NOT NULL, value BLOB NOT NULL, updated_us BIGINT NOT NULL,
  PRIMARY KEY (env_id, name)) WITHOUT ROWID;

-- Who did what to credentials and to the organization. Rows are only added.
CREATE TABLE audit_log (
  id TEXT PRIMARY KEY, org_id TEXT NOT NULL, env_id TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  subject TEXT NOT NULL, detail BLOB NOT NULL, address TEXT NOT NULL, request_id TEXT NOT NULL,
  created_us BIGINT NOT NULL) WITHOUT ROWID;
CREATE INDEX audit_log_recent ON audit_log (org_id, created_us, id);

-- Tables that may hold texts from before there were keys; the daemon seals them and takes the row away.
CREATE TABLE unsealed_tables (name TEXT PRIMARY KEY);
INSERT INTO unsealed_tables (name) SELECT 'agent_versions' WHERE EXISTS (SELECT 1 FROM agent_versions);
INSERT INTO unsealed_tables (name) SELECT 'threads' WHERE EXISTS (SELECT 1 FROM threads);
INSERT INTO unsealed_tables (name) SELECT 'messages' WHERE EXISTS (SELECT 1 FROM messages);
INSERT INTO unsealed_tables (name) SELECT 'runs' WHERE EXISTS (SELECT 1 FROM runs);
INSERT INTO unsealed_tables (name) SELECT 'run_journal' WHERE EXISTS (SELECT 1 FROM run_journal);
INSERT INTO unsealed_tables (name) SELECT 'run_stream' WHERE EXISTS (SELECT 1 FROM run_stream);
INSERT INTO unsealed_tables (name) SELECT 'tool_calls' WHERE EXISTS (SELECT 1 FROM tool_calls);
INSERT INTO unsealed_tables (name) SELECT 'safety_events' WHERE EXISTS (SELECT 1 FROM safety_events);
