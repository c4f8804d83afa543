#include "number_rules.hpp"

#include <array>

#include "check_digits.hpp"
#include "context.hpp"
#include "digit_run.hpp"

namespace platos::governor_pii {
namespace {

/// A run of digits, and where it stands.
struct Number {
  const Text* text;
  std::size_t at;
  DigitRun run;
  LeftSide left;

  Attempt match(std::size_t groups, PiiType type) const noexcept {
    return Attempt::match(at, run.groups[groups - 1].end, rule(type));
  }
  unsigned value(std::size_t first, std::size_t count) const noexcept {
    unsigned value = 0;
    for (std::size_t i = first; i < first + count; ++i) value = value * 10 + static_cast<unsigned>(run.digits[i] - '0');
    return value;
  }
  /// A dash or dot, and then a digit: the number goes on.
  bool goes_on(std::size_t last_group) const noexcept {
    const Separator behind = run.behind(last_group);
    return behind == Separator::Dash || behind == Separator::Dot;
  }
};

bool is_spaced_or_dashed(const DigitRun& run, std::size_t groups) noexcept {
  for (std::size_t i = 1; i < groups; ++i) {
    if (run.groups[i].before != Separator::Space && run.groups[i].before != Separator::Dash) return false;
  }
  return true;
}

/// 4-4-4-4, 4-6-5 and so on: the groups in which cards are printed; and all digits in one.
bool is_card_grouping(const DigitRun& run, std::size_t groups) noexcept {
  const auto size = [&](std::size_t index) { return run.groups[index].count; };
  if (groups == 1) return true;
  if (groups == 3) return size(0) == 4 && size(1) == 6 && (size(2) == 4 || size(2) == 5);
  if (groups < 4 || groups > 5) return false;
  for (std::size_t i = 0; i + 1 < groups; ++i) {
    if (size(i) != 4) return false;
  }
  return size(groups - 1) <= 4;
}

Attempt match_card(const Number& number) noexcept {
  const DigitRun& run = number.run;
  if (number.left.is_decimal) return Attempt::nothing();
  for (std::size_t groups = run.group_count; groups > 0; --groups) {
    if (!run.may_end_with(groups - 1) || run.behind(groups - 1) == Separator::Dot) continue;
    if (!is_spaced_or_dashed(run, groups)) continue;
    // Other groups count when the digits stand for themselves: not in the middle of a table.
    const bool is_whole = groups == run.group_count && number.left.digits == 0;
    const bool is_printed_so = is_card_grouping(run, groups) && run.is_uniform(groups);
    if ((is_whole || is_printed_so) && is_card_number(run.of_groups(groups))) {
      return number.match(groups, PiiType::CreditCard);
    }
  }
  return Attempt::nothing();
}

bool is_assigned_ssn(const Number& number) noexcept {
  const unsigned area = number.value(0, 3);
  return area != 0 && area != 666 && area < 900 && number.value(3, 2) != 0 && number.value(5, 4) != 0;
}

Attempt match_ssn(const Number& number) noexcept {
  const DigitRun& run = number.run;
  if (number.left.is_glued || number.left.is_decimal) return Attempt::nothing();
  if (run.has(0, 9)) {
    if (!run.may_end_with(0) || number.goes_on(0) || !is_assigned_ssn(number)) return Attempt::nothing();
    const Nearby nearby = stands_near(*number.text, number.at, run.groups[0].end,
                                      {"ssn", "social security", "social sec", "social_security", "socialsecurity",
                                       "ss#", "soc sec", "social insurance"});
    if (nearby == Nearby::Undecided) return Attempt::pause(number.at);
    return nearby == Nearby::Yes ? number.match(1, PiiType::Ssn) : Attempt::nothing();
  }
  const bool is_grouped = run.has(0, 3) && run.has(1, 2) && run.has(2, 4) && run.is_uniform(3) &&
                          run.groups[1].before != Separator::Parenthesis;
  if (!is_grouped || !run.may_end_with(2) || number.goes_on(2) || !is_assigned_ssn(number)) return Attempt::nothing();
  return number.match(3, PiiType::Ssn);
}

/// YYYYMMDDhhmm
bool is_date_and_time(const Number& number) noexcept {
  const unsigned century = number.value(0, 2), month = number.value(4, 2), day = number.value(6, 2);
  return (century == 19 || century == 20) && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
         number.value(8, 2) < 24 && number.value(10, 2) < 60;
}

Attempt match_aadhaar(const Number& number) noexcept {
  const DigitRun& run = number.run;
  if (run.digit_count < 12 || run.digits[0] < '2' || number.left.is_glued || number.left.is_decimal) {
    return Attempt::nothing();
  }
  if (run.has(0, 12)) {
    if (!run.may_end_with(0) || number.goes_on(0) || is_date_and_time(number)) return Attempt::nothing();
    if (!passes_verhoeff(run.of_groups(1))) return Attempt::nothing();
    // One twelve-digit number in ten passes by accident, and shops number their orders so.
    const bool is_other_id = stands_before(number.text->bytes, number.at,
                                           {"order", "invoice", "tracking", "item", "sku", "txn", "transaction",
                                            "ticket", "reference", "ref", "timestamp", "upc", "gtin", "case", "batch"});
    return is_other_id ? Attempt::nothing() : number.match(1, PiiType::Aadhaar);
  }
  const bool is_grouped =
      run.has(0, 4) && run.has(1, 4) && run.has(2, 4) && run.is_uniform(3) && is_spaced_or_dashed(run, 3);
  if (!is_grouped || !run.may_end_with(2) || number.goes_on(2)) return Attempt::nothing();
  // Four groups of four are a card, right or wrong.
  if (number.left.digits >= 4 || run.has(3, 4) || !passes_verhoeff(run.of_groups(3))) return Attempt::nothing();
  return number.match(3, PiiType::Aadhaar);
}

/// Area and exchange of the North American plan begin with 2 to 9.
bool is_american(const Number& number, std::size_t first) noexcept {
  return number.run.digits[first] >= '2' && number.run.digits[first + 3] >= '2';
}

Attempt match_bare_phone(const Number& number, std::size_t country_digits) noexcept {
  const DigitRun& run = number.run;
  const bool is_one = country_digits == 0 || run.digits[0] == '1';
  if (!is_one || !is_american(number, country_digits) || number.goes_on(0)) return Attempt::nothing();
  const Nearby nearby = stands_near(*number.text, number.at, run.groups[0].end,
                                    {"phone", "telephone", "tel", "call", "mobile", "cell", "fax", "whatsapp", "sms",
                                     "dial", "text me", "callback", "phone_number"});
  if (nearby == Nearby::Undecided) return Attempt::pause(number.at);
  return nearby == Nearby::Yes ? number.match(1, PiiType::Phone) : Attempt::nothing();
}

Attempt match_american_phone(const Number& number) noexcept {
  const DigitRun& run = number.run;
  if (number.left.is_glued || number.left.is_decimal) return Attempt::nothing();
  if ((run.has(0, 10) || run.has(0, 11)) && run.may_end_with(0))
    return match_bare_phone(number, run.groups[0].count - 10);
  const std::size_t area = run.has(0, 1) && run.digits[0] == '1' ? 1 : 0;
  const bool is_grouped = run.has(area, 3) && run.has(area + 1, 3) && run.has(area + 2, 4);
  const std::size_t last = area + 2;
  if (!is_grouped || !run.may_end_with(last) || number.goes_on(last)) return Attempt::nothing();
  return is_american(number, area) ? number.match(last + 1, PiiType::Phone) : Attempt::nothing();
}

/// Behind a '+': any country, at most 15 digits (E.164).
Attempt match_international_phone(const Number& number) noexcept {
  const DigitRun& run = number.run;
  if (run.digits[0] == '0') return Attempt::nothing();
  for (std::size_t groups = run.group_count; groups > 0; --groups) {
    const std::size_t digits = run.of_groups(groups).size();
    if (digits > 15 || !run.may_end_with(groups - 1)) continue;
    if (digits < (groups == 1 ? 10U : 8U)) break;
    const bool is_one = run.digits[0] == '1';
    if (is_one && (digits != 11 || !is_american(number, 1))) continue;
    return number.match(groups, PiiType::Phone);
  }
  return Attempt::nothing();
}

// Loopback, "this host", private, link-local and multicast addresses name a machine's role, not a person (RFC 6890).
bool is_nobodys_address(unsigned first, unsigned second) noexcept {
  return first == 0 || first == 10 || first == 127 || first >= 224 || (first == 169 && second == 254) ||
         (first == 172 && second >= 16 && second < 32) || (first == 192 && second == 168);
}

Attempt match_ip_address(const Number& number) noexcept {
  const DigitRun& run = number.run;
  if (run.group_count < 4 || number.left.is_decimal || number.left.is_glued) return Attempt::nothing();
  if (run.behind(3) == Separator::Dot || !run.may_end_with(3)) return Attempt::nothing();
  for (std::size_t i = 0; i < 4; ++i) {
    const DigitRun::Group& group = run.groups[i];
    if (group.count > 3 || (i > 0 && group.before != Separator::Dot)) return Attempt::nothing();
    if ((group.count > 1 && run.digits[group.first] == '0') || number.value(group.first, group.count) > 255) {
      return Attempt::nothing();
    }
  }
  if (is_nobodys_address(number.value(run.groups[0].first, run.groups[0].count),
                         number.value(run.groups[1].first, run.groups[1].count))) {
    return Attempt::nothing();
  }
  const bool is_version = stands_before(number.text->bytes, number.at,
                                        {"version", "ver", "release", "build", "firmware", "upgrade to", "section"});
  return is_version ? Attempt::nothing() : number.match(4, PiiType::IpAddress);
}

/// A telephone number that begins with '+' or '('.
Attempt match_marked_phone(const Text& text, std::size_t at) noexcept {
  Cursor cursor(text, at);
  const bool is_international = cursor.take() == U'+';
  if (is_international && cursor.peek() == U'(') cursor.take();
  const std::size_t first_digit = cursor.end();
  const bool has_digit = is_digit(cursor.peek());
  if (cursor.starved()) return Attempt::pause(at);
  if (!has_digit) return Attempt::nothing();
  Number number{&text, at, read_digit_run(text, first_digit), left_side(text.bytes, at)};
  if (number.run.is_starved) return Attempt::pause(at);
  if (number.left.is_alnum) return Attempt::nothing();
  if (is_international) return match_international_phone(number);
  return number.run.behind(0) == Separator::Parenthesis ? match_american_phone(number) : Attempt::nothing();
}

std::size_t digits_end(std::string_view bytes, std::size_t at) noexcept {
  while (at < bytes.size() && is_digit(static_cast<unsigned char>(bytes[at]))) ++at;
  return at;
}

/// Whether two groups, which digits stand before, begin any rule. Such digits are no oddly grouped card.
bool begins_rule(std::size_t first, char separator, std::size_t second) noexcept {
  if (separator == '.' && first <= 3 && second <= 3) return true;
  switch (first) {
    case 1: return second == 3;
    case 3: return second == 2 || second == 3;
    case 4: return second == 4 || second == 6;
    default: return false;
  }
}

/// Whether plain digits are seen at a glance to begin no rule, as most do: nothing is joined to them and they are too
/// few, or the first two groups fit none.
bool is_other_number(std::string_view bytes, std::size_t at) noexcept {
  constexpr std::string_view kSeparators = " .-()";
  const auto is_other = [&](std::size_t i) {
    const auto code = static_cast<unsigned char>(bytes[i]);
    return code < 0x80 && !is_digit(code) && kSeparators.find(bytes[i]) == kSeparators.npos;
  };
  const std::size_t end = digits_end(bytes, at);
  const std::size_t count = end - at;
  if (end + 1 >= bytes.size() || (count >= 9 && count <= DigitRun::kMostDigits)) return false;
  if (is_other(end)) return true;
  if (static_cast<unsigned char>(bytes[end]) >= 0x80) return false;
  if (is_other(end + 1)) return true;
  const std::size_t second_end = digits_end(bytes, end + 1);
  if (second_end == end + 1 || second_end == bytes.size()) return false;
  if (static_cast<unsigned char>(bytes[second_end]) >= 0x80) return false;
  return !begins_rule(count, bytes[end], second_end - end - 1) && left_side(bytes, at).digits > 0;
}

}  // namespace

Attempt match_number(const Text& text, std::size_t at) noexcept {
  if (const char32_t first = fold(text.bytes, at).code; first == U'+' || first == U'(') {
    return match_marked_phone(text, at);
  }
  if (is_other_number(text.bytes, at)) return Attempt::nothing();
  Number number{&text, at, read_digit_run(text, at), left_side(text.bytes, at)};
  if (number.run.is_starved) return Attempt::pause(at);
  if (number.left.is_alnum || number.run.digit_count < 4) return Attempt::nothing();
  Attempt best = match_card(number);
  best.merge(match_ssn(number));
  best.merge(match_aadhaar(number));
  best.merge(match_american_phone(number));
  best.merge(match_ip_address(number));
  return best;
}

}  // namespace platos::governor_pii
