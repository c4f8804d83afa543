#include "offline_provider.hpp"

#include "chat_request.hpp"
#include "common/bounded_json.hpp"
#include "offline_exchange.hpp"

namespace platos::provider_offline {
namespace {

using nlohmann::json;

constexpr std::string_view kModel = "docs";
constexpr int kConfigDepthLimit = 16;
constexpr std::int64_t kLongestWordDelayMs = 1000;

std::int64_t parse_word_delay_ms(std::string_view config_json) {
  const json config = plugin_common::parse_object(config_json, "configuration of offline", kConfigDepthLimit);
  std::int64_t word_delay_ms = 0;
  for (const auto& member : config.items()) {
    if (member.key() != "word_delay_ms") {
      plugin_common::refuse("configuration of offline", "only \"word_delay_ms\"",
                            plugin_common::in_quotes(member.key()));
    }
    word_delay_ms =
        plugin_common::integer_between("\"word_delay_ms\" of offline", member.value(), 0, kLongestWordDelayMs);
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
                     "model of offline: expected \"docs\", found " + plugin_common::in_quotes(request.model));
  }
  return std::make_unique<OfflineExchange>(request, word_delay_ms_);
}

}  // namespace platos::provider_offline
