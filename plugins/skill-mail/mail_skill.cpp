#include "mail_skill.hpp"

#include "common/bounded_json.hpp"
#include "mail_arguments.hpp"

namespace platos::skill_mail {

using plugin_common::describe;
using plugin_common::in_quotes;
using plugin_common::refuse;

MailSkill::MailSkill(sdk::Host host, std::string_view config_json) : Skill(host) {
  const nlohmann::json config = plugin_common::parse_object(config_json, "configuration of mail", 8);
  for (const auto& member : config.items()) {
    if (member.key() != "require_approval")
      refuse("configuration of mail", "only require_approval", in_quotes(member.key()));
    if (!member.value().is_boolean())
      refuse("configuration of mail, require_approval", "true or false", describe(member.value()));
    require_approval_ = member.value().get<bool>();
  }
}

void MailSkill::list(sdk::JsonWriter& out) {
  out.begin_array().begin_object().key("name").value("email_send").key("title").value("Send an email");
  out.key("description")
      .value(
          "Send an email to people whom the operator allows to write to. It is sent at once and cannot be taken back. "
          "When it is not known whether a mail was sent, say so and do not send it again.");
  out.key("input_schema").raw(kInputSchema);
  out.key("effect").value("once").key("requires_approval").value(require_approval_);
  out.key("timeout_ms").value(120'000).end_object().end_array();
}

void MailSkill::invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) {
  if (name != "email_send")
    throw sdk::Error(PLATOS_NOT_FOUND, "tool of mail: expected email_send, found " + in_quotes(name));
  const sdk::OutgoingMail mail = read_arguments(args_json);
  const std::string id = sdk::send_mail(host(), call, mail);
  std::string answer;
  sdk::JsonWriter out(answer);
  out.begin_object().key("sent").value(true).key("messageId").value(id);
  out.key("recipients").value(static_cast<std::int64_t>(mail.to.size() + mail.cc.size() + mail.bcc.size()));
  out.end_object();
  sink.json(answer);
}

}  // namespace platos::skill_mail
