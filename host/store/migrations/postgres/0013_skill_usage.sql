-- What calls of skills' tools used and cost: one row a call, written with its end.
CREATE TABLE skill_usage (
  env_id TEXT NOT NULL, id TEXT NOT NULL, run_id TEXT NOT NULL, thread_id TEXT NOT NULL, agent_id TEXT NOT NULL,
  user_id TEXT NOT NULL, skill TEXT NOT NULL, tool TEXT NOT NULL, provider TEXT NOT NULL, failed BIGINT NOT NULL,
  input_units BIGINT NOT NULL, output_units BIGINT NOT NULL, cost_micro_usd BIGINT NOT NULL, latency_us BIGINT NOT NULL,
  created_us BIGINT NOT NULL, PRIMARY KEY (env_id, id));
CREATE INDEX skill_usage_time ON skill_usage (env_id, created_us);

CALL platos_build_wall('skill_usage');
