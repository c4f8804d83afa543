// The block "Tool argument expectations" of a prompt: what is left for the model to give.
#pragma once

#include <cstddef>
#include <string>

#include "model/tool.hpp"
#include "tools/argument_resolver.hpp"

namespace platos::tools {

/// Of the tools that a request lists and whose arguments are filled in, all or some. A value.
class ArgumentHints {
 public:
  /// A tool of which nothing is filled in has no hint: its schema says it all.
  void add(const model::Tool& tool, const ArgumentPlan& plan);
  /// At most 16,000 bytes; empty when no tool has a hint.
  std::string take();

 private:
  std::string text_;
  std::size_t left_out_ = 0;
};

}  // namespace platos::tools
