#include <catch2/catch.hpp>

#include "custom_recogniser.hpp"
#include "guarded_text.hpp"

using namespace governor_pii_test;
using platos::governor_pii::bounds_of;
using platos::governor_pii::CustomRecogniser;
using platos::governor_pii::UnboundedPattern;

namespace {

std::string problem_of(const std::string& pattern) {
  try {
    const CustomRecogniser recogniser(pattern, 0);
  } catch (const UnboundedPattern& problem) {
    return problem.what();
  }
  return "";
}

constexpr std::string_view kBadge =
    R"({"custom": [{"name": "badge", "pattern": "\\bB-[0-9]{4}\\b", "policy": "redact"}]})";

}  // namespace

TEST_CASE("patterns of the operator are found, reported and redacted under their names") {
  const Outcome outcome = check(kBadge, PLATOS_POINT_BEFORE_MODEL, "badges B-1234, B-12345, xB-1234");
  CHECK(outcome.text == "badges [BADGE], B-12345, xB-1234");
  CHECK(outcome.rule_id == "custom.badge");
  CHECK(outcome.findings[0].at("pii_type") == "badge");
  CHECK(outcome.findings[0].at("severity") == "medium");
  CHECK(outcome.findings[0].at("matched_text") == "B-1***");
}

TEST_CASE("an operator's block denies at any severity") {
  const char* config =
      R"({"custom": [{"name": "project", "pattern": "(?i)bluebird", "policy": "block", "severity": "low"}]})";
  const Outcome outcome = check(config, PLATOS_POINT_BEFORE_MODEL, "about Project BlueBird");
  CHECK(outcome.decision == PLATOS_DENY);
  CHECK(outcome.rule_id == "custom.project");
}

TEST_CASE("of a built-in type and a pattern that overlap, the longer is reported") {
  const char* config = R"({"pii": "redact", "custom": [{"name": "host", "pattern": "[a-z]{1,20}\\.com"},
                           {"name": "account", "pattern": "account 4[0-9]{15}", "policy": "redact"}]})";
  CHECK(check(config, PLATOS_POINT_BEFORE_MODEL, "joe@example.com").rules() == "pii.email");
  CHECK(check(config, PLATOS_POINT_BEFORE_MODEL, "account 4111111111111111").text == "[ACCOUNT]");
}

TEST_CASE("patterns without a limit, with anchors of the whole, or with nothing in them are refused") {
  CHECK(problem_of("a*").find("without a limit") != std::string::npos);
  CHECK(problem_of("a+").find("without a limit") != std::string::npos);
  CHECK(problem_of("a{2,}").find("without a limit") != std::string::npos);
  CHECK(problem_of("^a").find("^ or $") != std::string::npos);
  CHECK(problem_of("a$").find("^ or $") != std::string::npos);
  CHECK(problem_of("\\Aa").find("\\A") != std::string::npos);
  CHECK(problem_of("a{0,3}") == "matches the empty text");
  CHECK(problem_of("\\b") == "matches the empty text");
  CHECK(problem_of("") == "matches the empty text");
  CHECK(problem_of("[a-z]{81}") == "may match more than 80 characters");
  CHECK(problem_of("(a{9}){9}") == "may match more than 80 characters");
  CHECK(problem_of("(a").find("is no regular expression") == 0);
  CHECK(problem_of("\\1").find("is no regular expression") == 0);
  CHECK(problem_of("[a-z]{80}").empty());
  CHECK(problem_of("\\*\\+\\^\\$[*+^$]").empty());
}

TEST_CASE("bounds are those of the pattern, or wider") {
  CHECK(bounds_of("abc").most_bytes == 12);
  CHECK(bounds_of("a|bcd").most_bytes == 12);
  CHECK(bounds_of("(?:ab?){2,3}").most_bytes == 24);
  CHECK(bounds_of("\\d{3}-\\pL").most_bytes == 20);
  CHECK(bounds_of("[]a]x").most_bytes == 8);
  const auto first = bounds_of("x?[b-d]|\\d");
  CHECK(first.first_bytes.count() == 2 + 6 + 10);
  CHECK(first.first_bytes['x']);
  CHECK(first.first_bytes['C']);
  CHECK(first.first_bytes['7']);
  CHECK_FALSE(first.first_bytes['a']);
  CHECK(bounds_of("[^a]").first_bytes.all());
  CHECK(bounds_of("(?i)k").first_bytes[0xE2]);
}

TEST_CASE("a pattern holds only what may begin a match") {
  const std::vector<std::string_view> plain = {"nothing of interest here and ", "more"};
  CHECK(check(kBadge, PLATOS_POINT_AFTER_MODEL, plain).longest_hold <= 3);  // "and", which may begin an address
  const Outcome badge = check(kBadge, PLATOS_POINT_AFTER_MODEL, {"the badge B-1", "23", "4 is lost"});
  CHECK(badge.text == "the badge [BADGE] is lost");
  CHECK(badge.longest_hold < 30);
}
