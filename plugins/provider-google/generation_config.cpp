#include "generation_config.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace platos::provider_google {
namespace {

/// The members of vendor.generationConfig.
class VendorConfig {
 public:
  explicit VendorConfig(const CanonicalRequest& source) {
    for (const auto& [key, raw_value] : source.vendor) {
      if (key == kGenerationConfig) read(raw_value);
    }
  }

  bool has(std::string_view key) const {
    return std::any_of(members_.begin(), members_.end(), [&](const auto& member) { return member.first == key; });
  }

  void write(sdk::JsonWriter& json) const {
    for (const auto& [key, raw_value] : members_) json.key(key).raw(raw_value);
  }

 private:
  void read(std::string_view raw_value) {
    members_.clear();
    if (raw_value == "null") return;
    if (!raw_value.starts_with('{')) throw WrongType("an object", "vendor.generationConfig", "another type");
    for_each_raw_member(text_.parse(raw_value), [&](std::string_view key, std::string_view raw_member) {
      members_.emplace_back(key, raw_member);
    });
    text_.expect_end();
  }

  JsonText text_;
  std::vector<std::pair<std::string_view, std::string_view>> members_;
};

void write_limits(const CanonicalRequest& source, const VendorConfig& vendor, sdk::JsonWriter& json) {
  if (source.raw_temperature && !vendor.has("temperature")) json.key("temperature").raw(*source.raw_temperature);
  if (source.raw_max_output_tokens && !vendor.has("maxOutputTokens")) {
    json.key("maxOutputTokens").raw(*source.raw_max_output_tokens);
  }
  if (source.raw_stop.empty() || vendor.has("stopSequences")) return;
  json.key("stopSequences").begin_array();
  for (const std::string_view raw_text : source.raw_stop) json.raw(raw_text);
  json.end_array();
}

void write_form(const CanonicalRequest& source, const VendorConfig& vendor, sdk::JsonWriter& json) {
  if (!vendor.has("responseMimeType")) json.key("responseMimeType").value("application/json");
  if (vendor.has("responseSchema") || vendor.has("responseJsonSchema")) return;
  json.key("responseJsonSchema").raw(*source.raw_response_schema);
}

}  // namespace

void write_generation_config(const CanonicalRequest& source, bool wants_json, sdk::JsonWriter& json) {
  const VendorConfig vendor(source);
  std::string text;
  sdk::JsonWriter members(text);
  members.begin_object();
  write_limits(source, vendor, members);
  if (wants_json) write_form(source, vendor, members);
  if (source.thinking_budget_tokens.value_or(0) > 0 && !vendor.has("thinkingConfig")) {
    members.key("thinkingConfig").begin_object().key("includeThoughts").value(true);
    members.key("thinkingBudget").value(*source.thinking_budget_tokens).end_object();
  }
  vendor.write(members);
  members.end_object();
  if (has_members(text)) json.key(kGenerationConfig).raw(text);
}

}  // namespace platos::provider_google
