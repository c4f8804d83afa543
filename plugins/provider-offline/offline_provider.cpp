#include "offline_provider.hpp"

#include "chat_request.hpp"
#include "offline_exchange.hpp"
#include "skill-docs/bounded_json.hpp"

namespace platos::provider_offline {
namespace {

using nlohmann::json;

constexpr std::string_view kModel = "docs";
constexpr int kConfigDepthLimit = 16;
constexpr std::int64_t kLongestWordDelayMs = 1000;

std::int64_t parse_word_delay_ms(std::string_view config_json) {
  const json config = skill_docs::parse_object(config_json, "configuration of offline", kConfigDepthLimit);
  std::int64_t word_delay_ms = 0;
  for (const auto& member : config.items()) {
    if (member.key() != "word_delay_ms") {
      skill_docs::refuse("configuration of offline", "only \"word_delay_ms\"", skill_docs::in_quotes(member.key()));
    }
    const double number = member.value().is_number_integer() ? member.value().get<double>() : -1;
    if (number < 0 || number > static_cast<double>(kLongestWordDelayMs)) {
      skill_docs::refuse("\"word_delay_ms\" of offline", "an integer from 0 to " + std::to_string(kLongestWordDelayMs),
                         skill_docs::describe(member.value()));
    }
    word_delay_ms = member.value().get<std::int64_t>();
  }
  return word_delay_ms;
}

}  // namespace

OfflineProvider::OfflineProvider(sdk::Host host, std::string_view config_json)
    : Provider(host), word_delay_ms_(parse_word_delay_ms(config_json)) {}

void OfflineProvider::models(sdk::JsonWriter& out) {
  out.begin_array().begin_object();
  out.key("id").value(kModel).key("name").value("Platos documentation (offline)");
  out.key("features").begin_array().value("tools").end_array();
  out.end_object().end_array();
}

std::unique_ptr<sdk::Exchange> OfflineProvider::begin(sdk::Call, std::string_view request_json) {
  const ChatRequest request = parse_chat_request(request_json);
  if (request.model != kModel) {
    throw sdk::Error(PLATOS_NOT_FOUND,
                     "model of offline: expected \"docs\", found " + skill_docs::in_quotes(request.model));
  }
  return std::make_unique<OfflineExchange>(request, word_delay_ms_);
}

}  // namespace platos::provider_offline
