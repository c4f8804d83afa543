// One chat-completions request and its answer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "answer_builder.hpp"
#include "chat_request.hpp"
#include "chunk_reader.hpp"
#include "platos/cpp/provider.hpp"

namespace platos::provider_openai {

/// What the exchanges of one instance share. Immutable.
struct Endpoint {
  std::string base_url;  ///< names the vendor in errors
  std::string url;
};

/// One HTTP step. A stream is read as server-sent events, another answer as one body. Frames of an answer whose status
/// is not 2xx are raw chunks of the vendor's error, whatever framing was asked for. Not thread-safe.
class ChatExchange final : public sdk::Exchange {
 public:
  /// `endpoint`, and what `headers` refer to, are borrowed from the instance.
  ChatExchange(sdk::Host host, const Endpoint& endpoint, std::span<const platos_header_t> headers, ChatRequest request);

  void next(platos_step_t& step, const sdk::EventSink& sink) override;
  void on_head(std::int32_t http_status, std::span<const platos_header_t> headers) override;
  void on_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink) override;
  void on_end(std::int32_t transport_status, const sdk::EventSink& sink) override;

 private:
  enum class State { Unspecified, Ready, Sent, Complete };

  void read_head(const platos_header_t& header);
  void read_stream_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink);
  void read_whole_body(std::string_view body, const sdk::EventSink& sink);
  const Chunk& read_chunk(std::string_view data);
  void complete(const sdk::EventSink& sink);
  bool is_refused() const noexcept { return http_status_ != 0 && (http_status_ < 200 || http_status_ > 299); }
  [[noreturn]] void fail_broken(const std::string& reason, std::string_view data) const;
  [[noreturn]] void fail_early_end(std::int32_t transport_status) const;

  sdk::Host host_;
  const Endpoint& endpoint_;
  std::span<const platos_header_t> headers_;
  ChatRequest request_;
  ChunkReader reader_;
  AnswerBuilder answer_;
  State state_ = State::Ready;
  bool has_frames_ = false;
  std::int32_t http_status_ = 0;
  std::optional<std::int64_t> retry_after_ms_;
  std::string content_type_;
  std::string error_body_;
};

}  // namespace platos::provider_openai
