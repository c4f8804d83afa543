#include "base_url.hpp"

#include <algorithm>

#include "platos/cpp/error.hpp"
#include "safe_text.hpp"

namespace platos::provider_openai {
namespace {

constexpr std::size_t kMaxQuotedBytes = 120;

[[noreturn]] void refuse_base_url(std::string_view expected, std::string_view found) {
  throw sdk::Error(PLATOS_INVALID_ARGUMENT, "provider-openai config: base_url: expected " + std::string(expected) +
                                                ", found " + in_quotes(printable(found, kMaxQuotedBytes)));
}

bool may_stand_in_url(char byte) noexcept {
  return byte > 0x20 && byte < 0x7f && std::string_view("\"<>\\^`{|}").find(byte) == std::string_view::npos;
}

bool is_port(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || text.find_first_not_of("0123456789") != std::string_view::npos) return false;
  unsigned port = 0;
  for (const char digit : text) port = port * 10 + static_cast<unsigned>(digit - '0');
  return port > 0 && port < 65536;
}

bool is_authority(std::string_view text) noexcept {
  const std::size_t bracket = text.find(']');
  const bool in_brackets = text.starts_with('[');
  if (in_brackets && (bracket == std::string_view::npos || bracket == 1)) return false;
  const std::size_t host_end = in_brackets ? bracket + 1 : std::min(text.find(':'), text.size());
  if (host_end == 0) return false;
  const std::string_view rest = text.substr(host_end);
  return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
}

}  // namespace

std::string normalise_base_url(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  const std::string_view scheme = text.substr(0, std::min(scheme_end, text.size()));
  const bool known_scheme = equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https");
  if (scheme_end == std::string_view::npos || !known_scheme) {
    refuse_base_url("an absolute http or https URL, such as https://api.openai.com/v1", text);
  }
  if (!std::all_of(text.begin(), text.end(), may_stand_in_url)) {
    refuse_base_url("only characters that a URL may hold", text);
  }
  if (text.find_first_of("?#") != std::string_view::npos) refuse_base_url("no query and no fragment", text);
  const std::string_view after_scheme = text.substr(scheme_end + 3);
  const std::string_view authority = after_scheme.substr(0, after_scheme.find('/'));
  // The found text is left out: it may hold a password.
  if (authority.find('@') != std::string_view::npos) refuse_base_url("no user info before the host", "...@...");
  if (!is_authority(authority)) refuse_base_url("a host, and a port from 1 to 65535 if any", text);
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace platos::provider_openai
