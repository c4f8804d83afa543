#include "extension/adapters/provider_adapter.hpp"

#include <vector>

#include "base/text.hpp"
#include "extension/loader/manifest.hpp"
#include "extension/services/call.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxTextBytes = 16 * 1024 * 1024;
constexpr std::size_t kMaxUrlBytes = 8 * 1024;
constexpr std::size_t kMaxHeaders = 64;
constexpr std::int64_t kMaxWaitMs = 24LL * 3600 * 1000;

std::int32_t status_of(ports::TransportStatus status) {
  switch (status) {
    case ports::TransportStatus::Complete: return PLATOS_OK;
    case ports::TransportStatus::TimedOut: return PLATOS_DEADLINE;
    case ports::TransportStatus::Cancelled: return PLATOS_CANCELLED;
    default: return PLATOS_UNAVAILABLE;
  }
}

ports::Framing framing_of(std::int32_t framing) {
  switch (framing) {
    case PLATOS_FRAMING_SSE: return ports::Framing::ServerSentEvents;
    case PLATOS_FRAMING_NDJSON: return ports::Framing::NdJson;
    case PLATOS_FRAMING_WHOLE: return ports::Framing::Whole;
    default: return ports::Framing::Raw;
  }
}

model::StopReason stop_of(std::int32_t reason) {
  switch (reason) {
    case PLATOS_STOP_END: return model::StopReason::End;
    case PLATOS_STOP_TOOLS: return model::StopReason::Tools;
    case PLATOS_STOP_LENGTH: return model::StopReason::Length;
    case PLATOS_STOP_REFUSED: return model::StopReason::Refused;
    default: return model::StopReason::Other;
  }
}

/// Checks a plugin's events and passes them on.
class EventGate {
 public:
  explicit EventGate(ports::ChatSink& sink) : sink_(sink) {
    table_ = {sizeof table_, 0, this, [](void* self, const platos_event_t* event) noexcept -> std::int32_t {
                return static_cast<EventGate*>(self)->take(event);
              }};
  }
  const platos_event_sink_t* table() const { return &table_; }
  /// Why the sink refused, if it did.
  const std::optional<Error>& refusal() const { return refusal_; }

 private:
  std::int32_t take(const platos_event_t* event) {
    if (refusal_) return PLATOS_CANCELLED;
    auto taken = event == nullptr || event->struct_size < sizeof(platos_event_t)
                     ? Result<void>(fail(ErrorKind::Internal, "plugin_breach", "an event without a size that can be"))
                     : pass_on(*event);
    if (taken) return PLATOS_OK;
    refusal_ = taken.error();
    return PLATOS_CANCELLED;
  }

  Result<void> pass_on(const platos_event_t& event) {
    const auto text = text_of(event.text, "text");
    const auto id = text_of(event.id, "id");
    const auto name = text_of(event.name, "name");
    const auto json = text_of(event.json, "json");
    for (const auto* each : {&text, &id, &name, &json}) {
      if (!*each) return fail(each->error());
    }
    switch (event.kind) {
      case PLATOS_EVENT_TEXT: return sink_.on_text(*text);
      case PLATOS_EVENT_REASONING: return sink_.on_reasoning(*text);
      case PLATOS_EVENT_TOOL_BEGIN: return sink_.on_tool_begin(event.index, *id, *name);
      case PLATOS_EVENT_TOOL_ARGS: return sink_.on_tool_args(event.index, *text);
      case PLATOS_EVENT_TOOL_END: return sink_.on_tool_end(event.index);
      case PLATOS_EVENT_USAGE:
        return sink_.on_usage({event.input_tokens, event.output_tokens, event.cached_tokens, event.reasoning_tokens});
      case PLATOS_EVENT_STOP: return sink_.on_stop(stop_of(event.stop_reason));
      case PLATOS_EVENT_EXTRA: return sink_.on_extra(*json);
      default: return {};
    }
  }

  static Result<std::string_view> text_of(platos_slice_t slice, std::string_view what) {
    auto text = checked_view(slice, kMaxTextBytes, what);
    if (text && !base::is_valid_utf8(*text)) {
      return fail(ErrorKind::Internal, "provider_bad_response", "the model's " + std::string(what) + " is not UTF-8");
    }
    return text;
  }

  ports::ChatSink& sink_;
  platos_event_sink_t table_;
  std::optional<Error> refusal_;
};

class CodecExchange final : public ports::Exchange {
 public:
  CodecExchange(std::shared_ptr<Instance> instance, const platos_provider_t* table, ports::CallContext context,
                ports::ChatSink& sink)
      : instance_(std::move(instance)), table_(table), gate_(sink) {
    call_.context = std::move(context);
  }
  ~CodecExchange() override {
    if (exchange_ == nullptr || instance_->failed()) return;
    call([&](platos_error_t*) -> std::int32_t {
      table_->end(exchange_);
      return PLATOS_OK;
    });
  }

  Result<void> begin(std::string_view request_json) {
    auto begun = call([&](platos_error_t* error) {
      return table_->begin(instance_->handle(), &call_, {request_json.data(), request_json.size()}, &exchange_, error);
    });
    if (begun && exchange_ == nullptr) return breach("begin() succeeded without an exchange");
    return begun;
  }

  Result<ports::Step> next() override {
    platos_step_t step{};
    step.struct_size = sizeof step;
    auto done = call([&](platos_error_t* error) { return table_->next(exchange_, &step, gate_.table(), error); });
    if (!done) return fail(done.error());
    return to_step(step);
  }

