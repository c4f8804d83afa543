// One condition of a rule: something that must hold of a value in the arguments or in the result.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "document.hpp"

namespace platos::governor_rules {

/// Immutable; copies share the expression.
struct Condition {
  enum class Test : std::uint8_t {
    Unspecified,
    Exists,
    Equals,
    OneOf,
    Like,
    Matches,
    AtLeast,
    AtMost,
    MoreThan,
    LessThan,
    LongerThan
  };

  Path at{""};
  Test test = Test::Unspecified;
  nlohmann::json operand;
  std::shared_ptr<const re2::RE2> expression;  ///< of Matches
  bool every = false;
  bool negated = false;

  /// Whether one of the values at the path passes the test, or every one; negated: the opposite. `exists: false` holds
  /// when the path leads nowhere.
  bool holds(const Document& document) const;

 private:
  bool passes(const nlohmann::json& value) const;
};

/// The number that a value is or, as a text, writes: "1000" is one, so that quotes are no way around a limit.
/// Not a number: NaN.
double number_in(const nlohmann::json& value);

}  // namespace platos::governor_rules
