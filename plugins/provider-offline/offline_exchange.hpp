// One reply of the offline model as a stream of events, without HTTP.
#pragma once

#include <cstdint>
#include <string_view>

#include "chat_request.hpp"
#include "platos/cpp/provider.hpp"
#include "reply.hpp"

namespace platos::provider_offline {

/// A text goes out as one TEXT event for each word (with the white space after it), then usage in words, then STOP.
/// With a `word_delay_ms` above 0, each next() sends one word and asks the host to WAIT. A tool call goes out at once.
class OfflineExchange : public sdk::Exchange {
 public:
  OfflineExchange(const ChatRequest& request, std::int64_t word_delay_ms);

  void next(platos_step_t& step, const sdk::EventSink& sink) override;
  void on_head(std::int32_t http_status, std::span<const platos_header_t> headers) override;
  void on_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink) override;
  void on_end(std::int32_t transport_status, const sdk::EventSink& sink) override;

 private:
  void send_tool_call(const ToolCall& call, const sdk::EventSink& sink);
  void send_word(const sdk::EventSink& sink);
  bool has_more_words() const;

  const Reply reply_;
  const std::int64_t input_words_;
  const std::optional<std::int64_t> output_word_limit_;
  const std::int64_t word_delay_ms_;
  std::string_view unsent_;  // of reply_.text
  std::int64_t sent_words_ = 0;
  bool is_finished_ = false;
};

}  // namespace platos::provider_offline
