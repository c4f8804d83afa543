-- The schema that SQLite has after its migration 3. Keys begin with the environment: without statistics the planner would
-- take any index that does, and read all rows of the environment. A BYTEA that can hold user, model or tool text begins with its form.

CREATE TABLE organizations (
  id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL, created_us BIGINT NOT NULL);
CREATE TABLE projects (
  id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES organizations(id), slug TEXT NOT NULL, name TEXT NOT NULL,
  created_us BIGINT NOT NULL, UNIQUE (org_id, slug));
CREATE TABLE environments (
  id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES organizations(id),
  project_id TEXT NOT NULL REFERENCES projects(id), slug TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL,
  created_us BIGINT NOT NULL, UNIQUE (project_id, slug));
CREATE TABLE users (
  id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES organizations(id), role TEXT NOT NULL, name TEXT NOT NULL,
  email TEXT, created_us BIGINT NOT NULL);

CREATE TABLE agents (
  id TEXT NOT NULL, env_id TEXT NOT NULL REFERENCES environments(id), slug TEXT NOT NULL, name TEXT NOT NULL,
  is_active BIGINT NOT NULL, version_id TEXT NOT NULL, created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL,
  deleted_us BIGINT, PRIMARY KEY (env_id, id));
CREATE UNIQUE INDEX agents_slug ON agents (env_id, slug) WHERE deleted_us IS NULL;
CREATE TABLE agent_versions (
  id TEXT NOT NULL, env_id TEXT NOT NULL, agent_id TEXT NOT NULL, number BIGINT NOT NULL,
  created_by TEXT NOT NULL, note BYTEA NOT NULL, snapshot BYTEA NOT NULL, created_us BIGINT NOT NULL,
  UNIQUE (env_id, agent_id, number), PRIMARY KEY (env_id, id),
  FOREIGN KEY (env_id, agent_id) REFERENCES agents (env_id, id));

CREATE TABLE threads (
  id TEXT NOT NULL, env_id TEXT NOT NULL, agent_id TEXT NOT NULL, user_id TEXT NOT NULL, title BYTEA NOT NULL,
  state TEXT NOT NULL, turn_count BIGINT NOT NULL, created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL,
  archived_us BIGINT, summary BYTEA, summary_until_us BIGINT, summary_until_id TEXT,
  revision BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (env_id, id));
CREATE INDEX threads_recent ON threads (env_id, user_id, updated_us);
CREATE INDEX threads_agent ON threads (env_id, agent_id);
CREATE TABLE messages (
  id TEXT NOT NULL, env_id TEXT NOT NULL, thread_id TEXT NOT NULL, run_id TEXT NOT NULL,
  role TEXT NOT NULL, state TEXT NOT NULL, content BYTEA NOT NULL, thinking BYTEA, tool_calls BYTEA, response BYTEA,
  created_us BIGINT NOT NULL, PRIMARY KEY (env_id, id),
  FOREIGN KEY (env_id, thread_id) REFERENCES threads (env_id, id));
CREATE INDEX messages_thread ON messages (env_id, thread_id, created_us, id);

CREATE TABLE runs (
  id TEXT NOT NULL, env_id TEXT NOT NULL, user_id TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
  error_code TEXT, error_message BYTEA, parent_run_id TEXT, agent_id TEXT, version_id TEXT, thread_id TEXT,
  input BYTEA NOT NULL, output BYTEA, seq_reserved BIGINT NOT NULL, lease_owner TEXT, lease_until_us BIGINT,
  fence BIGINT NOT NULL, deadline_us BIGINT NOT NULL, attempt BIGINT NOT NULL, request_id TEXT,
  created_us BIGINT NOT NULL, started_us BIGINT, finished_us BIGINT, PRIMARY KEY (env_id, id));
-- One live turn per thread, whatever the code above it does.
CREATE UNIQUE INDEX runs_live_turn ON runs (env_id, thread_id)
  WHERE kind = 'turn' AND state IN ('running', 'waiting');
