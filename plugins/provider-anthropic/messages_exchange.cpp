#include "messages_exchange.hpp"

#include <utility>

#include "common/provider/vendor_error.hpp"

namespace platos::provider_anthropic {
namespace {

// Its buffers are as large as the largest frame and are needed for one frame at a time: not one for each open stream.
EventReader& reader() {
  thread_local EventReader shared;
  return shared;
}

}  // namespace

MessagesExchange::MessagesExchange(sdk::Host host, const Endpoint& endpoint, MessagesRequest request)
    : OneStepExchange(host, endpoint, std::move(request.body), request.stream),
      tool_names_(std::move(request.tool_names)),
      answer_tool_(std::move(request.answer_tool)),
      answer_(tool_names_, answer_tool_) {}

OneStepExchange::Progress MessagesExchange::read_stream_frame(std::string_view event, std::string_view data,
                                                              const sdk::EventSink& sink) {
  // The vendor reports an overload also after it has begun to answer with status 200.
  if (event == "error") throw in_answer_failure(endpoint().base_url, parse_vendor_error(data));
  if (!event.empty() && !is_known_event(event)) return Progress::GoesOn;
  return reading(data, [&] {
    const Event& read = reader().read(data);
    if (read.kind == EventKind::Error) throw in_answer_failure(endpoint().base_url, parse_vendor_error(data));
    answer_.add(read, sink);
    if (read.kind != EventKind::MessageStop) return Progress::GoesOn;
    answer_.finish(sink);
    return Progress::Complete;
  });
}

void MessagesExchange::read_whole_body(std::string_view body, const sdk::EventSink& sink) {
  reading(body, [&] {
    const Event& read = reader().read(body);
    if (read.kind == EventKind::Error) throw in_answer_failure(endpoint().base_url, parse_vendor_error(body));
    if (read.kind != EventKind::WholeMessage) throw WrongType("message", "type", "another type");
    answer_.add(read, sink);
    answer_.finish(sink);
  });
}

OneStepExchange::Progress MessagesExchange::finish_early(const sdk::EventSink& sink) {
  if (!answer_.may_finish()) return Progress::GoesOn;
  answer_.finish(sink);
  return Progress::Complete;
}

}  // namespace platos::provider_anthropic
