// Drives a provider codec from recorded bytes, cut wherever a test wants. Include in tests only.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platos/cpp/testing/fake_host.hpp"

namespace platos::sdk {
inline namespace v1_0 {
namespace testing {

/// A readable copy of one event, comparable: "text:Hello", "tool_begin:0:call_1:search", "usage:12/3", "stop:1".
inline std::string describe(const platos_event_t& event) {
  const std::string index = std::to_string(event.index);
  switch (event.kind) {
    case PLATOS_EVENT_TEXT: return "text:" + std::string(view(event.text));
    case PLATOS_EVENT_REASONING: return "reasoning:" + std::string(view(event.text));
    case PLATOS_EVENT_TOOL_BEGIN:
      return "tool_begin:" + index + ":" + std::string(view(event.id)) + ":" + std::string(view(event.name));
    case PLATOS_EVENT_TOOL_ARGS: return "tool_args:" + index + ":" + std::string(view(event.text));
    case PLATOS_EVENT_TOOL_END: return "tool_end:" + index;
    case PLATOS_EVENT_USAGE:
      return "usage:" + std::to_string(event.input_tokens) + "/" + std::to_string(event.output_tokens);
    case PLATOS_EVENT_STOP: return "stop:" + std::to_string(event.stop_reason);
    case PLATOS_EVENT_EXTRA: return "extra:" + std::string(view(event.json));
    default: return "unknown:" + std::to_string(event.kind);
  }
}

/// What one exchange did.
struct Outcome {
  std::int32_t status = PLATOS_OK;  ///< of the first call that failed
  platos_error_t error;
  std::vector<std::string> events;  ///< described; neighbouring text, reasoning and tool_args pieces are joined
  std::string method, url, body;    ///< of the first HTTP step
  std::vector<std::pair<std::string, std::string>> headers;
  bool done = false;
};

/// Cuts bytes into server-sent events the plain way: LF lines, one data line or more, an empty line ends an event.
class PlainSseFramer {
 public:
  template <typename OnFrame>
  bool feed(std::string_view bytes, OnFrame&& on_frame) {
    buffer_ += bytes;
    for (std::size_t end; (end = buffer_.find('\n')) != std::string::npos; buffer_.erase(0, end + 1)) {
      std::string_view line(buffer_.data(), end);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (line.empty()) {
        if (has_data_ && !on_frame(event_, data_)) return false;
        event_.clear();
        data_.clear();
        has_data_ = false;
      } else if (line.starts_with("data:")) {
        if (has_data_) data_ += '\n';
        data_ += line.substr(line.starts_with("data: ") ? 6 : 5);
        has_data_ = true;
      } else if (line.starts_with("event:")) {
        event_ = line.substr(line.starts_with("event: ") ? 7 : 6);
      }
    }
    return true;
  }

 private:
  std::string buffer_, event_, data_;
  bool has_data_ = false;
};

/// Runs one exchange against a recorded answer: begin, next, head, the body in the given pieces, end, next.
/// `transport_status` is what on_end hears after the last piece.
inline Outcome run_exchange(const FakeInstance& instance, std::string_view request_json, std::int32_t http_status,
                            const std::vector<std::string_view>& body_pieces,
                            const std::vector<std::pair<std::string, std::string>>& response_headers = {},
                            std::int32_t transport_status = PLATOS_OK) {
  const auto& provider = instance.table<platos_provider_t>(PLATOS_PROVIDER_INTERFACE);
  Outcome outcome;
  const platos_event_sink_t sink = {
      sizeof sink, 0, &outcome, [](void* context, const platos_event_t* event) -> std::int32_t {
        auto& events = static_cast<Outcome*>(context)->events;
        const std::string text = describe(*event);
        const bool joins = event->kind == PLATOS_EVENT_TEXT || event->kind == PLATOS_EVENT_REASONING ||
                           event->kind == PLATOS_EVENT_TOOL_ARGS;
        const std::string prefix = text.substr(0, text.find(':', event->kind == PLATOS_EVENT_TOOL_ARGS ? 10 : 0) + 1);
        if (joins && !events.empty() && events.back().starts_with(prefix)) {
          events.back() += text.substr(prefix.size());
        } else {
          events.push_back(text);
        }
        return PLATOS_OK;
      }};
  platos_call_t call;
  platos_exchange_t* exchange = nullptr;
  const auto failed = [&](std::int32_t status) { return (outcome.status = status) != PLATOS_OK; };
  if (failed(provider.begin(instance.handle(), &call, slice(request_json), &exchange, &outcome.error))) return outcome;
  const auto body = [&]() -> bool {
    platos_step_t step{};
    do {  // waits are over at once
      step = {};
      step.struct_size = sizeof step;
      if (failed(provider.next(exchange, &step, &sink, &outcome.error))) return false;
    } while (step.kind == PLATOS_STEP_WAIT);
    if (step.kind == PLATOS_STEP_DONE) return true;
    outcome.method = view(step.method);
    outcome.url = view(step.url);
    outcome.body = view(step.body);
    for (std::size_t i = 0; i < step.header_count; ++i) {
      outcome.headers.emplace_back(view(step.headers[i].name), view(step.headers[i].value));
    }
    std::vector<platos_header_t> headers;
    for (const auto& [name, value] : response_headers) headers.push_back({slice(name), slice(value)});
    if (failed(provider.on_head(exchange, http_status, headers.data(), headers.size(), &outcome.error))) return false;
    const auto frame = [&](std::string_view event, std::string_view data) {
      return !failed(provider.on_frame(exchange, slice(event), slice(data), &sink, &outcome.error));
    };
    const std::int32_t framing = http_status >= 200 && http_status < 300 ? step.framing : PLATOS_FRAMING_RAW;
    PlainSseFramer sse;
    std::string whole;
    for (const std::string_view piece : body_pieces) {
      if (framing == PLATOS_FRAMING_SSE) {
        if (!sse.feed(piece, frame)) return false;
      } else if (framing == PLATOS_FRAMING_WHOLE) {
        whole += piece;
      } else if (!frame({}, piece)) {
        return false;
      }
    }
    if (framing == PLATOS_FRAMING_WHOLE && !frame({}, whole)) return false;
    if (failed(provider.on_end(exchange, transport_status, &sink, &outcome.error))) return false;
    step = {};
    step.struct_size = sizeof step;
    if (failed(provider.next(exchange, &step, &sink, &outcome.error))) return false;
    return step.kind == PLATOS_STEP_DONE;
  };
  outcome.done = body();
  provider.end(exchange);
  return outcome;
}

}  // namespace testing
}  // namespace v1_0
}  // namespace platos::sdk
