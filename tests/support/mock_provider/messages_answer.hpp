// Answers on the Messages wire: as named server-sent events, and as one object.
#pragma once

#include <string>
#include <string_view>

#include "mock_provider/stream_answer.hpp"

namespace platos::tests::mock {

class MessagesStreamAnswer final : public StreamAnswer {
 public:
  MessagesStreamAnswer(const AnswerContext& context, const Behaviour& behaviour, const ChatRequest& request);

 private:
  void append_start(std::string& out) override;
  void append_token(std::int64_t index, std::string& out) override;
  void append_garbage(std::int64_t index, std::string& out) override;
  void append_end(std::int64_t tokens, std::string& out) override;
  void append_stop(std::string& out) override;

  void append_named(std::string& out, std::string_view name, std::string_view members);
  void append_thought(std::string& out);
  void open_block(std::string& out, std::string_view block);
  void close_block(std::string& out);
  void append_message_delta(std::string& out, std::string_view stop_reason, std::int64_t tokens);

  const ChatRequest request_;
  const std::string message_id_;
  int block_ = -1;  ///< Index of the last block.
  bool block_open_ = false;
};

/// The body of an answer without stream.
std::string messages_body(const Behaviour& behaviour, const ChatRequest& request, std::int64_t request_number);

}  // namespace platos::tests::mock
