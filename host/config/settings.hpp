// Every setting of the daemon: name, meaning, default, limits. The one table that --print-config shows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace platos::config {

/// A value; plain data, copied freely. The comments are the settings' documentation (see setting_table()).
struct Settings {
  std::string http_listen = "127.0.0.1:3100";
  bool http_insecure_listen = false;
  std::string https_listen;
  std::string https_certificate_file;
  std::string https_private_key_file;
  std::vector<std::string> http_allowed_hosts;
  std::vector<std::string> http_cors_origins;
  std::vector<std::string> http_trusted_proxies;
  std::int64_t http_max_head_bytes = 16 * 1024;
  std::int64_t http_max_body_bytes = 1024 * 1024;
  std::int64_t http_max_connections = 20'000;
  std::int64_t http_read_timeout_ms = 10'000;
  std::int64_t http_idle_timeout_ms = 75'000;
  std::int64_t http_write_stall_ms = 30'000;
  std::int64_t http_heartbeat_ms = 15'000;
  std::int64_t http_deferred_max_ms = 330'000;
  std::int64_t sockets_ping_interval_ms = 25'000;
  std::int64_t sockets_ping_timeout_ms = 10'000;
  std::int64_t sockets_max_payload_bytes = 1'000'000;
  std::int64_t sockets_max_sessions = 20'000;
  std::int64_t sockets_recheck_ms = 60'000;

  std::string data_dir;
  std::string plugin_dir;
  std::vector<std::string> plugins_disabled;

  std::string log_level = "info";
  std::string log_format = "auto";

  std::string store_url;
  std::string store_migrate = "auto";
  std::string store_durability = "full";
  std::int64_t store_max_queued_writes = 10'000;
  std::int64_t store_readers = 2;
  std::int64_t store_timeout_ms = 10'000;
  std::int64_t store_max_bytes = 0;

  std::int64_t runs_max_running = 10'000;
  std::int64_t runs_deadline_ms = 300'000;
  std::int64_t runs_takeover_min_ms = 60'000;
  std::int64_t runs_lease_ms = 30'000;
  std::int64_t runs_max_queued_per_thread = 16;
  std::int64_t runs_recent_threads_bytes = 8 * 1024 * 1024;
  std::int64_t runs_ring_bytes = 1024 * 1024;
  std::int64_t runs_drain_ms = 10'000;

  std::string secrets_master_key;
  std::vector<std::string> secrets_other_master_keys;
  std::string auth_session_secret;
  std::int64_t auth_remember_ms = 5'000;
  std::int64_t auth_max_failures_per_minute = 100;

  std::int64_t limits_ip_per_minute = 0;
  std::int64_t limits_token_per_minute = 0;
  std::int64_t limits_user_per_minute = 300;
  std::int64_t limits_agent_per_minute = 0;
  std::int64_t limits_environment_per_minute = 0;

  std::int64_t retention_stream_days = 7;
  std::int64_t retention_journal_days = 90;
  std::int64_t retention_sweep_ms = 3'600'000;

  std::string models_default_instance = "openai";
  std::int64_t models_max_retries = 2;
  std::int64_t models_max_backoff_ms = 60'000;
  std::int64_t models_max_response_bytes = 4 * 1024 * 1024;

  std::int64_t egress_connect_timeout_ms = 3'000;
  std::string egress_ca_file;
  std::string egress_proxy;
  std::vector<std::string> egress_no_proxy = {"localhost", "127.0.0.0/8", "::1"};
  std::int64_t egress_silence_timeout_ms = 60'000;
  std::int64_t egress_max_frame_bytes = 1024 * 1024;
  std::int64_t egress_max_body_bytes = 16 * 1024 * 1024;

  std::string mail_server;
  std::int64_t mail_port = 587;
  std::string mail_security = "starttls";
  std::string mail_user;
  std::string mail_password;
  std::string mail_from;
  std::string mail_from_name;
  std::vector<std::string> mail_allowed_recipients;
  std::int64_t mail_max_recipients = 10;
  std::int64_t mail_max_bytes = 10 * 1024 * 1024;
  std::int64_t mail_max_per_hour = 100;
  std::int64_t mail_timeout_ms = 20'000;

