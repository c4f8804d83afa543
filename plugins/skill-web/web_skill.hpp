// The component "web": tools that search the web and read its pages.
#pragma once

#include <string_view>

#include "config.hpp"
#include "platos/cpp/skill.hpp"

namespace platos::skill_web {

/// Immutable; calls run in parallel.
class WebSkill : public sdk::Skill {
 public:
  /// Throws sdk::Error(INVALID_ARGUMENT) on a bad configuration.
  WebSkill(sdk::Host host, std::string_view config_json);

  /// web_search only when a search service can be asked.
  void list(sdk::JsonWriter& out) override;
  void invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) override;

 private:
  Config config_;
};

}  // namespace platos::skill_web
