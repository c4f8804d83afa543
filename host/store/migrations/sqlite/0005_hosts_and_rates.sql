-- Hosts that share this database. Each renews its row while it lives.
CREATE TABLE hosts (id TEXT PRIMARY KEY, until_us INTEGER NOT NULL) WITHOUT ROWID;

-- Requests in a window of time, by what they are limited by: of each host, so that none waits for another.
CREATE TABLE rate_counters (
  bucket TEXT NOT NULL, window_us INTEGER NOT NULL, host_id TEXT NOT NULL, requests INTEGER NOT NULL,
  PRIMARY KEY (bucket, window_us, host_id)) WITHOUT ROWID;
CREATE INDEX rate_counters_window ON rate_counters (window_us);
