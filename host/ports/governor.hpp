// A policy that is asked before and after what an agent does.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/call_context.hpp"

namespace platos::ports {

/// Bits; the numbers are those of sdk/include/platos/governor.h.
enum class Point : std::uint32_t {
  Unspecified = 0,
  SessionStart = 1,
  BeforeModel = 2,
  AfterModel = 4,
  BeforeTool = 8,
  AfterTool = 16,
  BeforeMemoryWrite = 32,
  Egress = 64,
};

/// By severity.
enum class Decision { Unspecified, Allow, Redact, RequireApproval, Deny };

/// What feed() answers. Values, so that they outlive the check.
struct Verdict {
  Decision decision = Decision::Allow;
  std::size_t release_bytes = 0;  ///< of the held text, from its front; of a stream only
  std::string replacement;
  std::string rule_id;
  std::string reason;
  std::string findings_json;  ///< a JSON array, or empty
  std::string approval_json;
};

/// One subject at one point. Bound to a loop. After an error, Deny or RequireApproval only destroyed.
class Check {
 public:
  virtual ~Check() = default;
  virtual Result<Verdict> feed(std::string_view chunk, bool is_last) = 0;
};

/// One instance of a governor plugin. Immutable; called on loops: it computes and does not wait. Implemented by
/// `extension` and tests.
class Governor {
 public:
  virtual ~Governor() = default;
  virtual const std::string& instance() const = 0;
  /// "id version" of the plugin: goes into the audit.
  virtual const std::string& plugin() const = 0;
  /// Sum of Point bits.
  virtual std::uint32_t points() const = 0;
  virtual Result<std::unique_ptr<Check>> begin(CallContext context, Point point, std::string_view subject_json) = 0;
};

}  // namespace platos::ports