  std::int64_t plugins_create_timeout_ms = 10'000;
  std::int64_t plugins_codec_hang_ms = 5'000;
  std::int64_t plugins_workers = 4;
  std::int64_t plugins_max_queued = 256;
  std::int64_t plugins_tool_timeout_ms = 30'000;

  std::vector<std::string> governance_order = {"pii"};
  std::vector<std::string> governance_on_error_allow;
  std::int64_t governance_budget_ms = 50;

  std::string memory_store = "memory";
  std::string memory_embedder = "embedder";
  std::int64_t memory_recall_limit = 8;
  std::int64_t memory_recall_budget_tokens = 800;
  std::int64_t memory_recall_min_score_percent = 35;

  std::int64_t observers_ring_records = 16'384;
  std::int64_t observers_flush_ms = 5'000;
  std::int64_t observers_metrics_ms = 15'000;

  std::int64_t tools_max_result_bytes = 256 * 1024;
  std::int64_t tools_max_parallel = 16;
  std::int64_t tools_max_timeout_ms = 300'000;
  std::int64_t tools_max_repeats = 3;
  std::int64_t approvals_timeout_s = 300;
  std::int64_t approvals_max_per_hour = 20;
  std::vector<std::string> skills_disabled;
  std::vector<std::string> entities_callback_hosts;
  std::int64_t entities_silence_ms = 90'000;

  std::string sandbox_bwrap = "/usr/bin/bwrap";
  std::string sandbox_user = "nobody";
  std::vector<std::string> sandbox_read_only_paths;
  std::int64_t sandbox_max_parallel = 4;
  std::int64_t sandbox_max_queued = 256;
  std::int64_t sandbox_max_timeout_ms = 300'000;
  std::int64_t sandbox_cpu_ms = 60'000;
  std::int64_t sandbox_memory_bytes = 1024 * 1024 * 1024;
  std::int64_t sandbox_processes = 64;
  std::int64_t sandbox_open_files = 256;
  std::int64_t sandbox_file_bytes = 64 * 1024 * 1024;
  std::int64_t sandbox_temporary_bytes = 64 * 1024 * 1024;
  std::int64_t sandbox_workspace_bytes = 256 * 1024 * 1024;
  std::int64_t sandbox_workspace_entries = 20'000;
  std::int64_t sandbox_workspaces_bytes = std::int64_t{4} * 1024 * 1024 * 1024;
  std::int64_t sandbox_workspace_days = 7;
};

/// Where a value comes from, when not from the defaults: "file PATH:LINE", "environment NAME", "command line".
using Origins = std::map<std::string, std::string, std::less<>>;

/// One row of the table.
struct Setting {
  using Member = std::variant<std::string Settings::*, std::int64_t Settings::*, bool Settings::*,
                              std::vector<std::string> Settings::*>;
  std::string_view key;  ///< "http.listen"
  Member member;
  std::string_view meaning;
  std::int64_t min = 0;
  std::int64_t max = INT64_MAX;
  std::vector<std::string_view> choices = {};  ///< for text: the allowed values; empty = any
};

/// All rows, in the order of the documentation.
const std::vector<Setting>& setting_table();

/// The row of `key`, or null.
const Setting* find_setting(std::string_view key);

/// Sets one value from text ("true", "42", "text", "a,b"). The error says what was expected and what was found.
Result<void> assign(Settings& settings, const Setting& setting, std::string_view text);

/// Checks that hold across settings, such as a public address without permission.
Result<void> check(const Settings& settings);

/// "unknown setting "http.lisen"; did you mean "http.listen"?".
Error unknown_setting(std::string_view key);

/// The whole table as TOML with meanings and origins as comments.
std::string print(const Settings& settings, const Origins& origins);

}  // namespace platos::config
