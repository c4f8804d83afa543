#include "tenancy/names.hpp"

#include <algorithm>
#include <cctype>

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

bool is_slug(const std::string& text) {
  return !text.empty() && text.size() <= kMaxSlugBytes && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
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
  if (is_slug(slug)) return {};
  return fail(invalid_field("slug", "1 to 64 of a-z, 0-9 and '-'", quoted(slug)));
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

Result<void> check_new_entity_id(const std::string& id) {
  if (is_slug(id)) return {};
  return fail(invalid_field("entityId", "1 to 64 of a-z, 0-9 and '-', with no '-' at its ends", quoted(id)));
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
