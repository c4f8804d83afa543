// Attempts to break out, as small Python programs. Each prints "denied" when the sandbox holds, and what it got when
// not.
#pragma once

#include <string>
#include <vector>

#include "sandbox_stage.hpp"

namespace platos::tests {

struct Attempt {
  std::string name;
  std::string code;
};

/// Begins every attempt: raw system calls, and words for how they ended.
extern const char* const kPrelude;

/// Runs each in a section, in a sandbox of its own, and expects "denied".
void expect_denied(SandboxStage& stage, const std::vector<Attempt>& attempts);

}  // namespace platos::tests
