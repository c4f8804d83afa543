#include "extension/services/host_table.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/text.hpp"
#include "extension/loader/manifest.hpp"
#include "extension/services/call.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxLogBytes = 8 * 1024;
constexpr int kMaxLogsPerSecond = 100;
constexpr std::size_t kMaxHttpBytes = 16 * 1024 * 1024;
constexpr std::size_t kMaxHeaders = 64;

std::string_view short_view(platos_slice_t slice, std::size_t max_bytes) {
  if (slice.data == nullptr) return {};
  return {slice.data, std::min(slice.size, max_bytes)};
}

}  // namespace

HostTable::HostTable(std::string label, const base::Clock& clock, base::Logger& logger, HostServices services,
                     std::shared_ptr<secrets::SlotTable> slots)
    : label_(std::move(label)),
      clock_(services.clock ? *services.clock : clock),
      logger_(logger),
      services_(std::move(services)),
      slots_(std::move(slots)) {
  fill_core();
  fill_services();
  fill_telemetry();
  fill_seal();
  fill_public_web();
  fill_mail();
  fill_sandbox();
}

void HostTable::fill_core() {
  table_.struct_size = sizeof table_;
  table_.generation = PLATOS_SDK_GENERATION;
  table_.minor = PLATOS_SDK_MINOR;
  table_.context = this;
  table_.get_service = [](const platos_host_t* self, const char* id) noexcept -> const void* {
    const HostTable& host = of(self);
    const std::string_view wanted = id == nullptr ? "" : id;
    const HostServices& services = host.services_;
    if (wanted == PLATOS_HOST_HTTP && services.http != nullptr && !services.http_patterns.empty())
      return &host.http_table_;
    if (wanted == PLATOS_HOST_PUBLIC_WEB && services.http != nullptr && services.public_web)
      return &host.public_web_table_;
    if (wanted == PLATOS_HOST_SECRETS && !host.slots_->empty()) return &host.secrets_table_;
    if (wanted == PLATOS_HOST_METRICS && services.metrics != nullptr) return &host.metrics_table_;
    if (wanted == PLATOS_HOST_SPANS && services.tracer != nullptr) return &host.spans_table_;
    if (wanted == PLATOS_HOST_SEAL && services.keys != nullptr) return &host.seal_table_;
    if (wanted == PLATOS_HOST_MAIL && services.mail != nullptr) return &host.mail_table_;
    if (wanted == PLATOS_HOST_SANDBOX && services.sandbox != nullptr) return &host.sandbox_table_;
    if (wanted == PLATOS_HOST_STATE_DIR && !services.state_dir.empty()) return &host.state_dir_table_;
    return nullptr;
  };
  table_.log = [](const platos_host_t* self, std::int32_t level, platos_slice_t message,
                  platos_slice_t fields) noexcept { of(self).log(level, message, fields); };
  table_.log_level = [](const platos_host_t* self) noexcept {
    return static_cast<std::int32_t>(of(self).logger_.lowest());
  };
  table_.now_ns = [](const platos_host_t* self, std::int32_t clock) noexcept -> std::int64_t {
    const HostTable& host = of(self);
    return 1000 * (clock == PLATOS_CLOCK_WALL ? host.clock_.wall_us() : host.clock_.monotonic_us());
  };
  table_.is_cancelled = [](const platos_host_t*, const platos_call_t* call) noexcept -> std::int32_t {
    return call != nullptr && call->cancelled ? 1 : 0;
  };
  table_.deadline_ns = [](const platos_host_t*, const platos_call_t* call) noexcept -> std::int64_t {
    const std::int64_t deadline_us = call == nullptr ? INT64_MAX : call->context.deadline_us;
    return deadline_us > INT64_MAX / 1000 ? INT64_MAX : deadline_us * 1000;
  };
  table_.call_attribute = [](const platos_host_t*, const platos_call_t* call,
                             const char* key) noexcept -> platos_slice_t {
    if (call == nullptr || key == nullptr) return {};
    const std::string_view wanted = key;
    const auto slice = [](const std::string& text) { return platos_slice_t{text.data(), text.size()}; };
    if (wanted == "environment") return slice(call->context.scope.environment_id);
    if (wanted == "user") return slice(call->context.user_id);
    if (wanted == "run") return slice(call->context.run_id);
    if (wanted == "idempotency_key") return slice(call->context.idempotency_key);
    if (wanted == "thread_id") return slice(call->context.thread_id);
    if (wanted == "agent_id") return slice(call->context.agent_id);
    return {};
  };
  table_.error_set = [](const platos_host_t*, platos_error_t* error, std::int32_t code, platos_slice_t message,
                        platos_slice_t detail) noexcept {
    if (error == nullptr) return;
    *error = {code, std::string(short_view(message, kMaxLogBytes)), std::string(short_view(detail, 64 * 1024))};
  };
}

void HostTable::fill_services() {
  http_table_.struct_size = sizeof http_table_;
  http_table_.exchange = [](const platos_host_t* self, platos_call_t* call, const platos_http_request_t* request,
                            const platos_http_sink_t* sink, platos_error_t* error) noexcept -> std::int32_t {
    return of(self).exchange(call, request, sink, error);
  };
  secrets_table_.struct_size = sizeof secrets_table_;
  secrets_table_.exists = [](const platos_host_t* self, platos_call_t*, platos_slice_t slot) noexcept -> std::int32_t {
    return of(self).slots_->find(short_view(slot, 256)) != nullptr ? 1 : 0;
  };
  secrets_table_.sign = [](const platos_host_t* self, platos_call_t*, platos_slice_t slot, platos_slice_t algorithm,
                           platos_slice_t data, const platos_writer_t* writer, platos_error_t* error) noexcept {
    return of(self).sign(slot, algorithm, data, writer, error);
  };
}

