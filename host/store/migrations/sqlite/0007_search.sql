-- Full-text search over messages: where each one stands that can be found, and keyed hashes of its words. Both are made
-- in the background, also of messages from before.
CREATE TABLE search_documents (
  doc INTEGER PRIMARY KEY, env_id TEXT NOT NULL, user_id TEXT NOT NULL, number BIGINT NOT NULL, agent_id TEXT NOT NULL,
  thread_id TEXT NOT NULL, message_id TEXT NOT NULL, length BIGINT NOT NULL, repeated TEXT NOT NULL,
  created_us BIGINT NOT NULL);
CREATE UNIQUE INDEX search_documents_message ON search_documents (env_id, message_id);
-- Its row ids are those of search_documents. What a document had when it was taken out stays, and leads nowhere.
CREATE VIRTUAL TABLE search_words USING fts5(words, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
CREATE TABLE search_users (
  env_id TEXT NOT NULL, user_id TEXT NOT NULL, documents BIGINT NOT NULL, words BIGINT NOT NULL,
  PRIMARY KEY (env_id, user_id)) WITHOUT ROWID;
-- Messages that were looked at while their turn was under way.
CREATE TABLE search_awaited (
  env_id TEXT NOT NULL, message_id TEXT NOT NULL, PRIMARY KEY (env_id, message_id)) WITHOUT ROWID;

-- One row: which messages were looked at, by the order in which they were inserted.
CREATE TABLE search_progress (
  revision BIGINT NOT NULL, documents BIGINT NOT NULL, seen BIGINT NOT NULL, seen_id TEXT NOT NULL,
  fence BIGINT NOT NULL, fence_xid TEXT NOT NULL, lease_owner TEXT NOT NULL, lease_until_us BIGINT NOT NULL);
INSERT INTO search_progress VALUES (0, 0, 0, '', 0, '0', '', 0);
