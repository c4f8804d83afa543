// What a turn is reminded of before the model is asked.
#pragma once

#include <string>

#include "memory/memories.hpp"

namespace platos::memory {

struct RecallOptions {
  std::uint32_t limit = 8;
  double min_score = 0.25;          ///< least cosine
  std::size_t budget_tokens = 800;  ///< counted as four bytes each
};

/// Ranks by cosine x (1 + confidence / 4), drops what a rating flagged, and fits the best into the budget: one line
/// "- (kind) content" each, under a heading. Empty when there is nothing, or memory cannot be read: a turn never fails
/// for that.
Task<std::string> recall_block(Memories& memories, ports::CallContext who, std::string message, RecallOptions options,
                               base::CancelToken cancel);

}  // namespace platos::memory
