// A codec in raw C tables that breaks the contract in the way its configuration names: {"do": "...", "base_url":
// "..."}.
#include <array>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "rogue-kit/rogue_kit.hpp"

using platos::sdk::slice;
using platos::sdk::view;

namespace {

// The first frame comes late enough for the turn's first event to be with the client.
constexpr std::string_view kUpstreamBody =
    R"({"model":"mock-d100-n3-r0","stream":true,"messages":[{"role":"user","content":"x"}]})";

struct Codec {
  const platos_host_t* host;
  std::string does;
  std::string url;
};

struct Run {
  Codec* codec;
  int nexts = 0;
  std::string url;
  std::vector<platos_header_t> headers;
};

Run& run_of(platos_exchange_t* handle) { return *reinterpret_cast<Run*>(handle); }

platos_event_t event_of(std::int32_t kind, std::string_view text = {}) {
  platos_event_t event{};
  event.struct_size = sizeof event;
  event.kind = kind;
  event.text = slice(text);
  event.input_tokens = event.output_tokens = event.cached_tokens = event.reasoning_tokens = -1;
  return event;
}

/// On purpose deaf to what the sink answers.
void emit(const platos_event_sink_t* sink, const platos_event_t& event) { (void)sink->emit(sink->context, &event); }

void emit_stop(const platos_event_sink_t* sink) {
  platos_event_t stop = event_of(PLATOS_EVENT_STOP);
  stop.stop_reason = PLATOS_STOP_END;
  emit(sink, stop);
}

void emit_tool(const platos_event_sink_t* sink, std::int32_t kind, std::string_view text = {}) {
  platos_event_t event = event_of(kind, text);
  event.id = slice("id-1");
  event.name = slice("tool");
  emit(sink, event);
}

/// Everything that goes wrong with events and needs no network. False: `what` is no such case.
bool bad_events(const std::string& what, const platos_event_sink_t* sink) {
  if (what == "event_null") {
    (void)sink->emit(sink->context, nullptr);
  } else if (what == "event_small" || what == "text_without_data" || what == "text_huge" || what == "name_huge") {
    platos_event_t event = event_of(PLATOS_EVENT_TEXT, "text");
    if (what == "event_small") event.struct_size = 4;
    if (what == "text_without_data") event.text = {nullptr, 5};
    if (what == "text_huge") event.text.size = std::numeric_limits<std::size_t>::max();
    if (what == "name_huge") event.name = {"name", std::size_t{1} << 40};
    emit(sink, event);
  } else if (what == "text_half_character") {
    emit(sink, event_of(PLATOS_EVENT_TEXT, "caf\xC3"));
  } else if (what == "two_stops") {
    emit_stop(sink);
  } else if (what == "event_after_stop") {
    emit_stop(sink);
    emit(sink, event_of(PLATOS_EVENT_TEXT, "more"));
    return true;
  } else if (what == "args_without_begin") {
    emit_tool(sink, PLATOS_EVENT_TOOL_ARGS, "{}");
  } else if (what == "end_without_begin") {
    emit_tool(sink, PLATOS_EVENT_TOOL_END);
  } else if (what == "tool_begins_twice") {
    emit_tool(sink, PLATOS_EVENT_TOOL_BEGIN);
    emit_tool(sink, PLATOS_EVENT_TOOL_BEGIN);
  } else if (what == "tool_without_end") {
    emit_tool(sink, PLATOS_EVENT_TOOL_BEGIN);
  } else if (what == "extra_not_json") {
    platos_event_t event = event_of(PLATOS_EVENT_EXTRA);
    event.json = slice("{not json");
    emit(sink, event);
  } else if (what == "unknown_kinds") {
    emit(sink, event_of(99, "ignored"));
    emit(sink, event_of(PLATOS_EVENT_TEXT, "fine"));
  } else if (what != "no_stop") {
    return false;
  }
  if (what != "no_stop") emit_stop(sink);
  return true;
}

void http_step(Run& run, platos_step_t* step) {
  step->kind = PLATOS_STEP_HTTP;
  step->framing = PLATOS_FRAMING_SSE;
  step->method = slice("POST");
  run.url = run.codec->url + "/chat/completions";
  step->url = slice(run.url);
  run.headers = {{slice("content-type"), slice("application/json")}};
  step->body = slice(kUpstreamBody);
}

/// Breaks one member of a step that is right otherwise.
void spoil(const std::string& what, Run& run, platos_step_t* step) {
  if (what == "url_not_granted") run.url = "http://127.0.0.1:9/elsewhere";
  if (what == "url_not_granted") step->url = slice(run.url);
  if (what == "url_without_data") step->url = {nullptr, 20};
  if (what == "url_huge") step->url.size = std::size_t{1} << 40;
  if (what == "body_huge") step->body.size = std::numeric_limits<std::size_t>::max();
  if (what == "method_huge") step->method.size = 1000;
  if (what == "header_value_crlf") run.headers.push_back({slice("x-a"), slice("1\r\nx-b: 2")});
  if (what == "header_name_crlf") run.headers.push_back({slice("x-a: 1\r\nx-b"), slice("2")});
  if (what == "step_unknown") step->kind = 99;
  if (what == "step_websocket") step->kind = PLATOS_STEP_WS;
  step->headers = run.headers.data();
  step->header_count = run.headers.size();
  if (what == "headers_without_data") step->headers = nullptr;
  if (what == "headers_too_many") step->header_count = 1000;
  if (what == "headers_huge") step->header_count = std::numeric_limits<std::size_t>::max();
}

std::int32_t models(platos_instance_t*, const platos_writer_t* writer, platos_error_t*) {
  return writer->write(writer->context, slice("[]"));
}

std::int32_t begin(platos_instance_t* instance, platos_call_t*, platos_slice_t, platos_exchange_t** exchange,
                   platos_error_t*) {
  Codec& codec = rogue::object_of<Codec>(instance);
  if (codec.does == "begin_throws") throw 42;
  if (codec.does == "begin_without_exchange") return PLATOS_OK;
  if (codec.does == "begin_hangs") rogue::hang();
  if (codec.does == "begin_fails_silently") return PLATOS_INTERNAL;
  if (codec.does == "begin_unknown_status") return 4711;
  *exchange = reinterpret_cast<platos_exchange_t*>(new Run{&codec, 0, {}, {}});
  return PLATOS_OK;
}

std::int32_t next(platos_exchange_t* exchange, platos_step_t* step, const platos_event_sink_t* sink, platos_error_t*) {
  Run& run = run_of(exchange);
  const std::string& does = run.codec->does;
  if (does == "next_throws") throw std::runtime_error("thrown by next");
  if (does == "next_hangs") rogue::hang();
  step->kind = PLATOS_STEP_DONE;
  if (does == "never_done") {
    step->kind = PLATOS_STEP_WAIT;
    return PLATOS_OK;
  }
  if (does == "next_leaves_step_empty") {
    *step = {};
    return PLATOS_OK;
  }
  if (bad_events(does, sink)) {
    if (does == "two_stops") emit_stop(sink);
    return PLATOS_OK;
  }
  if (++run.nexts > 1 || does == "works") {
    emit(sink, event_of(PLATOS_EVENT_TEXT, "fine"));
    emit_stop(sink);
    return PLATOS_OK;
  }
  http_step(run, step);
  spoil(does, run, step);
  return PLATOS_OK;
}

std::int32_t on_head(platos_exchange_t* exchange, std::int32_t, const platos_header_t*, std::size_t, platos_error_t*) {
  if (run_of(exchange).codec->does == "on_head_throws") throw std::runtime_error("thrown by on_head");
  return PLATOS_OK;
}

std::int32_t on_frame(platos_exchange_t* exchange, platos_slice_t, platos_slice_t, const platos_event_sink_t*,
                      platos_error_t*) {
  const std::string& does = run_of(exchange).codec->does;
  if (does == "on_frame_throws") throw std::runtime_error("thrown by on_frame");
  if (does == "on_frame_hangs") rogue::hang();
  return PLATOS_OK;
}

std::int32_t on_end(platos_exchange_t* exchange, std::int32_t, const platos_event_sink_t*, platos_error_t*) {
  if (run_of(exchange).codec->does == "on_end_throws") throw std::runtime_error("thrown by on_end");
  return PLATOS_OK;
}

void end(platos_exchange_t* exchange) { delete &run_of(exchange); }

const platos_provider_t kProvider = {sizeof(platos_provider_t), 0, models, begin, next, on_head, on_frame, on_end, end};

std::int32_t create(const platos_host_t* host, platos_slice_t config, platos_instance_t** instance,
                    platos_error_t* error) {
  const std::string does = rogue::member(view(config), "do");
  if (does == "create_hangs") rogue::hang();
  if (does == "create_throws") throw std::runtime_error("thrown by create");
  if (does == "create_without_instance") return PLATOS_OK;
  if (does == "create_fails") return rogue::refuse(host, error, PLATOS_INVALID_ARGUMENT, "base_url: expected a planet");
  *instance = reinterpret_cast<platos_instance_t*>(new Codec{host, does, rogue::member(view(config), "base_url")});
  return PLATOS_OK;
}

}  // namespace

ROGUE_COMPONENT(create, rogue::destroy<Codec>, kProvider, PLATOS_PROVIDER_INTERFACE);
