// An answer as server-sent events, one chunk of the transfer for each event.
#pragma once

#include <string>
#include <string_view>

#include "mock_provider/answer.hpp"
#include "mock_provider/script.hpp"

namespace platos::tests::mock {

/// When things are sent; the wire says what they look like.
class StreamAnswer : public Answer {
 protected:
  StreamAnswer(const AnswerContext& context, const Behaviour& behaviour, const ChatRequest& request);

  /// What comes before the first token, and before the end when there is none.
  virtual void append_start(std::string& out) = 0;
  virtual void append_token(std::int64_t index, std::string& out) = 0;
  virtual void append_garbage(std::int64_t index, std::string& out) = 0;
  /// What follows the last of `tokens`; not after garbage.
  virtual void append_end(std::int64_t tokens, std::string& out) = 0;
  /// The last event.
  virtual void append_stop(std::string& out) = 0;

  Script& script() { return script_; }
  UsageKind usage_kind() const { return behaviour_.usage; }
  static void append_chunk(std::string& out, std::string_view bytes);

 private:
  void step(std::string& out) override;
  void send_head(std::string& out);
  void send_token(std::string& out);
  void finish(std::string& out);
  void schedule_next();

  const AnswerContext context_;
  Script script_;
  const Behaviour behaviour_;  ///< With its positions inside the script.
  bool head_sent_ = false;
  std::int64_t position_ = 0;  ///< Tokens sent.
};

/// On the chat-completions wire.
class ChatStreamAnswer final : public StreamAnswer {
 public:
  ChatStreamAnswer(const AnswerContext& context, const Behaviour& behaviour, const ChatRequest& request);

 private:
  void append_start(std::string& out) override;
  void append_token(std::int64_t index, std::string& out) override;
  void append_garbage(std::int64_t index, std::string& out) override;
  void append_end(std::int64_t tokens, std::string& out) override;
  void append_stop(std::string& out) override;
  void append_choice(std::string& out, std::string_view delta, std::string_view finish_reason);
  void append_usage(std::string& out, std::int64_t completion_tokens);
  static void append_event(std::string& out, std::string_view data);

  const bool include_usage_;
  std::string event_start_;  ///< The members that are the same in each event of the stream.
  std::string data_;         ///< Reused for each event.
};

}  // namespace platos::tests::mock
