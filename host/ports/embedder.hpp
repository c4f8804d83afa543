// Text to vectors.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/cancellation.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "ports/call_context.hpp"

namespace platos::ports {

struct EmbedderInfo {
  std::string model;
  std::size_t dimensions = 0;
  std::size_t max_texts = 1;
  std::size_t max_text_bytes = 0;
};

using Vector = std::vector<float>;

/// One instance of an embedder plugin. Immutable; embed() is called on loops. Implemented by `extension` and tests.
class Embedder {
 public:
  virtual ~Embedder() = default;
  virtual const std::string& instance() const = 0;
  virtual const EmbedderInfo& info() const = 0;

  /// One finite vector of info().dimensions for each text, in order. At most info().max_texts; longer texts are cut at
  /// info().max_text_bytes. Errors as of a model call.
  virtual Task<Result<std::vector<Vector>>> embed(CallContext context, std::vector<std::string> texts,
                                                  base::CancelToken cancel) = 0;
};

}  // namespace platos::ports
