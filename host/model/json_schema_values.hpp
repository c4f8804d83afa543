// Questions about JSON values that nlohmann::json answers by way of double: numbers are compared as the numbers they
// are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/json.hpp"

namespace platos::model::schema {

/// What a comparison cost, in about sixteen visited values or kilobytes of text a step, so that the caller can bill it.
struct Effort {
  std::size_t visits = 0;
  bool too_deep = false;  ///< nested over kMaxCheckDepth: the answer means nothing
  std::size_t steps() const { return visits / 16; }
};

/// A total order over JSON values in which 1 and 1.0 are equal, and 2^53 + 1 and 2^53 are not: <0, 0, >0.
int compare(const Json& left, const Json& right, Effort& effort, int depth = 0);
/// Both are numbers. NaN, which JSON has not, is below all others.
int compare_numbers(const Json& left, const Json& right);

/// A number without a fraction: 1, 1.0, 1e300.
bool is_whole(const Json& number);
/// Exact in decimal: 0.3 is a multiple of 0.1. A double stands for its shortest decimal text, which is what was written
/// when that had at most 15 digits; with more digits, the double itself may be a multiple too. `divisor` is above 0.
bool is_multiple(const Json& number, const Json& divisor);

/// Code points of UTF-8.
std::size_t count_characters(std::string_view text);

/// "a string", "the number 5", "an object": never the text itself, which may be private.
std::string found_text(const Json& value);
/// One line of JSON, cut after about `max_bytes`. For parts of a schema, whose depth is bounded.
std::string excerpt(const Json& value, std::size_t max_bytes = 60);

}  // namespace platos::model::schema
