#include "model/json_schema_uri.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace platos::model::schema {
namespace {

/// prefix is "scheme://authority" or "scheme:", path has no query.
struct UriParts {
  std::string_view scheme;     ///< with ':'
  std::string_view authority;  ///< with "//"
  std::string_view path;
  std::string_view query;  ///< with '?'
};

bool is_scheme(std::string_view text) {
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
         std::all_of(text.begin(), text.end(), [](char letter) {
           return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '+' || letter == '-' ||
                  letter == '.';
         });
}

UriParts uri_parts(std::string_view uri) {
  UriParts parts;
  const std::size_t colon = uri.find_first_of(":/?");
  if (colon != std::string_view::npos && uri[colon] == ':' && is_scheme(uri.substr(0, colon))) {
    parts.scheme = uri.substr(0, colon + 1);
    uri.remove_prefix(colon + 1);
  }
  if (uri.starts_with("//")) {
    parts.authority = uri.substr(0, std::min(uri.size(), uri.find_first_of("/?", 2)));
    uri.remove_prefix(parts.authority.size());
  }
  parts.path = uri.substr(0, uri.find('?'));
  parts.query = uri.substr(parts.path.size());
  return parts;
}

std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  const bool absolute = path.starts_with('/');
  bool folder = false;
  for (std::size_t at = absolute ? 1 : 0; at <= path.size();) {
    const std::size_t end = std::min(path.size(), path.find('/', at));
    const std::string_view segment = path.substr(at, end - at);
    folder = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!folder) kept.push_back(segment);
    at = end + 1;
  }
  std::string out = absolute ? "/" : "";
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) out += '/';
    out += kept[i];
  }
  if (folder && !kept.empty()) out += '/';
  return out;
}

std::string merged_path(const UriParts& base, std::string_view path) {
  if (!base.authority.empty() && base.path.empty()) return "/" + std::string(path);
  return std::string(base.path.substr(0, base.path.rfind('/') + 1)) + std::string(path);
}

std::string joined(std::string_view scheme, std::string_view authority, const std::string& path,
                   std::string_view query) {
  return std::string(scheme) + std::string(authority) + path + std::string(query);
}

int hex_value(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace

std::optional<UriReference> resolve_uri(std::string_view base, std::string_view reference) {
  const std::size_t hash = std::min(reference.size(), reference.find('#'));
  auto fragment = percent_decoded(reference.substr(std::min(reference.size(), hash + 1)));
  if (!fragment) return std::nullopt;
  reference = reference.substr(0, hash);
  if (reference.empty()) return UriReference{std::string(base), std::move(*fragment)};

  const UriParts to = uri_parts(reference);
  const UriParts from = uri_parts(base);
  std::string whole;
  if (!to.scheme.empty()) {
    whole = to.authority.empty() && !to.path.starts_with('/')
                ? std::string(reference)
                : joined(to.scheme, to.authority, without_dots(to.path), to.query);
  } else if (!to.authority.empty()) {
    whole = joined(from.scheme, to.authority, without_dots(to.path), to.query);
  } else if (to.path.empty()) {
    whole = joined(from.scheme, from.authority, std::string(from.path), to.query);
  } else if (to.path.starts_with('/')) {
    whole = joined(from.scheme, from.authority, without_dots(to.path), to.query);
  } else {
    whole = joined(from.scheme, from.authority, without_dots(merged_path(from, to.path)), to.query);
  }
  return UriReference{std::move(whole), std::move(*fragment)};
}

}  // namespace platos::model::schema
