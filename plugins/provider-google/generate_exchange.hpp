// One Gemini request and its answer.
#pragma once

#include <string>
#include <string_view>

#include "answer_builder.hpp"
#include "common/provider/one_step_exchange.hpp"
#include "generate_request.hpp"

namespace platos::provider_google {

/// Not thread-safe. The wire has no mark of the end: STOP is sent at the end of a body that gave a finishReason.
class GenerateExchange final : public OneStepExchange {
 public:
  /// `endpoint` is borrowed from the instance.
  GenerateExchange(sdk::Host host, const Endpoint& endpoint, GenerateRequest request);

 private:
  Progress read_stream_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink) override;
  void read_whole_body(std::string_view body, const sdk::EventSink& sink) override;
  Progress finish_early(const sdk::EventSink& sink) override;
  bool add_chunk(std::string_view data, const sdk::EventSink& sink);
  void complete(const sdk::EventSink& sink);

  ToolNames tool_names_;
  std::string answer_tool_;
  AnswerBuilder answer_;
};

}  // namespace platos::provider_google
