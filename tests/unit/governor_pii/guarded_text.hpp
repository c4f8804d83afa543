// Runs the governor through its table of functions and reads what it found.
#pragma once

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/testing/collectors.hpp"

namespace governor_pii_test {

inline constexpr std::string_view kRedactAll = R"({"pii": "redact", "injection": "allow"})";

struct Outcome {
  int status = 0;
  int decision = 0;
  std::string text;  ///< what came out
  std::string rule_id, reason, error;
  std::size_t longest_hold = 0;
  nlohmann::json findings = nlohmann::json::array();

  /// rule_id of every finding, in order, with spaces between.
  std::string rules() const;
};

/// Feeds `pieces` to a new check of a new instance.
Outcome check(std::string_view config_json, std::uint32_t point, const std::vector<std::string_view>& pieces);
Outcome check(std::string_view config_json, std::uint32_t point, std::string_view text);

/// rules() of a user's message with the default configuration.
std::string found_in(std::string_view text);

/// What is left of a message when all personal data is redacted.
std::string redacted(std::string_view text);

/// `text` cut after the given bytes, each moved to the next beginning of a character.
std::vector<std::string_view> cut(std::string_view text, std::vector<std::size_t> places);
std::vector<std::string_view> cut_at_random(std::string_view text, std::mt19937& random, std::size_t pieces);

bool is_utf8(std::string_view text);

}  // namespace governor_pii_test
