// A check of JSON: a tool's arguments or its result.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "json_tokens.hpp"
#include "text_check.hpp"

namespace platos::governor_pii {

/// Looks at every string, key and long number by itself, unescaped; what key a value has counts as a word before it. A
/// redacted text has the members and elements it had: strings stay strings, a number becomes one. What is not redacted
/// stays byte for byte.
class JsonCheck final : public sdk::Check {
 public:
  JsonCheck(const Config& config, const PointPolicy& policy, const Recognisers& recognisers);

  /// Throws sdk::Error(INVALID_ARGUMENT) when the whole is not JSON.
  sdk::Verdict feed(std::string_view chunk, bool is_last) override;

 private:
  void check_all();
  void check_token(const JsonTokens& tokens, const JsonToken& token);
  /// How much was found.
  std::size_t scan(StreamScanner& scanner, std::size_t begin);
  void replace(const JsonToken& token, std::size_t begin);

  Report report_;
  StreamScanner pii_;
  StreamScanner injection_;
  std::string json_;
  std::string subject_;                    // the key as context, and the text that is looked at
  std::vector<Match> matches_;             // of one scan
  std::vector<Match> redacted_;            // of one token
  std::set<std::string_view> clean_keys_;  // as written in json_: a list of objects has the same ones again and again
  std::string redacted_json_;              // of json_ up to copied_
  std::size_t copied_ = 0;
  std::size_t redacted_keys_ = 0;
};

}  // namespace platos::governor_pii
