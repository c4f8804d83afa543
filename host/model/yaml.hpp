// YAML that enters the process: one document, without anchors, aliases and tags, as JSON.
#pragma once

#include <string_view>

#include "model/json.hpp"

namespace platos::model {

struct YamlLimits {
  std::size_t max_bytes = 64 * 1024;
  int max_depth = 16;
  std::size_t max_nodes = 5'000;
};

/// What plain scalars become. Quoted ones are texts in any case.
enum class YamlScalars {
  Unspecified,
  Typed,  ///< null, true, false and numbers as the core schema of YAML 1.2 reads them, everything else a text
  Texts,  ///< texts as they were written, so that "1.0" stays "1.0"; nothing at all is null
};

/// Parses one YAML document. Errors: TooLarge "yaml_too_large"; InvalidArgument "yaml_not_utf8", "yaml_malformed" (with
/// line and column), "yaml_too_deep", "yaml_too_many_nodes", "yaml_alias" (anchors and aliases: a small text could
/// stand for a huge one), "yaml_tag", "yaml_duplicate_key", "yaml_key" (a key that is no scalar). `what` names the text
/// in the message: "the frontmatter".
Result<Json> parse_yaml(std::string_view text, std::string_view what, YamlScalars scalars,
                        const YamlLimits& limits = {});

}  // namespace platos::model
