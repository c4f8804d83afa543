// One chat-completions request and its answer.
#pragma once

#include <string_view>

#include "answer_builder.hpp"
#include "chat_request.hpp"
#include "chunk_reader.hpp"
#include "common/provider/one_step_exchange.hpp"

namespace platos::provider_openai {

/// Not thread-safe. STOP is sent at [DONE] or at the end of the body.
class ChatExchange final : public OneStepExchange {
 public:
  /// `endpoint` is borrowed from the instance.
  ChatExchange(sdk::Host host, const Endpoint& endpoint, ChatRequest request);

 private:
  Progress read_stream_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink) override;
  void read_whole_body(std::string_view body, const sdk::EventSink& sink) override;
  Progress finish_early(const sdk::EventSink& sink) override;
  const Chunk& read_chunk(std::string_view data);
  void complete(const sdk::EventSink& sink);

  ToolNames tool_names_;
  ToolCallIds tool_call_ids_;
  AnswerBuilder answer_;
};

}  // namespace platos::provider_openai
