#include "json_check.hpp"

#include <simdjson.h>

#include <nlohmann/json.hpp>

#include "platos/cpp/json_writer.hpp"
#include "redaction.hpp"

namespace platos::governor_pii {
namespace {

constexpr std::size_t kFewestDigitsOfInterest = 9;

/// A number that may be an id: digits only, and enough of them.
bool is_long_number(std::string_view text) noexcept {
  return text.size() >= kFewestDigitsOfInterest && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// simdjson refuses numbers beyond its range, which are JSON, and takes halves of surrogate pairs, which are not.
bool is_json(const std::string& text) {
  simdjson::dom::parser parser;
  const bool quick = text.find("\\u") == std::string::npos;
  return (quick && parser.parse(text).error() == simdjson::SUCCESS) || nlohmann::json::accept(text);
}

}  // namespace

JsonCheck::JsonCheck(const Config& config, const PointPolicy& policy, const Recognisers& recognisers)
    : report_(config, policy), pii_(recognisers.pii), injection_(recognisers.injection, Overlaps::All) {}

sdk::Verdict JsonCheck::feed(std::string_view chunk, bool is_last) {
  json_.append(chunk);
  report_.count_characters(chunk);
  sdk::Verdict verdict;
  if (!is_last) return verdict;
  if (!is_json(json_)) throw sdk::Error(PLATOS_INVALID_ARGUMENT, "the text to check is not JSON");
  check_all();
  if (copied_ > 0) {
    verdict.decision = PLATOS_REDACT;
    verdict.replacement = std::move(redacted_json_);
    verdict.replacement.append(json_, copied_);
  }
  verdict.release_bytes = json_.size();
  report_.settle(verdict);
  return verdict;
}

void JsonCheck::check_all() {
  JsonTokens tokens(json_);
  for (JsonToken token; tokens.next(token);) check_token(tokens, token);
}

void JsonCheck::check_token(const JsonTokens& tokens, const JsonToken& token) {
  const auto written = std::string_view(json_).substr(token.begin, token.end - token.begin);
  if (token.is_key && clean_keys_.contains(written)) return;
  const std::string text = tokens.text(token);
  if (!token.is_string && !is_long_number(text)) return;
  subject_.clear();
  // A line end, so that key and value are not read as one phrase.
  if (!token.is_key && !tokens.key().empty()) subject_.append(tokens.key()).append(":\n");
  const std::size_t begin = subject_.size();
  subject_.append(text);
  redacted_.clear();
  const std::size_t found = scan(pii_, begin) + scan(injection_, begin);
  if (token.is_key && found == 0) clean_keys_.insert(written);
  if (!redacted_.empty()) replace(token, begin);
}

std::size_t JsonCheck::scan(StreamScanner& scanner, std::size_t begin) {
  matches_.clear();
  scanner.restart(begin);
  scanner.scan({subject_, true}, matches_);
  for (const Match& match : matches_) {
    const Action action = report_.add(match.rule, std::string_view(subject_).substr(match.begin, match.size()));
    if (action == Action::Redact) redacted_.push_back(match);
  }
  return matches_.size();
}

void JsonCheck::replace(const JsonToken& token, std::size_t begin) {
  std::string text;
  sort_matches(redacted_);
  append_redacted(text, subject_, begin, subject_.size(), redacted_, report_);
  // Two keys of one object must not become the same.
  if (token.is_key && ++redacted_keys_ > 1) text += "_" + std::to_string(redacted_keys_);
  redacted_json_.append(json_, copied_, token.begin - copied_);
  sdk::append_json_string(redacted_json_, text);
  copied_ = token.end;
}

}  // namespace platos::governor_pii
