-- Hosts that share this database. Each renews its row while it lives.
CREATE TABLE hosts (id TEXT PRIMARY KEY, until_us BIGINT NOT NULL);

-- Requests in a window of time, by what they are limited by: of each host, so that none waits for another.
CREATE TABLE rate_counters (
  bucket TEXT NOT NULL, window_us BIGINT NOT NULL, host_id TEXT NOT NULL, requests BIGINT NOT NULL,
  PRIMARY KEY (bucket, window_us, host_id));
CREATE INDEX rate_counters_window ON rate_counters (window_us);
