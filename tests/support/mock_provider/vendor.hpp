// Turns requests into answers: the paths, the error bodies, and the memory of
// which failures were shown already. Bound to the server thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "mock_provider/answer.hpp"
#include "mock_provider/behaviour.hpp"
#include "mock_provider/chat_request.hpp"
#include "mock_provider/dialect.hpp"
#include "mock_provider/mock_provider.hpp"

namespace platos::tests::mock {

/// Whether the request counts in MockStats.
bool is_chat(const ReceivedRequest& request);

/// An answer with the vendor's error body.
std::unique_ptr<Answer> error_answer(const AnswerContext& context, const RefusedRequest& refusal,
                                     Dialect dialect = Dialect::Chat);

class Vendor {
 public:
  /// For every request that counts: chat, messages, embeddings.
  std::unique_ptr<Answer> chat_answer(const ReceivedRequest& request, const AnswerContext& context);
  /// For every request that is not a chat.
  std::unique_ptr<Answer> other_answer(const ReceivedRequest& request, const MockStats& stats,
                                       const AnswerContext& context) const;

 private:
  std::unique_ptr<Answer> embeddings_answer(const ReceivedRequest& request, const AnswerContext& context);
  Behaviour behaviour_for_next(const std::string& model);

  std::map<std::string, std::int64_t> failures_shown_;  ///< By model; only those with `once` or `times`.
};

}  // namespace platos::tests::mock
