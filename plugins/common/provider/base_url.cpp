#include "common/provider/base_url.hpp"

#include <algorithm>

#include "common/provider/safe_text.hpp"

namespace platos::provider_common {
namespace {

constexpr std::size_t kMaxQuotedUrlBytes = 120;

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

std::optional<BaseUrlProblem> base_url_problem(std::string_view text, std::string_view example) {
  const auto problem = [&](std::string expected) {
    return BaseUrlProblem{std::move(expected), in_quotes(printable(text, kMaxQuotedUrlBytes))};
  };
  const std::size_t scheme_end = text.find("://");
  const std::string_view scheme = text.substr(0, std::min(scheme_end, text.size()));
  const bool known_scheme = equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https");
  if (scheme_end == std::string_view::npos || !known_scheme) {
    return problem("an absolute http or https URL, such as " + std::string(example));
  }
  if (!std::all_of(text.begin(), text.end(), may_stand_in_url)) return problem("only characters that a URL may hold");
  if (text.find_first_of("?#") != std::string_view::npos) return problem("no query and no fragment");
  const std::string_view after_scheme = text.substr(scheme_end + 3);
  const std::string_view authority = after_scheme.substr(0, after_scheme.find('/'));
  // The found text is left out: it may hold a password.
  if (authority.find('@') != std::string_view::npos) {
    return BaseUrlProblem{"no user info before the host", in_quotes("...@...")};
  }
  if (!is_authority(authority)) return problem("a host, and a port from 1 to 65535 if any");
  return {};
}

bool is_placeholder(std::string_view base_url) {
  constexpr std::string_view kReserved = ".invalid";
  const std::string_view after_scheme = base_url.substr(base_url.find("://") + 3);
  const std::string_view host = after_scheme.substr(0, after_scheme.find_first_of("/:"));
  return host.size() > kReserved.size() && equals_ignoring_case(host.substr(host.size() - kReserved.size()), kReserved);
}

std::string without_trailing_slashes(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace platos::provider_common
