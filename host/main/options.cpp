#include "main/options.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/environment.hpp"
#include "base/network.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace platos::daemon {
namespace {
constexpr std::int64_t kDayUs = 24LL * 3600 * 1'000'000;
constexpr std::string_view kEnvironment = "env:";
}  // namespace

base::LogLevel log_level(const std::string& name) {
  if (name == "debug") return base::LogLevel::Debug;
  if (name == "warn") return base::LogLevel::Warn;
  if (name == "error") return base::LogLevel::Error;
  return base::LogLevel::Info;
}

base::LogFormat log_format(const std::string& name) {
  if (name == "auto") return ::isatty(STDERR_FILENO) != 0 ? base::LogFormat::Text : base::LogFormat::Json;
  return name == "text" ? base::LogFormat::Text : base::LogFormat::Json;
}

engine::EngineOptions engine_options(const config::Settings& settings, const std::string& host_id) {
  engine::EngineOptions options;
  options.host_id = host_id;
  options.max_running = settings.runs_max_running;
  options.takeover_min_us = settings.runs_takeover_min_ms * 1000;
  options.lease_us = settings.runs_lease_ms * 1000;
  options.ring_bytes = static_cast<std::size_t>(settings.runs_ring_bytes);
  options.stream_retention_us = settings.retention_stream_days * kDayUs;
  options.journal_retention_us = settings.retention_journal_days * kDayUs;
  options.sweep_every_us = settings.retention_sweep_ms * 1000;
  return options;
}

egress::ClientOptions client_options(const config::Settings& settings) {
  egress::ClientOptions options;
  options.connect_timeout_ms = settings.egress_connect_timeout_ms;
  options.silence_timeout_ms = settings.egress_silence_timeout_ms;
  options.max_frame_bytes = static_cast<std::size_t>(settings.egress_max_frame_bytes);
  options.max_body_bytes = static_cast<std::size_t>(settings.egress_max_body_bytes);
  options.ca_file = settings.egress_ca_file;
  options.proxy = egress::Proxy::parse(settings.egress_proxy, settings.egress_no_proxy).value_or(egress::Proxy());
  return options;
}

Result<void> check_mail(const config::Settings& settings) {
  const auto invalid = [](const std::string& what) -> Result<void> {
    return fail(ErrorKind::InvalidArgument, "invalid_setting", what);
  };
  for (const auto& allowed : settings.mail_allowed_recipients) {
    const std::string address = allowed.starts_with('@') ? "any" + allowed : allowed;
    if (allowed != "*" && !egress::is_mail_address(address))
      return invalid("mail.allowed_recipients: expected addresses, @domain or *, found \"" + base::printable(allowed) +
                     "\"");
  }
  if (settings.mail_server.empty()) return {};
  const std::string& host = settings.mail_server;
  const bool is_here =
      host == "localhost" || host == "::1" || (host.starts_with("127.") && base::Network::parse(host).has_value());
  if (settings.mail_security == "none" && (!is_here || !settings.mail_user.empty()))
    return invalid(
        "mail.security: expected starttls or tls, as the server is another machine or has a user, found none");
  if (std::any_of(settings.mail_user.begin(), settings.mail_user.end(),
                  [](char byte) { return byte >= 0 && byte < 0x20; }))
    return invalid("mail.user: expected one line");
  egress::Mail probe;
  probe.to = {settings.mail_from};
  probe.subject = settings.mail_from_name;
  probe.text = "x";
  if (auto checked = egress::check_mail(probe); !checked)
    return invalid("mail.from or mail.from_name: " + checked.error().message);
  const bool has_password = !settings.mail_password.empty() && !mail_server(settings).password->empty();
  if (!settings.mail_user.empty() && !has_password)
    return invalid("mail.password: expected env:NAME of a variable that holds the password of mail.user, found none");
  return {};
}

