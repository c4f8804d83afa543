-- Each index that a turn writes to is a page of its commits. A message is found by its id or in its thread; what is open, and
-- never much, by one index. A list of more than two states in a partial index costs a temporary table at each write: SQLite keeps
-- such lists in one.
DROP INDEX messages_run;
DROP INDEX runs_open;
DROP INDEX runs_thread;
CREATE INDEX runs_open ON runs (env_id, thread_id, created_us, id) WHERE finished_us IS NULL;

-- Rises with each accepted turn and with whatever else changes what a turn reads of its thread.
ALTER TABLE threads ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

-- Rows of a kilobyte and more do not fit into the tree of a table without row ids; with one they are appended in order.
DROP INDEX run_stream_unknown_form;
ALTER TABLE run_stream RENAME TO run_stream_1;
CREATE TABLE run_stream (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, first_seq BIGINT NOT NULL, last_seq BIGINT NOT NULL,
  flags BIGINT NOT NULL, payload BLOB NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (env_id, run_id, first_seq));
INSERT INTO run_stream (env_id, run_id, first_seq, last_seq, flags, payload, at_us)
  SELECT env_id, run_id, first_seq, last_seq, flags, payload, at_us FROM run_stream_1;
DROP TABLE run_stream_1;
CREATE INDEX run_stream_unknown_form ON run_stream (flags) WHERE flags <> 1;
