-- What governors found and decided.
CREATE TABLE safety_events (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL, agent_id TEXT NOT NULL, thread_id TEXT NOT NULL, run_id TEXT NOT NULL,
  user_id TEXT NOT NULL, detector TEXT NOT NULL, action TEXT NOT NULL, severity TEXT NOT NULL, detail BLOB NOT NULL,
  meta BLOB NOT NULL, tool_name TEXT NOT NULL, tool_call_id TEXT NOT NULL, created_us BIGINT NOT NULL) WITHOUT ROWID;
CREATE INDEX safety_events_recent ON safety_events (env_id, created_us, id);

-- What model calls used and cost: one row a run, purpose and model, written with the run's end.
CREATE TABLE usage_records (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, purpose TEXT NOT NULL, model TEXT NOT NULL, agent_id TEXT NOT NULL,
  user_id TEXT NOT NULL, input_tokens BIGINT, output_tokens BIGINT, cached_tokens BIGINT, cache_write_tokens BIGINT,
  reasoning_tokens BIGINT, cost_micro_usd BIGINT, created_us BIGINT NOT NULL,
  PRIMARY KEY (env_id, run_id, purpose, model)) WITHOUT ROWID;
CREATE INDEX usage_records_recent ON usage_records (env_id, created_us);

-- The summary that stands for the older part of a long thread, and the last message that it covers.
ALTER TABLE threads ADD COLUMN summary BLOB;
ALTER TABLE threads ADD COLUMN summary_until_us BIGINT;
ALTER TABLE threads ADD COLUMN summary_until_id TEXT;