  Result<void> on_head(int status, std::span<const ports::Header> headers) override {
    // What an upstream echoes of a secret does not reach the plugin.
    std::vector<std::string> values;
    std::vector<platos_header_t> list;
    values.reserve(headers.size());
    for (const auto& header : headers) {
      values.push_back(instance_->host().slots().strip(header.value));
      list.push_back({{header.name.data(), header.name.size()}, {values.back().data(), values.back().size()}});
    }
    return call(
        [&](platos_error_t* error) { return table_->on_head(exchange_, status, list.data(), list.size(), error); });
  }

  Result<void> on_frame(std::string_view event, std::string_view data) override {
    std::string stripped;
    if (instance_->host().slots().appears_in(data)) {
      stripped = instance_->host().slots().strip(data);
      data = stripped;
    }
    return call([&](platos_error_t* error) {
      return table_->on_frame(exchange_, {event.data(), event.size()}, {data.data(), data.size()}, gate_.table(),
                              error);
    });
  }

  Result<void> on_end(ports::TransportStatus status) override {
    return call(
        [&](platos_error_t* error) { return table_->on_end(exchange_, status_of(status), gate_.table(), error); });
  }

 private:
  template <typename Body>
  Result<void> call(Body body) {
    if (instance_->failed()) {
      return fail(ErrorKind::FailedPrecondition, "plugin_failed", instance_->name() + ": " + instance_->failure());
    }
    platos_error_t error;
    std::optional<std::string> broken;
    std::int32_t status = PLATOS_OK;
    {
      const CodecGuard guard(instance_->watchdog(), instance_->plugin_id());
      status = call_plugin([&] { return body(&error); }, [&](const char* what) { broken = what; });
    }
    if (broken) return breach(*broken);
    if (gate_.refusal()) return fail(*gate_.refusal());
    if (status != PLATOS_OK) return fail(provider_error(status, error, instance_->name()));
    return {};
  }

  tl::unexpected<Error> breach(const std::string& what) {
    instance_->fail_for_good(what);
    return fail(ErrorKind::Internal, "plugin_breach", instance_->name() + ": " + what);
  }

  Result<ports::Step> to_step(const platos_step_t& step) {
    ports::Step result;
    switch (step.kind) {
      case PLATOS_STEP_DONE: result.kind = ports::Step::Kind::Done; return result;
      case PLATOS_STEP_WAIT:
        result.kind = ports::Step::Kind::Wait;
        result.wait_ms = std::min(std::max<std::int64_t>(step.wait_ms, 0), kMaxWaitMs);
        return result;
      case PLATOS_STEP_HTTP: break;
      case PLATOS_STEP_WS:
        return fail(ErrorKind::Unimplemented, "provider_unimplemented",
                    instance_->name() + ": WebSocket steps are reserved");
      default: return breach("next() gave a step of kind " + std::to_string(step.kind));
    }
    const auto method = checked_view(step.method, 16, "method");
    const auto url = checked_view(step.url, kMaxUrlBytes, "url");
    const auto body = checked_view(step.body, kMaxTextBytes, "body");
    if (!method || !url || !body || step.header_count > kMaxHeaders ||
        (step.header_count > 0 && step.headers == nullptr)) {
      return breach("next() gave an HTTP step whose sizes cannot be");
    }
    headers_.clear();
    for (std::size_t i = 0; i < step.header_count; ++i) {
      const auto name = checked_view(step.headers[i].name, 256, "header name");
      const auto value = checked_view(step.headers[i].value, kMaxUrlBytes, "header value");
      const bool one_line = name && value && name->find_first_of("\r\n") == std::string_view::npos &&
                            value->find_first_of("\r\n") == std::string_view::npos;
      if (!one_line) return breach("next() gave a header that cannot be");
      headers_.push_back({*name, *value});
    }
    result.kind = ports::Step::Kind::Http;
    result.framing = framing_of(step.framing);
    result.silence_timeout_ms = step.timeout_ms;
    result.method = *method;
    result.url = *url;
    result.headers = headers_;
    result.body = *body;
    return result;
  }

  std::shared_ptr<Instance> instance_;
  const platos_provider_t* table_;
  platos_call_t call_;
  EventGate gate_;
  platos_exchange_t* exchange_ = nullptr;
  std::vector<ports::Header> headers_;
};

}  // namespace

Result<std::shared_ptr<ProviderAdapter>> ProviderAdapter::make(std::shared_ptr<Instance> instance) {
  const auto table = instance->interface_table<platos_provider_t>(PLATOS_PROVIDER_INTERFACE);
  if (!table) return fail(table.error());
  const platos_provider_t* t = *table;
  if (t == nullptr || t->models == nullptr || t->begin == nullptr || t->next == nullptr || t->on_head == nullptr ||
      t->on_frame == nullptr || t->on_end == nullptr || t->end == nullptr) {
    return fail(ErrorKind::Internal, "plugin_breach",
                instance->name() + ": has no complete table for " PLATOS_PROVIDER_INTERFACE);
  }
  return std::shared_ptr<ProviderAdapter>(new ProviderAdapter(std::move(instance), t));
}

Result<std::unique_ptr<ports::Exchange>> ProviderAdapter::begin(ports::CallContext context,
                                                                std::string_view request_json, ports::ChatSink& sink) {
  auto exchange = std::make_unique<CodecExchange>(instance_, table_, std::move(context), sink);
  if (auto begun = exchange->begin(request_json); !begun) return fail(begun.error());
  return std::unique_ptr<ports::Exchange>(std::move(exchange));
}

Result<void> ProviderAdapter::may_reach(std::string_view url) const {
  if (url_matches(instance_->host().http_patterns(), url)) return {};
  return fail(
      ErrorKind::PermissionDenied, "url_not_granted",
      instance_->name() + ": " + base::printable(url, 200) + " matches no pattern that manifest and grant both allow");
}

}  // namespace platos::extension
