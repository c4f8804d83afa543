-- Leases are renewed with every write of a run: an index that holds them would be written each time. A list of more than two
-- states in a partial index costs a temporary table at each write: SQLite keeps such lists in one.
DROP INDEX runs_open;
CREATE INDEX runs_open ON runs (created_us, id) WHERE finished_us IS NULL;
-- A thread is asked at each turn whether it is busy: that must not take longer the more turns it has had.
DROP INDEX runs_thread;
CREATE INDEX runs_open_thread ON runs (env_id, thread_id, created_us, id) WHERE finished_us IS NULL;

-- Rows of a kilobyte and more do not fit into the tree of a table without row ids; with one they are appended in order.
ALTER TABLE run_journal RENAME TO run_journal_1;
CREATE TABLE run_journal (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, n BIGINT NOT NULL, kind TEXT NOT NULL, last_seq BIGINT NOT NULL,
  payload BLOB NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (env_id, run_id, n));
INSERT INTO run_journal (env_id, run_id, n, kind, last_seq, payload, at_us)
  SELECT env_id, run_id, n, kind, last_seq, payload, at_us FROM run_journal_1;
DROP TABLE run_journal_1;

DROP INDEX run_stream_unknown_form;
ALTER TABLE run_stream RENAME TO run_stream_1;
CREATE TABLE run_stream (
  env_id TEXT NOT NULL, run_id TEXT NOT NULL, first_seq BIGINT NOT NULL, last_seq BIGINT NOT NULL,
  flags BIGINT NOT NULL, payload BLOB NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (env_id, run_id, first_seq));
INSERT INTO run_stream (env_id, run_id, first_seq, last_seq, flags, payload, at_us)
  SELECT env_id, run_id, first_seq, last_seq, flags, payload, at_us FROM run_stream_1;
DROP TABLE run_stream_1;
CREATE INDEX run_stream_unknown_form ON run_stream (flags) WHERE flags <> 1;
