#include "config/settings.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/json_text.hpp"
#include "base/network.hpp"
#include "base/text.hpp"

namespace platos::config {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr std::int64_t kGiB = std::int64_t{1} << 30;

Error invalid(std::string_view key, const std::string& expected, std::string_view found) {
  Error error;
  error.kind = ErrorKind::InvalidArgument;
  error.code = "invalid_setting";
  error.message = std::string(key) + ": expected " + expected + ", found \"" + base::printable(found) + "\"";
  return error;
}

Result<void> assign_integer(std::int64_t& target, const Setting& setting, std::string_view text) {
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = !text.empty() && parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  if (!whole || number < setting.min || number > setting.max) {
    return fail(invalid(setting.key,
                        "a whole number from " + std::to_string(setting.min) + " to " + std::to_string(setting.max),
                        text));
  }
  target = number;
  return {};
}

Result<void> assign_text(std::string& target, const Setting& setting, std::string_view text) {
  const auto& choices = setting.choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
    std::string expected = "one of";
    for (const auto choice : choices) expected += " \"" + std::string(choice) + "\"";
    return fail(invalid(setting.key, expected, text));
  }
  target = text;
  return {};
}

bool is_address_and_port(const std::string& listen) {
  const auto colon = listen.rfind(':');
  std::uint64_t port = 0;
  return colon != std::string::npos && base::parse_uint64(listen.substr(colon + 1), port) && port <= 65'535;
}

Result<void> check_https(const Settings& settings) {
  const auto& listen = settings.https_listen;
  if (listen.empty()) return {};
  if (!is_address_and_port(listen)) return fail(invalid("https.listen", "address:port, such as 0.0.0.0:3443", listen));
  for (const auto& [key, file] : {std::pair("https.certificate_file", &settings.https_certificate_file),
                                  std::pair("https.private_key_file", &settings.https_private_key_file)}) {
    if (file->empty()) return fail(invalid(key, "the path of a PEM file, as https.listen is set", ""));
  }
  return {};
}

bool is_loopback(std::string_view listen) {
  const std::string host(listen.substr(0, listen.rfind(':')));
  in_addr address{};
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && ::inet_pton(AF_INET, host.c_str(), &address) == 1);
}

}  // namespace

