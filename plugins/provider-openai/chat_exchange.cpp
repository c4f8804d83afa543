#include "chat_exchange.hpp"

#include <utility>

#include "common/provider/vendor_error.hpp"

namespace platos::provider_openai {
namespace {

// Its buffers are as large as the largest frame and are needed for one frame at a time: not one for each open stream.
ChunkReader& reader() {
  thread_local ChunkReader shared;
  return shared;
}

}  // namespace

ChatExchange::ChatExchange(sdk::Host host, const Endpoint& endpoint, ChatRequest request)
    : OneStepExchange(host, endpoint, std::move(request.body), request.stream, std::move(request.url)),
      tool_names_(std::move(request.tool_names)),
      tool_call_ids_(std::move(request.tool_call_ids)),
      answer_(tool_names_, tool_call_ids_, request.earlier_tool_calls) {}

OneStepExchange::Progress ChatExchange::read_stream_frame(std::string_view event, std::string_view data,
                                                          const sdk::EventSink& sink) {
  if (data == "[DONE]") {
    complete(sink);
    return Progress::Complete;
  }
  const Chunk& chunk = read_chunk(data);
  if (chunk.is_error || event == "error") throw in_answer_failure(endpoint().base_url, parse_vendor_error(data));
  answer_.add(chunk, sink);
  return Progress::GoesOn;
}

void ChatExchange::read_whole_body(std::string_view body, const sdk::EventSink& sink) {
  const Chunk& chunk = read_chunk(body);
  if (chunk.is_error) throw in_answer_failure(endpoint().base_url, parse_vendor_error(body));
  if (!chunk.has_choice) fail_broken("expected an item in choices, found none", body);
  answer_.add(chunk, sink);
  complete(sink);
}

OneStepExchange::Progress ChatExchange::finish_early(const sdk::EventSink& sink) {
  // A vendor that gave its reason has said everything but the token counts.
  if (!answer_.has_finish_reason()) return Progress::GoesOn;
  complete(sink);
  return Progress::Complete;
}

const Chunk& ChatExchange::read_chunk(std::string_view data) {
  return reading(data, [&]() -> const Chunk& { return reader().read(data); });
}

void ChatExchange::complete(const sdk::EventSink& sink) {
  if (answer_.has_failed()) {
    throw plain_failure(PLATOS_UNAVAILABLE,
                        endpoint().base_url + " broke off its answer: finish_reason is " + answer_.finish_reason(),
                        true);
  }
  answer_.finish(sink);
}

}  // namespace platos::provider_openai
