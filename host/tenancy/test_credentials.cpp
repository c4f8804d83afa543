#include "tenancy/test_credentials.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.hpp"

namespace platos::tenancy {
namespace {

using model::invalid_field;
using model::Json;

constexpr std::size_t kMaxTestUserId = 200;
constexpr std::size_t kMaxTestSecret = 4096;
constexpr std::size_t kMaxTestHeaders = 32;
constexpr std::size_t kMaxHeaderName = 128;

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
}

Result<std::string> read_secret_text(const Json& json, const char* member, std::size_t max_bytes) {
  const auto text = model::optional_text(json, member);
  if (!text) return fail(invalid_field(std::string("testCredentials.") + member, "a text", "something else"));
  const std::string value = text->value_or("");
  if (value.size() <= max_bytes && base::is_valid_utf8(value) && !has_control(value)) return value;
  return fail(invalid_field(std::string("testCredentials.") + member,
                            "at most " + std::to_string(max_bytes) + " bytes of text without control characters",
                            std::to_string(value.size()) + " bytes"));
}

/// A token of RFC 7230.
bool is_header_name(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  const auto is_token_char = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= kMaxHeaderName && std::all_of(name.begin(), name.end(), is_token_char);
}

Result<std::map<std::string, std::string>> read_headers(const Json& json) {
  constexpr const char* kMember = "testCredentials.headers";
  std::map<std::string, std::string> headers;
  const auto found = json.find("headers");
  if (found == json.end() || found->is_null()) return headers;
  if (!found->is_object()) return fail(invalid_field(kMember, "an object of texts", model::kind_of(*found)));
  if (found->size() > kMaxTestHeaders)
    return fail(invalid_field(kMember, "at most 32 headers", std::to_string(found->size())));
  std::set<std::string> names;
  for (const auto& [name, value] : found->items()) {
    const std::string which = "\"" + base::printable(name, 40) + "\"";
    if (!is_header_name(name)) return fail(invalid_field(kMember, "names of HTTP headers", which));
    if (!names.insert(base::to_lower(name)).second)
      return fail(invalid_field(kMember, "each header once, whatever its letter case", which + " again"));
    const bool good = value.is_string() && value.get_ref<const std::string&>().size() <= kMaxTestSecret &&
                      !has_control(value.get_ref<const std::string&>());
    if (!good)
      return fail(invalid_field(kMember, "values of at most 4096 bytes of text without control characters",
                                "another at " + which));
    headers.emplace(name, value.get<std::string>());
  }
  return headers;
}

}  // namespace

std::vector<std::string> TestCredentials::secrets() const {
  std::vector<std::string> all;
  if (!user_token.empty()) all.push_back(user_token);
  for (const auto& [name, value] : headers) all.push_back(value);
  // A longer one may hold a shorter one, whose removal would leave the rest of it.
  std::sort(all.begin(), all.end(), [](const auto& left, const auto& right) { return left.size() > right.size(); });
  return all;
}

Result<TestCredentials> test_credentials_from_json(const Json& json) {
  if (!json.is_object()) return fail(invalid_field("testCredentials", "an object, or null", model::kind_of(json)));
  for (const auto& [name, value] : json.items()) {
    if (name != "userId" && name != "userToken" && name != "headers")
      return fail(
          invalid_field("testCredentials", "userId, userToken and headers", "\"" + base::printable(name, 40) + "\""));
  }
  auto user = read_secret_text(json, "userId", kMaxTestUserId);
  auto token = read_secret_text(json, "userToken", kMaxTestSecret);
  auto headers = read_headers(json);
  if (!user) return fail(user.error());
  if (!token) return fail(token.error());
  if (!headers) return fail(headers.error());
  return TestCredentials{std::move(*user), std::move(*token), std::move(*headers)};
}

Json to_json(const TestCredentials& credentials) {
  Json json = {{"headers", credentials.headers}};
  if (!credentials.user_id.empty()) json["userId"] = credentials.user_id;
  if (!credentials.user_token.empty()) json["userToken"] = credentials.user_token;
  return json;
}

}  // namespace platos::tenancy
