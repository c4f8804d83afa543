#include "generate_exchange.hpp"

#include <utility>

#include "common/provider/vendor_error.hpp"

namespace platos::provider_google {
namespace {

// Its buffers are as large as the largest frame and are needed for one frame at a time: not one for each open stream.
ChunkReader& reader() {
  thread_local ChunkReader shared;
  return shared;
}

}  // namespace

GenerateExchange::GenerateExchange(sdk::Host host, const Endpoint& endpoint, GenerateRequest request)
    : OneStepExchange(host, endpoint, std::move(request.body), request.stream, std::move(request.url)),
      tool_names_(std::move(request.tool_names)),
      answer_tool_(std::move(request.answer_tool)),
      answer_(tool_names_, answer_tool_, request.earlier_tool_calls) {}

OneStepExchange::Progress GenerateExchange::read_stream_frame(std::string_view, std::string_view data,
                                                              const sdk::EventSink& sink) {
  add_chunk(data, sink);
  return Progress::GoesOn;
}

void GenerateExchange::read_whole_body(std::string_view body, const sdk::EventSink& sink) {
  if (!add_chunk(body, sink)) fail_broken("expected an item in candidates, found none", body);
  complete(sink);
}

OneStepExchange::Progress GenerateExchange::finish_early(const sdk::EventSink& sink) {
  if (!answer_.has_ended()) return Progress::GoesOn;
  complete(sink);
  return Progress::Complete;
}

/// False for a chunk that says nothing of an answer.
bool GenerateExchange::add_chunk(std::string_view data, const sdk::EventSink& sink) {
  return reading(data, [&] {
    const Chunk& chunk = reader().read(data);
    if (chunk.is_error) throw in_answer_failure(endpoint().base_url, parse_vendor_error(data));
    answer_.add(chunk, sink);
    return chunk.has_candidate || !chunk.block_reason.empty();
  });
}

void GenerateExchange::complete(const sdk::EventSink& sink) {
  answer_.check_ending(endpoint().base_url);
  answer_.finish(sink);
}

}  // namespace platos::provider_google
