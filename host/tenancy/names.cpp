#include "tenancy/names.hpp"

#include <algorithm>
#include <cctype>

#include <nlohmann/json.hpp>
#include "base/text.hpp"
#include "model/json.hpp"

namespace platos::tenancy {
namespace {

using model::invalid_field;

constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kMaxSlugBytes = 64;
constexpr std::size_t kMaxOrigins = 100;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_word(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

std::string quoted(const std::string& text) { return "\"" + base::printable(text, 80) + "\""; }

bool is_origin(const std::string& text) {
  const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || text.size() == scheme || text.size() > kMaxNameBytes) return false;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(scheme), text.end(),
                     [](char c) { return is_word(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']'; });
}

}  // namespace

Result<void> check_name(const std::string& name) {
  const bool control = std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 32; });
  if (base::trim(name).empty() || name.size() > kMaxNameBytes || control || !base::is_valid_utf8(name)) {
    return fail(invalid_field("name", "1 to 200 bytes of text", quoted(name)));
  }
  return {};
}

Result<void> check_slug(const std::string& slug) {
  const bool good = !slug.empty() && slug.size() <= kMaxSlugBytes && slug.front() != '-' && slug.back() != '-' &&
                    std::all_of(slug.begin(), slug.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
  if (!good) return fail(invalid_field("slug", "1 to 64 of a-z, 0-9 and '-'", quoted(slug)));
  return {};
}

std::string slug_of(const std::string& name) {
  std::string slug;
  for (const char c : base::to_lower(name)) {
    if (is_lower_or_digit(c)) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  slug.resize(std::min(slug.size(), kMaxSlugBytes));
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

Result<void> check_entity_id(const std::string& id) {
  const bool good = !id.empty() && id.size() <= kMaxSlugBytes &&
                    std::all_of(id.begin(), id.end(), [](char c) { return is_word(c) || c == '-'; });
  if (!good) return fail(invalid_field("entityId", "1 to 64 of A-Z, a-z, 0-9, '_' and '-'", quoted(id)));
  return {};
}

Result<void> check_origins(const std::vector<std::string>& origins) {
  if (origins.size() > kMaxOrigins) {
    return fail(invalid_field("origins", "at most 100", std::to_string(origins.size())));
  }
  for (const auto& origin : origins) {
    if (!is_origin(origin))
      return fail(invalid_field("origins", "\"https://host\" or \"http://host:port\"", quoted(origin)));
  }
  return {};
}

Result<void> check_linked_agents(const std::vector<std::string>& ids) {
  if (ids.size() > kMaxOrigins) return fail(invalid_field("linkedAgentIds", "at most 100", std::to_string(ids.size())));
  for (const auto& id : ids) {
    if (!check_entity_id(id)) return fail(invalid_field("linkedAgentIds", "ids of agents", quoted(id)));
  }
  return {};
}

Result<void> check_test_credentials(const std::string& json) {
  constexpr std::size_t kMaxHeaders = 32;
  constexpr std::size_t kMaxValueBytes = 4096;
  constexpr const char* kField = "testCredentials";
  const auto parsed = model::parse_bounded(json, kField);
  if (!parsed) return fail(parsed.error());
  if (!parsed->is_object()) return fail(invalid_field(kField, "an object or null", model::kind_of(*parsed)));
  if (const auto user = model::optional_text(*parsed, "userId"); !user) return fail(user.error());
  const auto headers = parsed->value("headers", model::Json::object());
  if (!headers.is_object()) return fail(invalid_field("testCredentials.headers", "an object", model::kind_of(headers)));
  if (headers.size() > kMaxHeaders) {
    return fail(invalid_field("testCredentials.headers", "at most 32", std::to_string(headers.size())));
  }
  for (const auto& [name, value] : headers.items()) {
    const bool token =
        !name.empty() && name.size() <= kMaxNameBytes && std::all_of(name.begin(), name.end(), [](char c) {
          return is_word(c) || std::string_view("!#$%&'*+-.^`|~").find(c) != std::string_view::npos;
        });
    const std::string lower = base::to_lower(name);
    const bool ours = lower.starts_with("x-platos-") || lower == "host" || lower == "content-length" ||
                      lower == "transfer-encoding" || lower == "connection" || lower == "content-type";
    if (!token || ours)
      return fail(invalid_field("testCredentials.headers", "names of headers of yours", quoted(name)));
    const bool text = value.is_string() && value.get_ref<const std::string&>().size() <= kMaxValueBytes;
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; };
    if (!text || std::any_of(value.get_ref<const std::string&>().begin(), value.get_ref<const std::string&>().end(),
                             is_control)) {
      return fail(invalid_field("testCredentials.headers", "values of at most 4096 bytes on one line", quoted(name)));
    }
  }
  return {};
}

Result<void> check_variable_name(const std::string& name) {
  const bool good = !name.empty() && name.size() <= kMaxNameBytes && !(name.front() >= '0' && name.front() <= '9') &&
                    std::all_of(name.begin(), name.end(), is_word);
  if (!good) return fail(invalid_field("name", "a variable's name: letters, digits and '_'", quoted(name)));
  return {};
}

Result<void> check_environment_type(const std::string& type) {
  if (type == "DEVELOPMENT" || type == "STAGING" || type == "PREVIEW" || type == "PRODUCTION") return {};
  return fail(invalid_field("type", "DEVELOPMENT, STAGING, PREVIEW or PRODUCTION", quoted(type)));
}

}  // namespace platos::tenancy
