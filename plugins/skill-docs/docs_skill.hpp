// The component "docs": one tool, `search`, over the documentation that is compiled into the plugin.
//
// Does no I/O and keeps nothing between calls. The index is built in the constructor and never changes, so calls run in
// parallel.
#pragma once

#include <string_view>

#include "platos/cpp/skill.hpp"
#include "search_index.hpp"

namespace platos::skill_docs {

class DocsSkill : public sdk::Skill {
 public:
  /// Searches embedded_sections(). There are no settings: `config_json` must be an empty object.
  DocsSkill(sdk::Host host, std::string_view config_json);

  void list(sdk::JsonWriter& out) override;

  /// Sends one JSON output {"query", "results": [{"title", "source", "text", "score"}]}, best result first.
  void invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) override;

 private:
  SearchIndex index_;
};

}  // namespace platos::skill_docs