void HostTable::log(std::int32_t level, platos_slice_t message, platos_slice_t fields) {
  const std::int64_t second = clock_.monotonic_us() / 1'000'000;
  if (log_second_.exchange(second) != second) {
    const int before = logged_in_second_.exchange(0);
    if (before > kMaxLogsPerSecond) {
      logger_.warn("plugin", "log lines were dropped", {{"instance", label_}, {"lines", before - kMaxLogsPerSecond}});
    }
  }
  if (logged_in_second_.fetch_add(1) >= kMaxLogsPerSecond) return;
  const auto known = level >= PLATOS_LOG_DEBUG && level <= PLATOS_LOG_ERROR ? static_cast<base::LogLevel>(level)
                                                                            : base::LogLevel::Info;
  const std::string_view extra = short_view(fields, kMaxLogBytes);
  if (extra.empty()) {
    logger_.log(known, "plugin", short_view(message, kMaxLogBytes), {{"instance", label_}});
  } else {
    logger_.log(known, "plugin", short_view(message, kMaxLogBytes), {{"instance", label_}, {"fields", extra}});
  }
}

std::int32_t HostTable::exchange(platos_call_t* call, const platos_http_request_t* request,
                                 const platos_http_sink_t* sink, platos_error_t* error) {
  const bool callable =
      call != nullptr && request != nullptr && sink != nullptr && sink->head != nullptr && sink->body != nullptr;
  if (!callable || request->header_count > kMaxHeaders || (request->header_count > 0 && request->headers == nullptr)) {
    return refuse(error, PLATOS_INVALID_ARGUMENT, "http: call, request and sink are needed, and at most 64 headers");
  }
  const std::string_view url = short_view(request->url, 8192);
  if (!url_matches(services_.http_patterns, url)) {
    return refuse(error, PLATOS_PERMISSION_DENIED, "http: " + base::printable(url) + " matches no granted pattern");
  }
  if (request->body.size > kMaxHttpBytes)
    return refuse(error, PLATOS_INVALID_ARGUMENT, "http: the body is over 16 MiB");
  egress::HttpRequest outgoing;
  outgoing.method = short_view(request->method, 16);
  outgoing.url = url;
  outgoing.body = short_view(request->body, kMaxHttpBytes);
  outgoing.silence_timeout_ms = request->timeout_ms;
  outgoing.reuse_connection = outgoing.method == "GET";  // anything else must not be sent twice
  outgoing.trust = egress::HostTrust::Operator;          // the pattern is the operator's
  for (std::size_t i = 0; i < request->header_count; ++i) {
    const auto value = slots_->fill_in(short_view(request->headers[i].value, 8192));
    if (!value) return refuse(error, value.error());
    const std::string name(short_view(request->headers[i].name, 256));
    if ((name + *value).find_first_of("\r\n") != std::string::npos) {
      return refuse(error, PLATOS_INVALID_ARGUMENT, "http: a header holds a line break");
    }
    outgoing.headers.emplace_back(name, *value);
  }
  const auto answer = services_.http->fetch(std::move(outgoing), *call);
  if (!answer) return refuse(error, answer.error());
  std::vector<platos_header_t> headers;
  std::vector<std::string> values;
  values.reserve(answer->headers.size());
  for (const auto& [name, value] : answer->headers) {
    values.push_back(slots_->strip(value));
    headers.push_back({{name.data(), name.size()}, {values.back().data(), values.back().size()}});
  }
  if (const auto status = sink->head(sink->context, answer->status, headers.data(), headers.size());
      status != PLATOS_OK) {
    return status;
  }
  const std::string body = slots_->strip(answer->body);
  return body.empty() ? PLATOS_OK : sink->body(sink->context, {body.data(), body.size()});
}

std::int32_t HostTable::sign(platos_slice_t slot, platos_slice_t algorithm, platos_slice_t data,
                             const platos_writer_t* writer, platos_error_t* error) const {
  const secrets::Secret* secret = slots_->find(short_view(slot, 256));
  if (secret == nullptr) {
    return refuse(error, PLATOS_FAILED_PRECONDITION,
                  "secrets: slot \"" + base::printable(short_view(slot, 64)) + "\" has no value");
  }
  const std::string_view name = short_view(algorithm, 32);
  const EVP_MD* digest = name == "hmac-sha256" ? EVP_sha256() : name == "hmac-sha512" ? EVP_sha512() : nullptr;
  if (digest == nullptr)
    return refuse(error, PLATOS_UNIMPLEMENTED, "secrets: unknown algorithm " + base::printable(name));
  unsigned char signature[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(digest, secret->view().data(), static_cast<int>(secret->view().size()),
       reinterpret_cast<const unsigned char*>(data.data), data.size, signature, &size);
  return writer->write(writer->context, {reinterpret_cast<const char*>(signature), size});
}

}  // namespace platos::extension
