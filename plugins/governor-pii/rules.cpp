#include "rules.hpp"

namespace platos::governor_pii {
namespace {

constexpr std::array<Description, kPiiTypeCount> kPiiTypes = {{
    {"credit_card", Severity::High, "payment card number"},
    {"ssn", Severity::High, "US social security number"},
    {"email", Severity::Low, "e-mail address"},
    {"phone", Severity::Medium, "telephone number"},
    {"ip_address", Severity::Low, "IPv4 address"},
    {"aadhaar", Severity::High, "Indian Aadhaar number"},
    {"pan", Severity::High, "Indian PAN (tax number)"},
    {"iban", Severity::High, "bank account number (IBAN)"},
    {"us_passport", Severity::High, "US passport number"},
    {"aws_access_key", Severity::High, "AWS access key id"},
}};

constexpr std::array<Description, kInjectionPatternCount> kInjectionPatterns = {{
    {"ignore_previous", Severity::High, "asks to ignore earlier instructions"},
    {"you_are_now", Severity::Medium, "gives the model another identity"},
    {"system_hijack", Severity::High, "imitates a system message"},
    {"dan_mode", Severity::High, "asks for a mode without rules"},
    {"pretend", Severity::Medium, "asks the model to pretend to be something else"},
    {"reveal_prompt", Severity::High, "asks for the system prompt"},
    {"no_restrictions", Severity::High, "asks to act without restrictions"},
    {"special_tokens", Severity::High, "holds markers of a chat template"},
    {"exfil_url", Severity::High, "asks to send data to a URL"},
    {"disregard_safety", Severity::High, "asks to disregard safety rules"},
}};

}  // namespace

const Description& description(PiiType type) noexcept { return kPiiTypes[static_cast<std::size_t>(type)]; }

const Description& description(InjectionPattern pattern) noexcept {
  return kInjectionPatterns[static_cast<std::size_t>(pattern)];
}

std::optional<PiiType> pii_type(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kPiiTypes.size(); ++i) {
    if (kPiiTypes[i].name == name) return static_cast<PiiType>(i);
  }
  return std::nullopt;
}

std::string_view severity_name(Severity severity) noexcept {
  switch (severity) {
    case Severity::Low: return "low";
    case Severity::Medium: return "medium";
    default: return "high";
  }
}

}  // namespace platos::governor_pii
