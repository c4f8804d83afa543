// platos.provider/1 in C++. Derive from Provider and Exchange; throw platos::sdk::Error.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "platos/cpp/json_writer.hpp"
#include "platos/cpp/plugin.hpp"
#include "platos/provider.h"

namespace platos::sdk {
inline namespace v1_0 {

/// Sends events to the host. Valid for the call it is passed to. Throws SinkClosed when the host wants no more.
class EventSink {
 public:
  explicit EventSink(const platos_event_sink_t* sink) noexcept : sink_(sink) {}

  void text(std::string_view piece) const {
    platos_event_t event = blank(PLATOS_EVENT_TEXT);
    event.text = slice(piece);
    emit(event);
  }
  void reasoning(std::string_view piece) const {
    platos_event_t event = blank(PLATOS_EVENT_REASONING);
    event.text = slice(piece);
    emit(event);
  }
  void tool_begin(std::int32_t index, std::string_view id, std::string_view name) const {
    platos_event_t event = blank(PLATOS_EVENT_TOOL_BEGIN, index);
    event.id = slice(id);
    event.name = slice(name);
    emit(event);
  }
  void tool_args(std::int32_t index, std::string_view piece) const {
    platos_event_t event = blank(PLATOS_EVENT_TOOL_ARGS, index);
    event.text = slice(piece);
    emit(event);
  }
  void tool_end(std::int32_t index) const { emit(blank(PLATOS_EVENT_TOOL_END, index)); }
  void usage(std::int64_t input, std::int64_t output, std::int64_t cached = -1, std::int64_t reasoning = -1,
             std::int64_t cache_write = -1) const {
    platos_event_t event = blank(PLATOS_EVENT_USAGE);
    event.input_tokens = input;
    event.output_tokens = output;
    event.cached_tokens = cached;
    event.reasoning_tokens = reasoning;
    event.cache_write_tokens = cache_write;
    emit(event);
  }
  void stop(std::int32_t reason) const {
    platos_event_t event = blank(PLATOS_EVENT_STOP);
    event.stop_reason = reason;
    emit(event);
  }
  void extra(std::string_view json) const {
    platos_event_t event = blank(PLATOS_EVENT_EXTRA);
    event.json = slice(json);
    emit(event);
  }

 private:
  static platos_event_t blank(std::int32_t kind, std::int32_t index = 0) noexcept {
    platos_event_t event{};
    event.struct_size = sizeof event;
    event.kind = kind;
    event.index = index;
    event.input_tokens = event.output_tokens = event.cached_tokens = event.reasoning_tokens = -1;
    event.cache_write_tokens = -1;
    return event;
  }
  void emit(const platos_event_t& event) const {
    if (const std::int32_t status = sink_->emit(sink_->context, &event); status != PLATOS_OK) throw SinkClosed(status);
  }

  const platos_event_sink_t* sink_;
};

/// One request and its answer (see provider.h for the order of calls). Bytes that a step refers to must stay valid
/// until the next call on the exchange: keep them in members.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual void next(platos_step_t& step, const EventSink& sink) = 0;
  virtual void on_head(std::int32_t http_status, std::span<const platos_header_t> headers) = 0;
  virtual void on_frame(std::string_view event, std::string_view data, const EventSink& sink) = 0;
  virtual void on_end(std::int32_t transport_status, const EventSink& sink) = 0;

 private:
  friend class Provider;
  const platos_host_t* host_ = nullptr;
  platos_exchange_t* handle() noexcept { return reinterpret_cast<platos_exchange_t*>(this); }
  static Exchange& of(platos_exchange_t* handle) noexcept { return *reinterpret_cast<Exchange*>(handle); }
};

class Provider : public Instance {
 public:
  static constexpr const char* kInterface = PLATOS_PROVIDER_INTERFACE;
  using Instance::Instance;

  /// Writes the JSON array of known models.
  virtual void models(JsonWriter& out) {
    out.begin_array();
    out.end_array();
  }
  virtual std::unique_ptr<Exchange> begin(Call call, std::string_view request_json) = 0;

  const void* interface_table(std::string_view interface_id) const noexcept override {
    return interface_id == kInterface ? &kTable : nullptr;
  }

 private:
  static Provider& of(platos_instance_t* handle) noexcept { return static_cast<Provider&>(Instance::of(handle)); }

  static std::int32_t models_c(platos_instance_t* instance, const platos_writer_t* writer,
                               platos_error_t* error) noexcept {
    return guard(of(instance).host().table(), error,
                 [&] { write_json(writer, [&](JsonWriter& json) { of(instance).models(json); }); });
  }
  static std::int32_t begin_c(platos_instance_t* instance, platos_call_t* call, platos_slice_t request_json,
                              platos_exchange_t** exchange, platos_error_t* error) noexcept {
    const platos_host_t* host = of(instance).host().table();
    return guard(host, error, [&] {
      std::unique_ptr<Exchange> made = of(instance).begin(Call(host, call, error), view(request_json));
      if (made == nullptr) throw Error(PLATOS_INTERNAL, "begin() made no exchange");
      made->host_ = host;
      *exchange = made.release()->handle();
    });
  }
  static std::int32_t next_c(platos_exchange_t* exchange, platos_step_t* step, const platos_event_sink_t* sink,
                             platos_error_t* error) noexcept {
    return guard(Exchange::of(exchange).host_, error, [&] { Exchange::of(exchange).next(*step, EventSink(sink)); });
  }
  static std::int32_t on_head_c(platos_exchange_t* exchange, std::int32_t http_status, const platos_header_t* headers,
                                std::size_t count, platos_error_t* error) noexcept {
    return guard(Exchange::of(exchange).host_, error, [&] {
      Exchange::of(exchange).on_head(http_status, {headers, count});
    });
  }
  static std::int32_t on_frame_c(platos_exchange_t* exchange, platos_slice_t event, platos_slice_t data,
                                 const platos_event_sink_t* sink, platos_error_t* error) noexcept {
    return guard(Exchange::of(exchange).host_, error,
                 [&] { Exchange::of(exchange).on_frame(view(event), view(data), EventSink(sink)); });
  }
  static std::int32_t on_end_c(platos_exchange_t* exchange, std::int32_t transport_status,
                               const platos_event_sink_t* sink, platos_error_t* error) noexcept {
    return guard(Exchange::of(exchange).host_, error,
                 [&] { Exchange::of(exchange).on_end(transport_status, EventSink(sink)); });
  }
  static void end_c(platos_exchange_t* exchange) noexcept { delete &Exchange::of(exchange); }

  static constexpr platos_provider_t kTable = {
      sizeof(platos_provider_t), 0, models_c, begin_c, next_c, on_head_c, on_frame_c, on_end_c, end_c};
};

}  // namespace v1_0
}  // namespace platos::sdk
