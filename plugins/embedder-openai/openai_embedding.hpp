// Embedding one batch of texts: one HTTP step, or several when the batch is large.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "embedding_request.hpp"
#include "platos/cpp/embedder.hpp"
#include "vendor_wire.hpp"

namespace platos::embedder_openai {

/// What the embeddings of one instance share. Immutable.
struct Endpoint {
  Config config;
  std::string url;
  std::vector<platos_header_t> headers;  ///< refer to constants
};

/// Frames of an answer whose status is not 2xx are raw chunks of the vendor's error, whatever framing was asked for.
/// No vector of a broken answer is sent. Not thread-safe.
class OpenAiEmbedding final : public sdk::Embedding {
 public:
  /// `endpoint` is borrowed from the instance, `texts` for the call.
  OpenAiEmbedding(sdk::Host host, const Endpoint& endpoint, std::span<const std::string_view> texts);

  void next(platos_step_t& step, const sdk::VectorSink& sink) override;
  void on_head(std::int32_t http_status, std::span<const platos_header_t> headers) override;
  void on_frame(std::string_view event, std::string_view data, const sdk::VectorSink& sink) override;
  void on_end(std::int32_t transport_status, const sdk::VectorSink& sink) override;

 private:
  enum class State { Unspecified, Ready, Sent, Answered, Complete };

  void send_usage(const sdk::VectorSink& sink) const;
  void read_answer(std::string_view body, const sdk::VectorSink& sink);

  sdk::Host host_;
  const Endpoint& endpoint_;
  std::vector<EmbeddingRequest> requests_;
  std::size_t current_ = 0;
  State state_ = State::Ready;
  wire::AnswerHead head_;
  std::optional<std::int64_t> input_tokens_ = 0;  // nothing once an answer did not say
};

}  // namespace platos::embedder_openai
