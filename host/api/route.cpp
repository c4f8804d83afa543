#include "api/route.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace platos::api {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

using Segments = std::vector<std::string_view>;

bool is_variable(std::string_view segment) { return segment.starts_with('{'); }

bool matches(const Segments& wanted, const Segments& given) {
  if (wanted.size() != given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_variable(wanted[i]) ? given[i].empty() : wanted[i] != given[i]) return false;
  }
  return true;
}

std::map<std::string, std::string, std::less<>> values_of(const Segments& wanted, const Segments& given) {
  std::map<std::string, std::string, std::less<>> values;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_variable(wanted[i])) values.emplace(wanted[i].substr(1, wanted[i].size() - 2), decode_component(given[i]));
  }
  return values;
}

std::string find_value(const std::map<std::string, std::string, std::less<>>& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

}  // namespace

std::string Call::path_value(std::string_view name) const { return find_value(path, name); }
std::string Call::query_value(std::string_view name) const { return find_value(query, name); }

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const auto& route : routes_) segments_.push_back(base::split(route.pattern, '/'));
}

RouteMatch Router::match(std::string_view method, std::string_view path) const {
  constexpr std::string_view kAlias = "/agent/v1/";
  std::string canonical(path);
  if (path.starts_with(kAlias)) canonical = "/api/v1/agent/" + std::string(path.substr(kAlias.size()));
  const auto given = base::split(canonical, '/');
  RouteMatch match;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const Route& route = routes_[i];
    if (!matches(segments_[i], given)) continue;
    const bool fits = route.method == method || (method == "HEAD" && route.method == "GET" && !route.submits);
    if (fits) {
      match.route = &route;
      match.path = values_of(segments_[i], given);
      return match;
    }
    match.allowed_methods += (match.allowed_methods.empty() ? "" : ", ") + std::string(route.method);
  }
  return match;
}

std::string decode_component(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::map<std::string, std::string, std::less<>> decode_query(std::string_view query) {
  std::map<std::string, std::string, std::less<>> values;
  if (query.empty()) return values;
  for (const auto pair : base::split(query, '&')) {
    const auto equals = pair.find('=');
    std::string value(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    std::replace(value.begin(), value.end(), '+', ' ');
    values.insert_or_assign(decode_component(pair.substr(0, equals)), decode_component(value));
  }
  return values;
}

}  // namespace platos::api