egress::MailServer mail_server(const config::Settings& settings) {
  egress::MailServer server;
  server.host = settings.mail_server;
  server.port = static_cast<std::uint16_t>(settings.mail_port);
  server.security = settings.mail_security == "tls"    ? egress::MailSecurity::Tls
                    : settings.mail_security == "none" ? egress::MailSecurity::None
                                                       : egress::MailSecurity::StartTls;
  server.user = settings.mail_user;
  if (!settings.mail_password.empty()) {
    const auto value = base::environment_variable(std::string_view(settings.mail_password).substr(kEnvironment.size()));
    server.password = std::make_shared<const secrets::Secret>(value.value_or(""));
  }
  server.ca_file = settings.egress_ca_file;
  server.connect_timeout_ms = settings.egress_connect_timeout_ms;
  server.silence_timeout_ms = settings.mail_timeout_ms;
  return server;
}

extension::MailRules mail_rules(const config::Settings& settings) {
  extension::MailRules rules;
  rules.from = settings.mail_from;
  rules.from_name = settings.mail_from_name;
  rules.allowed_recipients = settings.mail_allowed_recipients;
  rules.max_recipients = static_cast<std::size_t>(settings.mail_max_recipients);
  rules.max_bytes = static_cast<std::size_t>(settings.mail_max_bytes);
  rules.max_per_hour = static_cast<std::size_t>(settings.mail_max_per_hour);
  return rules;
}

Result<void> check_proxy(const config::Settings& settings) {
  const auto proxy = egress::Proxy::parse(settings.egress_proxy, settings.egress_no_proxy);
  if (!proxy) return fail(proxy.error());
  return {};
}

extension::PluginHostOptions plugin_options(const DaemonOptions& options) {
  const auto& settings = options.config.settings;
  extension::PluginHostOptions plugins;
  plugins.shipped_dir = options.paths.shipped_plugin_dir;
  plugins.extra_dir = options.paths.plugin_dir;
  plugins.manifest_dirs = options.paths.manifest_dirs;
  plugins.data_dir = options.paths.data_dir;
  plugins.disabled = settings.plugins_disabled;
  plugins.safe_mode = options.safe_mode;
  plugins.create_timeout_ms = settings.plugins_create_timeout_ms;
  plugins.workers.workers = static_cast<std::size_t>(settings.plugins_workers);
  plugins.workers.max_queued = static_cast<std::size_t>(settings.plugins_max_queued);
  return plugins;
}

tools::DispatcherOptions dispatcher_options(const config::Settings& settings) {
  tools::DispatcherOptions options;
  options.max_parallel = static_cast<std::size_t>(settings.tools_max_parallel);
  options.max_result_bytes = static_cast<std::size_t>(settings.tools_max_result_bytes);
  options.timeout_ms = settings.plugins_tool_timeout_ms;
  options.max_timeout_ms = settings.tools_max_timeout_ms;
  options.max_repeats = settings.tools_max_repeats;
  options.approvals = {settings.approvals_timeout_s, settings.approvals_max_per_hour};
  return options;
}

sandbox::Options sandbox_options(const DaemonOptions& options) {
  const auto& settings = options.config.settings;
  sandbox::Options made;
  made.bwrap = settings.sandbox_bwrap;
  made.helper = options.paths.executable.substr(0, options.paths.executable.rfind('/')) + "/platos-sandbox";
  made.data_dir = options.paths.data_dir;
  made.user = settings.sandbox_user;
  made.read_only_paths = settings.sandbox_read_only_paths;
  made.max_parallel = static_cast<std::size_t>(settings.sandbox_max_parallel);
  made.max_queued = static_cast<std::size_t>(settings.sandbox_max_queued);
  made.max_timeout_ms = settings.sandbox_max_timeout_ms;
  made.cpu_ms = settings.sandbox_cpu_ms;
  made.memory_bytes = settings.sandbox_memory_bytes;
  made.processes = settings.sandbox_processes;
  made.open_files = settings.sandbox_open_files;
  made.file_bytes = settings.sandbox_file_bytes;
  made.temporary_bytes = settings.sandbox_temporary_bytes;
  made.workspace_bytes = settings.sandbox_workspace_bytes;
  made.workspace_entries = settings.sandbox_workspace_entries;
  made.workspaces_bytes = settings.sandbox_workspaces_bytes;
  made.workspace_days = settings.sandbox_workspace_days;
  return made;
}

