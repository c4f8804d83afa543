#include "extension/adapters/provider_adapter.hpp"

#include <algorithm>

#include <optional>

#include "base/text.hpp"
#include "extension/adapters/codec_step.hpp"
#include "extension/services/call.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxTextBytes = 16 * 1024 * 1024;

model::StopReason stop_of(std::int32_t reason) {
  switch (reason) {
    case PLATOS_STOP_END: return model::StopReason::End;
    case PLATOS_STOP_TOOLS: return model::StopReason::Tools;
    case PLATOS_STOP_LENGTH: return model::StopReason::Length;
    case PLATOS_STOP_REFUSED: return model::StopReason::Refused;
    default: return model::StopReason::Other;
  }
}

// A vendor that counts below zero counts nothing.
model::Usage usage_of(const platos_event_t& event) {
  const auto count = [](std::int64_t tokens) { return std::max<std::int64_t>(tokens, -1); };
  model::Usage usage;
  usage.input_tokens = count(event.input_tokens);
  usage.output_tokens = count(event.output_tokens);
  usage.cached_tokens = count(event.cached_tokens);
  usage.reasoning_tokens = count(event.reasoning_tokens);
  usage.cache_write_tokens = count(event.cache_write_tokens);
  return usage;
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
      case PLATOS_EVENT_USAGE: return sink_.on_usage(usage_of(event));
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
                ports::ChatSink& sink, const secrets::SlotTable& slots, const UrlChange& change)
      : instance_(std::move(instance)), table_(table), gate_(sink), slots_(slots), change_(change) {
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
    if (begun && exchange_ == nullptr) return instance_->breach("begin() succeeded without an exchange");
    return begun;
  }

  Result<ports::Step> next() override {
    platos_step_t step{};
    step.struct_size = sizeof step;
    auto done = call([&](platos_error_t* error) { return table_->next(exchange_, &step, gate_.table(), error); });
    if (!done) return fail(done.error());
    auto read = steps_.read(step, *instance_);
    if (!read || change_.to.empty() || change_.from.empty() || !read->url.starts_with(change_.from)) return read;
    url_ = change_.to + std::string(read->url.substr(change_.from.size()));
    read->url = url_;
    return read;
  }

  Result<void> on_head(int status, std::span<const ports::Header> headers) override {
    const StrippedHeaders seen(headers, slots_);
    return call(
        [&](platos_error_t* error) { return table_->on_head(exchange_, status, seen.data(), seen.size(), error); });
  }

  Result<void> on_frame(std::string_view event, std::string_view data) override {
    const StrippedFrame seen(data, slots_);
    return call([&](platos_error_t* error) {
      return table_->on_frame(exchange_, {event.data(), event.size()}, seen.slice(), gate_.table(), error);
    });
  }

  Result<void> on_end(ports::TransportStatus status) override {
    return call(
        [&](platos_error_t* error) { return table_->on_end(exchange_, status_of(status), gate_.table(), error); });
  }

 private:
  template <typename Body>
  Result<void> call(Body body) {
    const CodecGuard guard(instance_->watchdog(), instance_->plugin_id());
    auto called = instance_->call("provider_", body);
    if (gate_.refusal() && !instance_->failed()) return fail(*gate_.refusal());
    return called;
  }

  std::shared_ptr<Instance> instance_;
  const platos_provider_t* table_;
  platos_call_t call_;
  EventGate gate_;
  const secrets::SlotTable& slots_;
  const UrlChange& change_;
  std::string url_;  // of the step under way, when it was changed
  platos_exchange_t* exchange_ = nullptr;
  StepReader steps_;
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
  static const UrlChange kNone;
  return begin_with(std::move(context), request_json, sink, instance_->host().slots(), kNone);
}

Result<std::unique_ptr<ports::Exchange>> ProviderAdapter::begin_with(ports::CallContext context,
                                                                     std::string_view request_json,
                                                                     ports::ChatSink& sink,
                                                                     const secrets::SlotTable& slots,
                                                                     const UrlChange& change) {
  auto exchange = std::make_unique<CodecExchange>(instance_, table_, std::move(context), sink, slots, change);
  if (auto begun = exchange->begin(request_json); !begun) return fail(begun.error());
  return std::unique_ptr<ports::Exchange>(std::move(exchange));
}

}  // namespace platos::extension
