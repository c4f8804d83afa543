-- What is set about single tools of an environment, by the name that models see. Empty texts and 0: nothing is.
CREATE TABLE tool_settings (
  env_id TEXT NOT NULL, tool TEXT NOT NULL, enabled BIGINT NOT NULL, permission TEXT NOT NULL, effect TEXT NOT NULL,
  timeout_ms BIGINT NOT NULL, updated_by TEXT NOT NULL, updated_us BIGINT NOT NULL,
  PRIMARY KEY (env_id, tool)) WITHOUT ROWID;
-- Rules of an environment about many tools, in their order.
CREATE TABLE tool_rules (
  env_id TEXT NOT NULL, number BIGINT NOT NULL, pattern TEXT NOT NULL, permission TEXT NOT NULL,
  PRIMARY KEY (env_id, number)) WITHOUT ROWID;

-- Every call of a tool, of turns and of people who try one.
CREATE TABLE tool_audit (
  env_id TEXT NOT NULL, id TEXT NOT NULL, run_id TEXT NOT NULL, thread_id TEXT NOT NULL, agent_id TEXT NOT NULL,
  user_id TEXT NOT NULL, source TEXT NOT NULL, instance TEXT NOT NULL, tool TEXT NOT NULL, model_name TEXT NOT NULL,
  effect TEXT NOT NULL, status TEXT NOT NULL, error_code TEXT NOT NULL, latency_us BIGINT NOT NULL,
  trace_id TEXT NOT NULL, replay_of TEXT NOT NULL, arguments BLOB NOT NULL, result BLOB NOT NULL,
  created_us BIGINT NOT NULL, PRIMARY KEY (env_id, id)) WITHOUT ROWID;
CREATE INDEX tool_audit_time ON tool_audit (env_id, created_us, id);
CREATE INDEX tool_audit_tool ON tool_audit (env_id, model_name, created_us);
CREATE INDEX tool_audit_run ON tool_audit (env_id, run_id, created_us);

-- Results that were too long for a model, whole.
CREATE TABLE tool_results (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, call_id TEXT NOT NULL, text BLOB NOT NULL, bytes BIGINT NOT NULL,
  created_us BIGINT NOT NULL, PRIMARY KEY (env_id, run_id, call_id)) WITHOUT ROWID;

-- Who said what became of a call whose outcome nobody knew.
ALTER TABLE tool_calls ADD COLUMN settled_by TEXT;
