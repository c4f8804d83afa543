// From settings to the options of each room.
#pragma once

#include <string>

#include "api/api.hpp"
#include "egress/client.hpp"
#include "engine/engine.hpp"
#include "extension/plugin_host.hpp"
#include "governance/rate_limits.hpp"
#include "ingress/server.hpp"
#include "main/run.hpp"
#include "memory/recall.hpp"
#include "sandbox/options.hpp"
#include "store/database.hpp"
#include "telemetry/observer_sink.hpp"
#include "tenancy/authenticator.hpp"
#include "tools/dispatcher.hpp"

namespace platos::daemon {

base::LogLevel log_level(const std::string& name);
base::LogFormat log_format(const std::string& name);
engine::EngineOptions engine_options(const config::Settings& settings, const std::string& host_id);
/// The proxy was checked by check_proxy().
egress::ClientOptions client_options(const config::Settings& settings);
/// Before mail_server(): addresses, and that a user has a password. InvalidArgument "invalid_setting".
Result<void> check_mail(const config::Settings& settings);
egress::MailServer mail_server(const config::Settings& settings);
extension::MailRules mail_rules(const config::Settings& settings);
Result<void> check_proxy(const config::Settings& settings);
extension::PluginHostOptions plugin_options(const DaemonOptions& options);
tools::DispatcherOptions dispatcher_options(const config::Settings& settings);
telemetry::SinkOptions sink_options(const config::Settings& settings);
memory::RecallOptions recall_options(const config::Settings& settings);
governance::RateRules rate_rules(const config::Settings& settings);
api::ApiOptions api_options(const config::Settings& settings);
ingress::ServerOptions server_options(const config::Settings& settings);
sandbox::Options sandbox_options(const DaemonOptions& options);
/// `host_id`: empty for a tool, which is no host.
store::DatabaseOptions store_options(const config::Settings& settings, const std::string& directory,
                                     const std::string& host_id = {});

/// The session secret is read from the environment variable that the setting names. FailedPrecondition
/// "session_secret_unusable" when it is missing there, or too short.
Result<tenancy::AuthOptions> auth_options(const config::Settings& settings, std::string admin_key);

}  // namespace platos::daemon
