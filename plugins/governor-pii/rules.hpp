// What can be found, by stable names: they are written to ledgers and shown on dashboards.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace platos::governor_pii {

enum class Category : std::uint8_t { Unspecified, Pii, Injection, Exfiltration, Custom };
enum class Severity : std::uint8_t { Unspecified, Low, Medium, High };

enum class PiiType : std::uint8_t {
  CreditCard,
  Ssn,
  Email,
  Phone,
  IpAddress,
  Aadhaar,
  Pan,
  Iban,
  UsPassport,
  AwsAccessKey
};
enum class InjectionPattern : std::uint8_t {
  IgnorePrevious,
  YouAreNow,
  SystemHijack,
  DanMode,
  Pretend,
  RevealPrompt,
  NoRestrictions,
  SpecialTokens,
  ExfilUrl,
  DisregardSafety
};

inline constexpr std::size_t kPiiTypeCount = 10;
inline constexpr std::size_t kInjectionPatternCount = 10;

/// One rule: a category and which one of it. `index` is the enum's value, or the position in the custom patterns.
struct Rule {
  Category category = Category::Unspecified;
  std::uint8_t index = 0;

  friend bool operator==(const Rule&, const Rule&) = default;
};

inline constexpr Rule rule(PiiType type) noexcept { return {Category::Pii, static_cast<std::uint8_t>(type)}; }
inline constexpr Rule rule(InjectionPattern pattern) noexcept {
  return {Category::Injection, static_cast<std::uint8_t>(pattern)};
}

struct Description {
  std::string_view name;
  Severity severity;
  std::string_view detail;
};

/// Of the built-in rules.
const Description& description(PiiType type) noexcept;
const Description& description(InjectionPattern pattern) noexcept;

/// The type of this name, such as "credit_card".
std::optional<PiiType> pii_type(std::string_view name) noexcept;

std::string_view severity_name(Severity severity) noexcept;

/// A place in a text where a rule holds, in bytes.
struct Match {
  std::size_t begin = 0;
  std::size_t end = 0;
  Rule rule;

  std::size_t size() const noexcept { return end - begin; }
};

}  // namespace platos::governor_pii