const std::vector<Setting>& setting_table() {
  using S = Settings;
  static const std::vector<Setting> table = {
      {"http.listen", &S::http_listen, "address and port that the API is served on; port 0 takes a free one"},
      {"http.insecure_listen", &S::http_insecure_listen, "allow an address that is not loopback, without TLS"},
      {"http.allowed_hosts", &S::http_allowed_hosts, "values of the Host header besides loopback names"},
      {"http.cors_origins", &S::http_cors_origins,
       "origins that a browser may call from, besides those that entities allow"},
      {"http.trusted_proxies", &S::http_trusted_proxies,
       "addresses and networks of proxies whose X-Forwarded-For is believed"},
      {"http.max_head_bytes", &S::http_max_head_bytes, "longest request line and headers", 1024, 1024 * 1024},
      {"http.max_body_bytes", &S::http_max_body_bytes, "longest request body", 1024, kGiB},
      {"http.max_connections", &S::http_max_connections, "open client connections; more are closed at once", 1,
       1'000'000},
      {"http.read_timeout_ms", &S::http_read_timeout_ms, "time for a whole head, and for a whole body", 100, kHourMs},
      {"http.idle_timeout_ms", &S::http_idle_timeout_ms, "time between two requests on a connection", 100, kHourMs},
      {"http.write_stall_ms", &S::http_write_stall_ms, "time a client may read nothing before it is dropped", 100,
       kHourMs},
      {"http.heartbeat_ms", &S::http_heartbeat_ms, "silence on an event stream before a heartbeat", 1000, kHourMs},
      {"http.deferred_max_ms", &S::http_deferred_max_ms, "longest wait for a non-streaming turn before 202", 1000,
       kHourMs},
      {"sockets.ping_interval_ms", &S::sockets_ping_interval_ms, "Socket.IO: silence before a ping", 100, kHourMs},
      {"sockets.ping_timeout_ms", &S::sockets_ping_timeout_ms, "Socket.IO: time for the answer to a ping", 100,
       kHourMs},
      {"sockets.max_payload_bytes", &S::sockets_max_payload_bytes, "Socket.IO: longest message of a client", 1024,
       kGiB},
      {"sockets.max_sessions", &S::sockets_max_sessions, "Socket.IO: clients at one time; more are refused with 503", 1,
       1'000'000},
      {"sockets.recheck_ms", &S::sockets_recheck_ms,
       "Socket.IO: how often the credentials of a client that only listens are looked at", 100, kHourMs},
      {"https.listen", &S::https_listen, "address and port that the API is served on with TLS; empty: none"},
      {"https.certificate_file", &S::https_certificate_file, "PEM with the certificate and the chain after it"},
      {"https.private_key_file", &S::https_private_key_file, "PEM with its private key, without a passphrase"},
      {"data.dir", &S::data_dir, "data directory; empty: /var/lib/platos for root, else under XDG_STATE_HOME"},
      {"plugins.dir", &S::plugin_dir, "folder of further plugins; empty: plugins in the data directory"},
      {"plugins.disabled", &S::plugins_disabled, "ids of plugins that are not loaded"},
      {"plugins.create_timeout_ms", &S::plugins_create_timeout_ms, "time for a plugin's init and create", 100, kHourMs},
      {"plugins.codec_hang_ms", &S::plugins_codec_hang_ms, "a codec call longer than this restarts the daemon", 100,
       kHourMs},
      {"plugins.workers", &S::plugins_workers, "threads for blocking calls, per plugin instance", 1, 256},
      {"plugins.max_queued", &S::plugins_max_queued, "blocking calls that wait for a thread, per instance", 1, 100'000},
      {"plugins.tool_timeout_ms", &S::plugins_tool_timeout_ms,
       "longest tool call, unless the tool says how long it takes", 100, kHourMs},
      {"log.level", &S::log_level, "lowest level that is written", 0, 0, {"debug", "info", "warn", "error"}},
      {"log.format", &S::log_format, "auto: text on a terminal, else json", 0, 0, {"auto", "json", "text"}},
      {"store.url", &S::store_url, "postgresql://USER:PASSWORD@HOST/DATABASE; empty: SQLite in the data directory"},
      {"store.migrate",
       &S::store_migrate,
       "auto: the schema is brought up to date at the start",
       0,
       0,
       {"auto", "manual"}},
      {"secrets.master_key", &S::secrets_master_key,
       "file:PATH, env:NAME or credential:NAME; empty: master.key in the data directory"},
      {"secrets.other_master_keys", &S::secrets_other_master_keys,
       "more such places: keys that still open what they have wrapped, while the master key is replaced"},
      {"auth.session_secret", &S::auth_session_secret,
       "env:NAME of the secret that signs the platform's own session tokens; empty: there are none"},
      {"auth.remember_ms", &S::auth_remember_ms, "how long a checked credential is believed without a look", 0,
       kHourMs},
      {"auth.max_failures_per_minute", &S::auth_max_failures_per_minute,
       "credentials of one address that may be wrong; 0: no limit; this machine's own addresses have none", 0,
       1'000'000},
      {"store.durability", &S::store_durability, "off: no fsync, for benches only", 0, 0, {"full", "off"}},
      {"store.max_queued_writes", &S::store_max_queued_writes, "writes that wait; more are refused with 503", 16,
       10'000'000},
      {"store.readers", &S::store_readers, "threads that read the database", 1, 64},
      {"store.timeout_ms", &S::store_timeout_ms,
       "longest statement of PostgreSQL; a server that is silent for longer is gone", 100, kHourMs},
      {"store.max_bytes", &S::store_max_bytes, "largest database file; 0: no limit but the disk's"},
      {"runs.max_running", &S::runs_max_running, "runs at one time; more are refused with 503", 1, 1'000'000},
      {"runs.deadline_ms", &S::runs_deadline_ms, "longest run, waiting not counted", 1000, 24 * kHourMs},
      {"runs.takeover_min_ms", &S::runs_takeover_min_ms, "least time that a run taken over after a crash gets", 1000,
       kHourMs},
      {"runs.lease_ms", &S::runs_lease_ms, "a host that does not renew within this loses its runs", 1000, kHourMs},
      {"runs.max_queued_per_thread", &S::runs_max_queued_per_thread,
       "turns that wait for their thread with onBusy queue", 0, 1000},
      {"runs.ring_bytes", &S::runs_ring_bytes, "events of a live run kept in memory", 64 * 1024, kGiB},
      {"runs.recent_threads_bytes", &S::runs_recent_threads_bytes,
       "conversations kept in memory for their next turn, all together; 0: none", 0, 64 * kGiB},
      {"runs.drain_ms", &S::runs_drain_ms, "time that running turns get at a stop before they are left to take-over", 0,
       kHourMs},
      {"limits.ip_per_minute", &S::limits_ip_per_minute, "requests of one address; 0: no limit", 0, 1'000'000'000},
      {"limits.token_per_minute", &S::limits_token_per_minute, "requests with one key or token; 0: no limit", 0,
       1'000'000'000},
      {"limits.user_per_minute", &S::limits_user_per_minute, "requests of one user of an environment; 0: no limit", 0,
       1'000'000'000},
      {"limits.agent_per_minute", &S::limits_agent_per_minute, "turns of one agent; 0: no limit", 0, 1'000'000'000},
      {"limits.environment_per_minute", &S::limits_environment_per_minute, "requests in one environment; 0: no limit",
       0, 1'000'000'000},
      {"retention.stream_days", &S::retention_stream_days, "events of ended runs are kept so long", 0, 36'500},
      {"retention.journal_days", &S::retention_journal_days, "journals of ended runs are kept so long", 0, 36'500},
      {"retention.sweep_ms", &S::retention_sweep_ms, "time between two sweeps", 1000, 24 * kHourMs},
      {"models.default_instance", &S::models_default_instance, "provider instance of a model written without one"},
      {"models.max_retries", &S::models_max_retries, "times a failed model call is repeated, where that is safe", 0,
       10},
      {"models.max_backoff_ms", &S::models_max_backoff_ms, "longest wait that a provider may ask for", 0, 24 * kHourMs},
      {"models.max_response_bytes", &S::models_max_response_bytes, "text and tool arguments of one model answer", 1024,
       kGiB},
      {"egress.connect_timeout_ms", &S::egress_connect_timeout_ms, "time to connect, name lookup and TLS included", 100,
       kHourMs},
      {"egress.ca_file", &S::egress_ca_file, "PEM with the certificate authorities to trust; empty: the system's"},
      {"egress.proxy", &S::egress_proxy, "HTTP proxy for upstreams, as http://USER:PASSWORD@HOST:PORT; empty: none"},
      {"egress.no_proxy", &S::egress_no_proxy, "upstreams reached without it: names, .suffixes, addresses, networks"},
      {"egress.silence_timeout_ms", &S::egress_silence_timeout_ms, "longest silence of an upstream", 100, kHourMs},
      {"egress.max_frame_bytes", &S::egress_max_frame_bytes, "longest single event or line of an upstream", 1024, kGiB},
      {"egress.max_body_bytes", &S::egress_max_body_bytes, "longest upstream answer that is read whole", 1024, kGiB},
      {"mail.server", &S::mail_server, "host that takes mails of agents; empty: agents send none"},
      {"mail.port", &S::mail_port, "its port; 465 is for mail.security = \"tls\"", 1, 65'535},
      {"mail.security",
       &S::mail_security,
       "starttls or tls, both with a certificate that is checked; none: for a server on this machine, without a user",
       0,
       0,
       {"starttls", "tls", "none"}},
      {"mail.user", &S::mail_user, "user at the mail server; empty: it asks for none"},
      {"mail.password", &S::mail_password, "env:NAME of that user's password"},
      {"mail.from", &S::mail_from, "address that mails come from"},
      {"mail.from_name", &S::mail_from_name, "name that stands before it; may be empty"},
      {"mail.allowed_recipients", &S::mail_allowed_recipients,
       "who may be written to: addresses, @domain, or * for everybody; empty: nobody"},
      {"mail.max_recipients", &S::mail_max_recipients, "recipients of one mail", 1, 100},
      {"mail.max_bytes", &S::mail_max_bytes, "longest mail as it is sent, attachments encoded", 1024, 64 * 1024 * 1024},
      {"mail.max_per_hour", &S::mail_max_per_hour, "mails of one environment within an hour, of this process", 0,
       1'000'000},
      {"mail.timeout_ms", &S::mail_timeout_ms, "longest silence of the mail server", 100, kHourMs},
      {"governance.order", &S::governance_order,
       "governor instances in the order they are asked; others follow by name; one that is missing denies everything"},
      {"governance.on_error_allow", &S::governance_on_error_allow,
       "governor instances whose failure allows instead of denying"},
      {"governance.budget_ms", &S::governance_budget_ms, "a governor's check that takes longer has failed", 1, kHourMs},
      {"memory.store", &S::memory_store, "memory instance; empty: agents remember nothing"},
      {"memory.embedder", &S::memory_embedder, "embedder instance; empty: memories are found by words alone"},
      {"memory.recall_limit", &S::memory_recall_limit, "memories that a turn is reminded of, at most", 1, 50},
      {"memory.recall_budget_tokens", &S::memory_recall_budget_tokens, "their length, at four bytes a token", 100,
       100'000},
      {"memory.recall_min_score_percent", &S::memory_recall_min_score_percent, "least likeness to the message", 0, 100},
      {"observers.ring_records", &S::observers_ring_records, "records that wait for an observer; more are dropped", 512,
       10'000'000},
      {"observers.flush_ms", &S::observers_flush_ms, "time between two flushes of an observer", 100, kHourMs},
      {"observers.metrics_ms", &S::observers_metrics_ms, "time between two sets of metrics for observers", 1000,
       kHourMs},
      {"tools.max_result_bytes", &S::tools_max_result_bytes, "a tool result is cut here before the model sees it", 1024,
       kGiB},
      {"tools.max_parallel", &S::tools_max_parallel, "tool calls of one step that run at one time", 1, 256},
      {"tools.max_timeout_ms", &S::tools_max_timeout_ms, "longest tool call, whatever a tool says", 100, 24 * kHourMs},
      {"tools.max_repeats", &S::tools_max_repeats,
       "times that a turn may make the same call with the same result before people are asked; 0: no limit", 0, 1000},
      {"approvals.timeout_s", &S::approvals_timeout_s, "time that people have to decide; then it is a no", 1,
       30 * 86'400},
      {"approvals.max_per_hour", &S::approvals_max_per_hour,
       "times an hour that one agent may ask one user by request_approval; 0: no limit", 0, 1'000'000},
      {"entities.callback_hosts", &S::entities_callback_hosts,
       "hosts, or host:port, where entities may be called back though they are not public, or speak plain HTTP"},
      {"entities.silence_ms", &S::entities_silence_ms,
       "a backend that sends nothing for as long is disconnected; SDKs send a heartbeat each 30 s", 500, kHourMs},
      {"skills.disabled", &S::skills_disabled, "ids of skills that are neither offered nor installed nor used"},
      {"sandbox.bwrap", &S::sandbox_bwrap, "path of bubblewrap, which confines programs"},
      {"sandbox.user", &S::sandbox_user, "user that programs run as when the daemon is root"},
      {"sandbox.read_only_paths", &S::sandbox_read_only_paths,
       "folders that programs see besides /usr, such as packages for Python and Node; absolute"},
      {"sandbox.max_parallel", &S::sandbox_max_parallel, "programs that run at one time", 1, 1024},
      {"sandbox.max_queued", &S::sandbox_max_queued, "programs that wait for that; more are refused", 1, 100'000},
      {"sandbox.max_timeout_ms", &S::sandbox_max_timeout_ms, "longest run of a program", 100, kHourMs},
      {"sandbox.cpu_ms", &S::sandbox_cpu_ms, "processor time of one process", 1000, kHourMs},
      {"sandbox.memory_bytes", &S::sandbox_memory_bytes, "memory of a program with all its processes", kMiB * 64,
       kGiB * 1024},
      {"sandbox.processes", &S::sandbox_processes, "processes and threads of a program", 8, 100'000},
      {"sandbox.open_files", &S::sandbox_open_files, "open files of one process", 32, 100'000},
      {"sandbox.file_bytes", &S::sandbox_file_bytes, "largest file that a program or file tool writes", 4096,
       kGiB * 1024},
      {"sandbox.temporary_bytes", &S::sandbox_temporary_bytes, "what a program's /tmp holds, in memory", kMiB,
       kGiB * 64},
      {"sandbox.workspace_bytes", &S::sandbox_workspace_bytes, "what the workspace of a thread holds", kMiB,
       kGiB * 1024},
      {"sandbox.workspace_entries", &S::sandbox_workspace_entries, "files and folders in it", 16, 10'000'000},
      {"sandbox.workspaces_bytes", &S::sandbox_workspaces_bytes, "all workspaces; the longest unused go first", kMiB,
       kGiB * 1024 * 1024},
      {"sandbox.workspace_days", &S::sandbox_workspace_days, "a workspace that was not used as long is removed", 1,
       36'500},
  };
  return table;
}

const Setting* find_setting(std::string_view key) {
  for (const auto& setting : setting_table()) {
    if (setting.key == key) return &setting;
  }
  return nullptr;
}

Result<void> assign(Settings& settings, const Setting& setting, std::string_view text) {
  if (const auto* member = std::get_if<std::int64_t Settings::*>(&setting.member)) {
    return assign_integer(settings.**member, setting, text);
  }
  if (const auto* member = std::get_if<bool Settings::*>(&setting.member)) {
    if (text != "true" && text != "false") return fail(invalid(setting.key, "true or false", text));
    settings.** member = text == "true";
    return {};
  }
  if (const auto* member = std::get_if<std::vector<std::string> Settings::*>(&setting.member)) {
    auto& list = settings.**member;
    list.clear();
    for (const auto part : base::split(text, ',')) {
      if (!base::trim(part).empty()) list.emplace_back(base::trim(part));
    }
    return {};
  }
  return assign_text(settings.*std::get<std::string Settings::*>(setting.member), setting, text);
}

Result<void> check(const Settings& settings) {
  const auto& secret = settings.auth_session_secret;
  if (!secret.empty() && !secret.starts_with("env:")) {
    // Not repeated: it may be the secret itself.
    return fail(invalid("auth.session_secret", "env:NAME, the name of an environment variable", "another text"));
  }
  if (!settings.mail_password.empty() && !settings.mail_password.starts_with("env:"))
    return fail(invalid("mail.password", "env:NAME, the name of an environment variable", "another text"));
  const auto& listen = settings.http_listen;
  if (!is_address_and_port(listen)) return fail(invalid("http.listen", "address:port, such as 127.0.0.1:3100", listen));
  if (!is_loopback(listen) && !settings.http_insecure_listen) {
    return fail(ErrorKind::InvalidArgument, "insecure_listen",
                "http.listen: \"" + base::printable(listen) +
                    "\" is not loopback, and traffic is not encrypted; serve others on https.listen or behind a TLS "
                    "proxy, or accept the risk with --insecure-listen");
  }
  for (const auto& proxy : settings.http_trusted_proxies) {
    if (!base::Network::parse(proxy))
      return fail(invalid("http.trusted_proxies", "addresses and networks, such as 10.0.0.0/8", proxy));
  }
  for (const auto& path : settings.sandbox_read_only_paths) {
    if (!path.starts_with('/') || path == "/")
      return fail(invalid("sandbox.read_only_paths", "absolute paths of folders, such as /opt/python-packages", path));
  }
  for (const auto& host : settings.entities_callback_hosts) {
    if (host.find_first_of("/\\@?# *") != std::string::npos)
      return fail(invalid("entities.callback_hosts", "host or host:port, such as crm.intern:8080", host));
  }
  return check_https(settings);
}

Error unknown_setting(std::string_view key) {
  std::vector<std::string> known;
  for (const auto& setting : setting_table()) known.emplace_back(setting.key);
  Error error;
  error.kind = ErrorKind::InvalidArgument;
  error.code = "unknown_setting";
  error.message = "unknown setting \"" + base::printable(key) + "\"";
  const std::string near = base::closest(key, known);
  error.message += near.empty() ? "; platosd --print-config lists all" : "; did you mean \"" + near + "\"?";
  return error;
}

namespace {
std::string value_text(const Settings& settings, const Setting& setting) {
  std::string text;
  if (const auto* number = std::get_if<std::int64_t Settings::*>(&setting.member)) {
    text = std::to_string(settings.**number);
  } else if (const auto* flag = std::get_if<bool Settings::*>(&setting.member)) {
    text = settings.**flag ? "true" : "false";
  } else if (const auto* list = std::get_if<std::vector<std::string> Settings::*>(&setting.member)) {
    text = "[";
    for (const auto& item : settings.**list) {
      if (text.size() > 1) text += ", ";
      base::append_json_string(text, item);
    }
    text += "]";
  } else {
    base::append_json_string(text, base::without_password(settings.*std::get<std::string Settings::*>(setting.member)));
  }
  // TOML wants DEL escaped, JSON does not.
  for (std::size_t at = 0; (at = text.find('\x7F', at)) != std::string::npos;) text.replace(at, 1, "\\u007F");
  return text;
}
}  // namespace

std::string print(const Settings& settings, const Origins& origins) {
  // One section may stand in several runs of the table; TOML wants each table once.
  std::vector<std::string> sections;
  for (const auto& setting : setting_table()) {
    const std::string section(setting.key.substr(0, setting.key.find('.')));
    if (std::find(sections.begin(), sections.end(), section) == sections.end()) sections.push_back(section);
  }
  std::string text;
  for (const auto& section : sections) {
    text += (text.empty() ? "[" : "\n[") + section + "]\n";
    for (const auto& setting : setting_table()) {
      if (setting.key.substr(0, setting.key.find('.')) != section) continue;
      const auto origin = origins.find(setting.key);
      std::string line(setting.key.substr(section.size() + 1));
      line += " = " + value_text(settings, setting);
      line.resize(std::max<std::size_t>(line.size() + 1, 40), ' ');
      text += line + "# " + std::string(setting.meaning) + " (" +
              (origin == origins.end() ? "default" : origin->second) + ")\n";
    }
  }
  return text;
}

}  // namespace platos::config
