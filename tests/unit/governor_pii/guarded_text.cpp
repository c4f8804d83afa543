#include "guarded_text.hpp"

#include <algorithm>

namespace governor_pii_test {

namespace testing = platos::sdk::testing;

std::string Outcome::rules() const {
  std::string all;
  for (const auto& finding : findings) {
    if (!all.empty()) all += ' ';
    all += finding.at("rule_id").get<std::string>();
  }
  return all;
}

Outcome check(std::string_view config_json, std::uint32_t point, const std::vector<std::string_view>& pieces) {
  testing::FakeHost host;
  const testing::FakeInstance instance(host, platos_plugin_v1, "pii", config_json);
  const testing::Governed governed = testing::govern(instance, point, "{}", pieces);
  Outcome outcome{governed.status, governed.decision,      governed.released,     governed.rule_id,
                  governed.reason, governed.error.message, governed.longest_hold, nlohmann::json::array()};
  for (const std::string& some : governed.findings) {
    for (auto& finding : nlohmann::json::parse(some)) outcome.findings.push_back(finding);
  }
  return outcome;
}

Outcome check(std::string_view config_json, std::uint32_t point, std::string_view text) {
  return check(config_json, point, std::vector<std::string_view>{text});
}

std::string found_in(std::string_view text) { return check("{}", PLATOS_POINT_BEFORE_MODEL, text).rules(); }

std::string redacted(std::string_view text) { return check(kRedactAll, PLATOS_POINT_BEFORE_MODEL, text).text; }

std::vector<std::string_view> cut(std::string_view text, std::vector<std::size_t> places) {
  std::sort(places.begin(), places.end());
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  for (std::size_t place : places) {
    while (place < text.size() && (static_cast<unsigned char>(text[place]) & 0xC0U) == 0x80U) ++place;
    place = std::min(place, text.size());
    pieces.push_back(text.substr(begin, place - begin));
    begin = place;
  }
  pieces.push_back(text.substr(begin));
  return pieces;
}

std::vector<std::string_view> cut_at_random(std::string_view text, std::mt19937& random, std::size_t pieces) {
  std::vector<std::size_t> places;
  while (places.size() + 1 < pieces) places.push_back(random() % (text.size() + 1));
  return cut(text, places);
}

bool is_utf8(std::string_view text) {
  // nlohmann refuses to write a string that is not UTF-8.
  try {
    return nlohmann::json(text).dump().size() >= 2;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

}  // namespace governor_pii_test
