#include "mail_skill.hpp"

PLATOS_PLUGIN("dev.platos.skill-mail", "0.1.0",
              platos::sdk::component<platos::skill_mail::MailSkill>("mail", platos::skill_mail::kConfigSchema))
