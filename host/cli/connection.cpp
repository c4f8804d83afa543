#include "cli/connection.hpp"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/network.hpp"
#include "base/task_set.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/exit_codes.hpp"
#include "config/paths.hpp"
#include "model/json.hpp"

namespace platos::cli {
namespace {

constexpr model::JsonLimits kAnswerLimits{64 * 1024 * 1024, 64, 2'000'000};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(base::trim(value));
}

std::string first_line(const std::string& path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  return std::string(base::trim(line));
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

bool is_this_machine(const std::string& host) {
  static const auto kLoopback4 = base::Network::parse("127.0.0.0/8");
  static const auto kLoopback6 = base::Network::parse("::1");
  return host == "localhost" || kLoopback4->contains(host) || kLoopback6->contains(host);
}

/// What lists the objects that a path names, for the hint of a 404.
std::string_view list_command(std::string_view path) {
  if (path.starts_with("/api/v1/agent/threads")) return "platos threads list";
  if (path.starts_with("/api/v1/agent/agents")) return "platos agents list";
  if (path.starts_with("/api/v1/runs")) return "platos runs list";
  if (path.starts_with("/api/v1/plugins")) return "platos plugins list";
  return {};
}

ErrorKind kind_of_status(int status) {
  switch (status) {
    case 400:
    case 422: return ErrorKind::InvalidArgument;
    case 401: return ErrorKind::Unauthenticated;
    case 403: return ErrorKind::PermissionDenied;
    case 404: return ErrorKind::NotFound;
    case 409: return ErrorKind::Conflict;
    case 503: return ErrorKind::Unavailable;
    default: return ErrorKind::Internal;
  }
}

}  // namespace

std::string given_data_dir(const Globals& globals) {
  return globals.data_dir.empty() ? environment("PLATOS_DATA_DIR") : globals.data_dir;
}

Result<Address> find_address(const Globals& globals) {
  Address address;
  address.environment = globals.environment.empty() ? environment("PLATOS_ENVIRONMENT") : globals.environment;
  address.data_dir = given_data_dir(globals);
  if (address.data_dir.empty()) address.data_dir = config::default_data_dir();
  const std::string published = without_slash(first_line(address.data_dir + "/url"));
  std::string origin = "--url";
  address.url = globals.url;
  if (address.url.empty()) {
    origin = "PLATOS_URL";
    address.url = environment("PLATOS_URL");
  }
  if (address.url.empty()) {
    origin = address.data_dir + "/url";
    address.url = published.empty() ? "http://127.0.0.1:3100" : published;
    address.published = !published.empty();
  }
  address.url = without_slash(address.url);
  const auto target = egress::check_url(address.url, egress::HostTrust::Operator);
  if (!target || address.url.find_first_of("?#") != std::string::npos) {
    const std::string why = target ? "\"" + address.url + "\": has a query or a fragment" : target.error().message;
    return fail(ErrorKind::InvalidArgument, kUsageError, origin + " is no address of a server: " + why);
  }
  address.key = environment("PLATOS_API_KEY");
  // The administrator's key opens this machine's daemon; it is never shown to another server.
  if (address.key.empty() && (is_this_machine(target->host) || address.url == published)) {
    address.key = first_line(address.data_dir + "/admin.key");
  }
  for (const char c : address.key) {
    if (c <= ' ' || c > '~') return fail(ErrorKind::InvalidArgument, kUsageError, "PLATOS_API_KEY is not a key");
  }
  return address;
}

Connection::Connection(Address address)
    : address_(std::move(address)), loop_(clock_, "cli"), resolvers_("resolve", 1, 1), http_(loop_, resolvers_, [] {
        egress::ClientOptions options;
        options.max_frame_bytes = 64 * 1024 * 1024;
        options.max_body_bytes = 64 * 1024 * 1024;
        return options;
      }()) {}

void Connection::refresh() {
  if (!address_.published) return;
  const std::string url = without_slash(first_line(address_.data_dir + "/url"));
  if (egress::check_url(url, egress::HostTrust::Operator)) address_.url = url;
}

egress::HttpRequest Connection::request(const std::string& method, const std::string& path) const {
  egress::HttpRequest request;
  request.method = method;
  request.url = address_.url + path;
  request.trust = egress::HostTrust::Operator;
  request.headers.emplace_back("User-Agent", "platos/" + std::string(kPlatosVersion));
  if (!address_.key.empty()) request.headers.emplace_back("Authorization", "Bearer " + address_.key);
  if (!address_.environment.empty()) request.headers.emplace_back("X-Platos-Environment-Id", address_.environment);
  return request;
}

Result<Reply> Connection::ask(const std::string& method, const std::string& path, const std::string& body) {
  auto wanted = request(method, path);
  wanted.body = body;
  if (!body.empty()) wanted.headers.emplace_back("Content-Type", "application/json");
  auto answer = base::run_to_end(loop_, egress::fetch(http_, std::move(wanted), base::CancelToken()));
  if (!answer) return fail(unreachable(answer.error()));
  return Reply{answer->status, std::move(answer->body)};
}

Result<Json> Connection::call(const std::string& method, const std::string& path, const std::string& body) {
  const auto reply = ask(method, path, body);
  if (!reply) return fail(reply.error());
  if (reply->status < 200 || reply->status >= 300) return fail(refusal(reply->status, reply->body, path));
  auto json = model::parse_bounded(reply->body, "the answer", kAnswerLimits);
  if (!json) {
    return fail(
        ErrorKind::Internal, "not_platos",
        address_.url + " does not answer like a Platos server (" + json.error().message + "); check PLATOS_URL");
  }
  return json;
}

Error Connection::refusal(int status, std::string_view body, std::string_view path) const {
  Error error;
  error.kind = kind_of_status(status);
  const auto json = model::parse_bounded(body, "the answer", kAnswerLimits);
  if (json && json->is_object()) {
    error.code = model::optional_text(*json, "code").value_or(std::nullopt).value_or("");
    error.message = model::optional_text(*json, "message").value_or(std::nullopt).value_or("");
  }
  if (error.message.empty()) error.message = address_.url + " answered with status " + std::to_string(status);
  if (status == 401 && address_.key.empty()) {
    error.message = "there is no key for " + address_.url + "; set PLATOS_API_KEY, or run as a user who may read " +
                    address_.data_dir + "/admin.key";
  } else if (status == 401) {
    error.message = address_.url + " does not accept the key: " + error.message +
                    "; check PLATOS_API_KEY, or admin.key of the data directory (--data-dir)";
  } else if (const auto list = list_command(path); status == 404 && !list.empty()) {
    error.message += "; \"" + std::string(list) + "\" shows what there is";
  }
  return error;
}

Error Connection::unreachable(const Error& transport) const {
  Error error = transport;
  if (transport.kind == ErrorKind::Deadline) {
    error.message = address_.url + " did not answer in time; \"platos status\" tells whether it is well";
  } else if (transport.code == "upstream_cut") {
    error.message = address_.url + " closed the connection before it had answered; try again";
  } else if (transport.kind == ErrorKind::Unavailable) {
    error.message = "no server answers at " + address_.url + "; start it with platosd, or set PLATOS_URL";
  }
  return error;
}

std::string encode_component(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : "%" + base::to_hex(std::string_view(&c, 1));
  }
  return encoded;
}

}  // namespace platos::cli
