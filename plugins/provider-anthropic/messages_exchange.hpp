// One Messages request and its answer.
#pragma once

#include <string>
#include <string_view>

#include "answer_builder.hpp"
#include "common/provider/one_step_exchange.hpp"
#include "event_reader.hpp"
#include "messages_request.hpp"

namespace platos::provider_anthropic {

/// Not thread-safe. STOP is sent at message_stop, or at the end of the body when a stop_reason came before.
class MessagesExchange final : public OneStepExchange {
 public:
  /// `endpoint` is borrowed from the instance.
  MessagesExchange(sdk::Host host, const Endpoint& endpoint, MessagesRequest request);

 private:
  Progress read_stream_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink) override;
  void read_whole_body(std::string_view body, const sdk::EventSink& sink) override;
  Progress finish_early(const sdk::EventSink& sink) override;

  ToolNames tool_names_;
  std::string answer_tool_;
  AnswerBuilder answer_;
};

}  // namespace platos::provider_anthropic
