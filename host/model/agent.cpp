#include "model/agent.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace platos::model {

Json to_json(const AgentConfig& config) {
  return {{"model", config.model},
          {"systemPrompt", config.system_prompt.empty() ? Json() : Json(config.system_prompt)},
          {"skills", config.skills},
          {"maxSteps", config.max_steps},
          {"contextLimit", config.context_limit}};
}

AgentConfig agent_config_from_json(const Json& json) {
  AgentConfig config;
  config.model = json.value("model", "");
  if (const auto prompt = json.find("systemPrompt"); prompt != json.end() && prompt->is_string()) {
    config.system_prompt = prompt->get<std::string>();
  }
  config.skills = json.value("skills", std::vector<std::string>{});
  config.max_steps = json.value("maxSteps", std::int64_t{20});
  config.context_limit = json.value("contextLimit", std::int64_t{20});
  return config;
}

std::string slug_from_name(std::string_view name) {
  std::string slug;
  for (const char c : base::to_lower(name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

}  // namespace platos::model
