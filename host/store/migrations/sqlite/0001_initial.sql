-- Tenancy. One default organization, project, environment and user are made at the first start.
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

-- Agents and their versions. A BLOB that can hold user, model or tool text begins with its form: 1 plain.
CREATE TABLE agents (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL REFERENCES environments(id), slug TEXT NOT NULL, name TEXT NOT NULL,
  is_active BIGINT NOT NULL, version_id TEXT NOT NULL, created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL,
  deleted_us BIGINT);
CREATE UNIQUE INDEX agents_slug ON agents (env_id, slug) WHERE deleted_us IS NULL;
CREATE TABLE agent_versions (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL, agent_id TEXT NOT NULL REFERENCES agents(id), number BIGINT NOT NULL,
  created_by TEXT NOT NULL, note BLOB NOT NULL, snapshot BLOB NOT NULL, created_us BIGINT NOT NULL,
  UNIQUE (env_id, agent_id, number));

-- Conversations.
CREATE TABLE threads (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL, agent_id TEXT NOT NULL, user_id TEXT NOT NULL, title BLOB NOT NULL,
  state TEXT NOT NULL, turn_count BIGINT NOT NULL, created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL,
  archived_us BIGINT);
CREATE INDEX threads_recent ON threads (env_id, user_id, updated_us);
CREATE INDEX threads_agent ON threads (env_id, agent_id);
CREATE TABLE messages (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL, thread_id TEXT NOT NULL REFERENCES threads(id), run_id TEXT NOT NULL,
  role TEXT NOT NULL, state TEXT NOT NULL, content BLOB NOT NULL, thinking BLOB, tool_calls BLOB, response BLOB,
  created_us BIGINT NOT NULL);
CREATE INDEX messages_thread ON messages (env_id, thread_id, created_us, id);
CREATE INDEX messages_run ON messages (env_id, run_id);

-- Runs: one row, a journal for the host, a stream of what clients were told.
CREATE TABLE runs (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL, user_id TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
  error_code TEXT, error_message BLOB, parent_run_id TEXT, agent_id TEXT, version_id TEXT, thread_id TEXT,
  input BLOB NOT NULL, output BLOB, seq_reserved BIGINT NOT NULL, lease_owner TEXT, lease_until_us BIGINT,
  fence BIGINT NOT NULL, deadline_us BIGINT NOT NULL, attempt BIGINT NOT NULL, request_id TEXT,
  created_us BIGINT NOT NULL, started_us BIGINT, finished_us BIGINT);
-- One live turn per thread, whatever the code above it does.
CREATE UNIQUE INDEX runs_live_turn ON runs (env_id, thread_id)
  WHERE kind = 'turn' AND state IN ('running', 'waiting');
CREATE INDEX runs_recent ON runs (env_id, created_us, id);
CREATE INDEX runs_thread ON runs (env_id, thread_id, created_us);
CREATE INDEX runs_open ON runs (state, lease_until_us) WHERE state IN ('queued', 'running', 'waiting');
CREATE INDEX runs_ended ON runs (finished_us) WHERE finished_us IS NOT NULL;
CREATE TABLE run_journal (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, n BIGINT NOT NULL, kind TEXT NOT NULL, last_seq BIGINT NOT NULL,
  payload BLOB NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (env_id, run_id, n)) WITHOUT ROWID;
CREATE TABLE run_stream (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, first_seq BIGINT NOT NULL, last_seq BIGINT NOT NULL,
  flags BIGINT NOT NULL, payload BLOB NOT NULL, at_us BIGINT NOT NULL,
  PRIMARY KEY (env_id, run_id, first_seq)) WITHOUT ROWID;
-- Empty as long as every block has a form that this version reads; looked at when the daemon starts.
CREATE INDEX run_stream_unknown_form ON run_stream (flags) WHERE flags <> 1;

-- What tools were asked to do: the effect ledger.
CREATE TABLE tool_calls (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, call_id TEXT NOT NULL, instance TEXT NOT NULL, tool TEXT NOT NULL,
  argument_hash TEXT NOT NULL, effect TEXT NOT NULL, idempotency_key TEXT NOT NULL, state TEXT NOT NULL,
  result BLOB, started_us BIGINT NOT NULL, settled_us BIGINT, PRIMARY KEY (env_id, run_id, call_id)) WITHOUT ROWID;
CREATE INDEX tool_calls_unknown ON tool_calls (env_id, started_us) WHERE state = 'unknown';

CREATE TABLE timers (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL, run_id TEXT NOT NULL, kind TEXT NOT NULL, due_us BIGINT NOT NULL);
CREATE INDEX timers_due ON timers (due_us);
CREATE INDEX timers_run ON timers (env_id, run_id);

CREATE TABLE idempotency_keys (
  env_id TEXT NOT NULL, user_id TEXT NOT NULL, route TEXT NOT NULL, idempotency_key TEXT NOT NULL,
  body_hash TEXT NOT NULL, run_id TEXT NOT NULL, expires_us BIGINT NOT NULL,
  PRIMARY KEY (env_id, user_id, route, idempotency_key)) WITHOUT ROWID;
CREATE INDEX idempotency_keys_expired ON idempotency_keys (expires_us);