CREATE INDEX runs_recent ON runs (env_id, created_us, id);
CREATE INDEX runs_open ON runs (env_id, thread_id, created_us, id) WHERE finished_us IS NULL;
CREATE INDEX runs_ended ON runs (finished_us) WHERE finished_us IS NOT NULL;
CREATE TABLE run_journal (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, n BIGINT NOT NULL, kind TEXT NOT NULL, last_seq BIGINT NOT NULL,
  payload BYTEA NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (env_id, run_id, n));
CREATE TABLE run_stream (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, first_seq BIGINT NOT NULL, last_seq BIGINT NOT NULL,
  flags BIGINT NOT NULL, payload BYTEA NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (env_id, run_id, first_seq));
-- Empty as long as every block has a form that this version reads; looked at when the daemon starts.
CREATE INDEX run_stream_unknown_form ON run_stream (flags) WHERE flags <> 1;

CREATE TABLE tool_calls (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, call_id TEXT NOT NULL, instance TEXT NOT NULL, tool TEXT NOT NULL,
  argument_hash TEXT NOT NULL, effect TEXT NOT NULL, idempotency_key TEXT NOT NULL, state TEXT NOT NULL,
  result BYTEA, started_us BIGINT NOT NULL, settled_us BIGINT, PRIMARY KEY (env_id, run_id, call_id));
CREATE INDEX tool_calls_unknown ON tool_calls (env_id, started_us) WHERE state = 'unknown';
CREATE TABLE timers (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL, run_id TEXT NOT NULL, kind TEXT NOT NULL, due_us BIGINT NOT NULL);
CREATE INDEX timers_due ON timers (due_us);
CREATE INDEX timers_run ON timers (env_id, run_id);
CREATE TABLE idempotency_keys (
  env_id TEXT NOT NULL, user_id TEXT NOT NULL, route TEXT NOT NULL, idempotency_key TEXT NOT NULL,
  body_hash TEXT NOT NULL, run_id TEXT NOT NULL, expires_us BIGINT NOT NULL,
  PRIMARY KEY (env_id, user_id, route, idempotency_key));
CREATE INDEX idempotency_keys_expired ON idempotency_keys (expires_us);

CREATE TABLE safety_events (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL, agent_id TEXT NOT NULL, thread_id TEXT NOT NULL, run_id TEXT NOT NULL,
  user_id TEXT NOT NULL, detector TEXT NOT NULL, action TEXT NOT NULL, severity TEXT NOT NULL, detail BYTEA NOT NULL,
  meta BYTEA NOT NULL, tool_name TEXT NOT NULL, tool_call_id TEXT NOT NULL, created_us BIGINT NOT NULL);
CREATE INDEX safety_events_recent ON safety_events (env_id, created_us, id);
CREATE TABLE usage_records (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, purpose TEXT NOT NULL, model TEXT NOT NULL, agent_id TEXT NOT NULL,
  user_id TEXT NOT NULL, input_tokens BIGINT, output_tokens BIGINT, cached_tokens BIGINT, cache_write_tokens BIGINT,
  reasoning_tokens BIGINT, cost_micro_usd BIGINT, created_us BIGINT NOT NULL,
  PRIMARY KEY (env_id, run_id, purpose, model));
CREATE INDEX usage_records_recent ON usage_records (env_id, created_us);

-- The second wall around tenants: whatever a statement says, it sees and writes the rows of the environment that it runs
-- for, or all of them where the host works for everybody ('*'). Nothing, where nobody said.
CREATE PROCEDURE platos_build_wall(tenant_table TEXT) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('CREATE POLICY wall ON %I USING (env_id = current_setting(''platos.environment'', true) '
                 'OR current_setting(''platos.environment'', true) = ''*'')', tenant_table);
END $$;
CALL platos_build_wall('agents');
CALL platos_build_wall('agent_versions');
CALL platos_build_wall('threads');
CALL platos_build_wall('messages');
CALL platos_build_wall('runs');
CALL platos_build_wall('run_journal');
CALL platos_build_wall('run_stream');
CALL platos_build_wall('tool_calls');
CALL platos_build_wall('timers');
CALL platos_build_wall('idempotency_keys');
CALL platos_build_wall('safety_events');
CALL platos_build_wall('usage_records');