telemetry::SinkOptions sink_options(const config::Settings& settings) {
  telemetry::SinkOptions options;
  options.ring_records = static_cast<std::size_t>(settings.observers_ring_records);
  options.flush_every_us = settings.observers_flush_ms * 1000;
  return options;
}

memory::RecallOptions recall_options(const config::Settings& settings) {
  memory::RecallOptions options;
  options.limit = static_cast<std::uint32_t>(settings.memory_recall_limit);
  options.min_score = static_cast<double>(settings.memory_recall_min_score_percent) / 100;
  options.budget_tokens = static_cast<std::size_t>(settings.memory_recall_budget_tokens);
  return options;
}

governance::RateRules rate_rules(const config::Settings& settings) {
  return {settings.limits_ip_per_minute, settings.limits_token_per_minute, settings.limits_user_per_minute,
          settings.limits_agent_per_minute, settings.limits_environment_per_minute};
}

api::ApiOptions api_options(const config::Settings& settings) {
  api::ApiOptions options;
  options.max_body_bytes = static_cast<std::size_t>(settings.http_max_body_bytes);
  options.heartbeat_us = settings.http_heartbeat_ms * 1000;
  options.deferred_max_us = settings.http_deferred_max_ms * 1000;
  options.cors_origins = settings.http_cors_origins;
  options.socket_recheck_us = settings.sockets_recheck_ms * 1000;
  options.sockets.ping_interval_ms = settings.sockets_ping_interval_ms;
  options.sockets.ping_timeout_ms = settings.sockets_ping_timeout_ms;
  options.sockets.max_payload_bytes = static_cast<std::size_t>(settings.sockets_max_payload_bytes);
  options.sockets.max_sessions = static_cast<std::size_t>(settings.sockets_max_sessions);
  return options;
}

ingress::ServerOptions server_options(const config::Settings& settings) {
  ingress::ServerOptions options;
  options.allowed_hosts = settings.http_allowed_hosts;
  for (const auto& proxy : settings.http_trusted_proxies)
    options.trusted_proxies.push_back(*base::Network::parse(proxy));
  options.max_head_bytes = static_cast<std::size_t>(settings.http_max_head_bytes);
  options.max_body_bytes = static_cast<std::size_t>(settings.http_max_body_bytes);
  options.max_connections = static_cast<std::size_t>(settings.http_max_connections);
  options.read_timeout_ms = settings.http_read_timeout_ms;
  options.idle_timeout_ms = settings.http_idle_timeout_ms;
  options.write_stall_ms = settings.http_write_stall_ms;
  options.version = kPlatosVersion;
  return options;
}

Result<tenancy::AuthOptions> auth_options(const config::Settings& settings, std::string admin_key) {
  tenancy::AuthOptions options;
  options.admin_key = std::move(admin_key);
  options.remember_us = settings.auth_remember_ms * 1000;
  options.max_failures_per_minute = settings.auth_max_failures_per_minute;
  if (settings.auth_session_secret.empty()) return options;
  const std::string name = settings.auth_session_secret.substr(kEnvironment.size());
  options.session_secret = base::environment_variable(name).value_or("");
  if (options.session_secret.size() >= tenancy::kMinSecretBytes) return options;
  return fail(ErrorKind::FailedPrecondition, "session_secret_unusable",
              "auth.session_secret: expected at least " + std::to_string(tenancy::kMinSecretBytes) +
                  " bytes in the environment variable " + name + ", found " +
                  std::to_string(options.session_secret.size()));
}

store::DatabaseOptions store_options(const config::Settings& settings, const std::string& directory,
                                     const std::string& host_id) {
  store::DatabaseOptions options;
  options.directory = directory;
  options.url = settings.store_url;
  options.host_id = host_id;
  options.host_lease_us = settings.runs_lease_ms * 1000;
  options.migrate = settings.store_migrate == "auto";
  options.durable = settings.store_durability == "full";
  options.max_bytes = settings.store_max_bytes;
  options.max_queued_writes = static_cast<std::size_t>(settings.store_max_queued_writes);
  options.timeout_ms = settings.store_timeout_ms;
  options.readers = static_cast<std::size_t>(settings.store_readers);
  return options;
}

}  // namespace platos::daemon
