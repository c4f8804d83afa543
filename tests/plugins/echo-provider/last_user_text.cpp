#include "last_user_text.hpp"

std::string last_text(std::string_view request_json) {
  constexpr std::string_view kMember = "\"text\":\"";
  const auto member = request_json.rfind(kMember);
  if (member == std::string_view::npos) return {};
  const auto begin = member + kMember.size();
  auto end = begin;
  while (end < request_json.size() && request_json[end] != '"') end += request_json[end] == '\\' ? 2 : 1;
  return end > request_json.size() ? std::string() : std::string(request_json.substr(begin, end - begin));
}
