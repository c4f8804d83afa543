// Regular expressions as JSON Schema writes them (ECMA-262, Unicode mode) for RE2, which matches in linear time.
#pragma once

#include <string>
#include <string_view>

namespace platos::model::schema {

struct PatternProblem {
  std::string message;
};

/// The same expression in RE2's syntax; captures do not capture. Throws PatternProblem for what RE2 cannot do
/// (lookaround, backreferences) and for escapes that ECMA-262 does not have. RE2 finds all other mistakes itself.
std::string to_re2_syntax(std::string_view pattern);

}  // namespace platos::model::schema
