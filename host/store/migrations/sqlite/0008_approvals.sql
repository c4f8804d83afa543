-- What people are asked, and what each of them said.
CREATE TABLE approvals (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL, source TEXT NOT NULL, run_id TEXT NOT NULL, call_id TEXT NOT NULL,
  agent_id TEXT NOT NULL, thread_id TEXT NOT NULL, user_id TEXT NOT NULL, action BLOB NOT NULL, details BLOB NOT NULL,
  tool TEXT NOT NULL, arguments BLOB NOT NULL, schema_json BLOB NOT NULL, edited BLOB, edited_by TEXT NOT NULL,
  request_hash TEXT NOT NULL, needed BIGINT NOT NULL, roles TEXT NOT NULL, timeout_s BIGINT NOT NULL,
  state TEXT NOT NULL, responded_by TEXT NOT NULL, comment BLOB, approvals BIGINT NOT NULL, created_us BIGINT NOT NULL,
  deadline_us BIGINT NOT NULL, resolved_us BIGINT);
CREATE INDEX approvals_newest ON approvals (env_id, created_us, id);
CREATE INDEX approvals_run ON approvals (env_id, run_id);
CREATE INDEX approvals_pending ON approvals (env_id, deadline_us) WHERE state = 'pending';
CREATE TABLE approval_votes (
  env_id TEXT NOT NULL, approval_id TEXT NOT NULL, voter TEXT NOT NULL, approved BIGINT NOT NULL, comment BLOB NOT NULL,
  at_us BIGINT NOT NULL, PRIMARY KEY (env_id, approval_id, voter));
