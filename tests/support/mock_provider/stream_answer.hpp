// A chat answer as server-sent events, one chunk of the transfer for each event.
#pragma once

#include <string>
#include <string_view>

#include "mock_provider/answer.hpp"
#include "mock_provider/script.hpp"

namespace platos::tests::mock {

class StreamAnswer : public Answer {
 public:
  StreamAnswer(const AnswerContext& context, const Behaviour& behaviour, const ChatRequest& request);

 private:
  void step(std::string& out) override;
  void send_head(std::string& out);
  void send_token(std::string& out);
  void finish(std::string& out);
  void schedule_next();
  void append_choice(std::string& out, std::string_view delta, std::string_view finish_reason);
  void append_usage(std::string& out, std::int64_t completion_tokens);
  void append_event(std::string& out, std::string_view data);

  const AnswerContext context_;
  Script script_;
  const Behaviour behaviour_;  ///< With its positions inside the script.
  const bool include_usage_;
  std::string event_start_;  ///< The members that are the same in each event of the stream.
  std::string data_;         ///< Reused for each event.
  bool head_sent_ = false;
  std::int64_t position_ = 0;  ///< Tokens sent.
};

}  // namespace platos::tests::mock
