// What backends say, as JSON: large texts are read where they delay nobody.
#pragma once

#include <cstddef>
#include <string>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/worker_pool.hpp"
#include "model/json.hpp"

namespace platos::entities {

inline constexpr std::size_t kMaxFrameBytes = 10 * 1024 * 1024;  ///< of a frame, and of a callback's answer
inline constexpr std::size_t kInlineBytes = 64 * 1024;           ///< up to this many a loop reads itself

/// At once, whatever its size. Errors of model::parse_bounded; `what` names the text in them.
Result<model::Json> read_json_now(const std::string& text, const std::string& what);

/// What is over kInlineBytes is parsed by `workers`: this loop has others to serve.
Task<Result<model::Json>> read_json(base::Loop& loop, base::WorkerPool& workers, std::string text, std::string what);

}  // namespace platos::entities
