// The component "mail": one tool that sends a mail through the operator's server.
//
// Keeps nothing, so calls run in parallel.
#pragma once

#include <string_view>

#include "platos/cpp/skill.hpp"

namespace platos::skill_mail {

inline constexpr const char* kConfigSchema = R"({
  "type": "object", "additionalProperties": false, "properties": {
    "require_approval": {"type": "boolean", "default": false, "description": "A person must agree to each mail."}}})";

class MailSkill : public sdk::Skill {
 public:
  /// Throws Error(PLATOS_INVALID_ARGUMENT) on a bad configuration.
  MailSkill(sdk::Host host, std::string_view config_json);

  void list(sdk::JsonWriter& out) override;
  /// Answers {"sent": true, "messageId", "recipients"}. A failure keeps the code of the mail service, which says
  /// whether the mail may have gone.
  void invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) override;

 private:
  bool require_approval_ = false;
};

}  // namespace platos::skill_mail
