-- What people do with threads besides talking in them.
ALTER TABLE threads ADD COLUMN tags BLOB;
ALTER TABLE threads ADD COLUMN pinned_us BIGINT;
ALTER TABLE threads ADD COLUMN parent_id TEXT;
ALTER TABLE threads ADD COLUMN forked_from_id TEXT;
CREATE INDEX threads_forks ON threads (env_id, parent_id) WHERE parent_id IS NOT NULL;
-- Tags as keyed hashes: to find threads by one.
CREATE TABLE thread_tags (
  env_id TEXT NOT NULL, tag TEXT NOT NULL, thread_id TEXT NOT NULL, PRIMARY KEY (env_id, tag, thread_id)) WITHOUT ROWID;
CREATE INDEX thread_tags_thread ON thread_tags (env_id, thread_id);

-- Replies hang on a message of the thread; revisions take the place of one.
ALTER TABLE messages ADD COLUMN reply_to_id TEXT;
ALTER TABLE messages ADD COLUMN reply_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN edit_parent_id TEXT;
ALTER TABLE messages ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
CREATE INDEX messages_replies ON messages (env_id, reply_to_id, created_us, id) WHERE reply_to_id IS NOT NULL;
CREATE TABLE message_ratings (
  env_id TEXT NOT NULL, message_id TEXT NOT NULL, user_id TEXT NOT NULL, rating BIGINT NOT NULL, comment BLOB NOT NULL,
  created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL, PRIMARY KEY (env_id, message_id, user_id)) WITHOUT ROWID;

-- Which variable of the environment holds a key of which provider. The keys themselves stand in environment_variables.
CREATE TABLE provider_keys (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL, provider TEXT NOT NULL, label TEXT NOT NULL, variable TEXT NOT NULL,
  is_default BIGINT NOT NULL, created_by TEXT NOT NULL, created_us BIGINT NOT NULL, last_used_us BIGINT,
  UNIQUE (env_id, provider, variable));
CREATE TABLE provider_settings (
  env_id TEXT NOT NULL, provider TEXT NOT NULL, is_enabled BIGINT, linked_us BIGINT,
  PRIMARY KEY (env_id, provider)) WITHOUT ROWID;
