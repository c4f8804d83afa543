#include "tool_call_ids.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>

namespace platos::provider_openai {
namespace {

constexpr std::size_t kWireIdSize = 9;
constexpr std::string_view kAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool has_wire_form(std::string_view id) {
  return id.size() == kWireIdSize && id.find_first_not_of(kAlphanumeric) == std::string_view::npos;
}

// FNV-1a: the same on every machine and in every release, because other hosts continue the conversation.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  return hash;
}

std::string free_wire_id(std::string_view raw_id, const std::set<std::string, std::less<>>& taken) {
  for (int attempt = 0;; ++attempt) {
    std::uint64_t rest = hash_of(std::string(raw_id) + std::string(static_cast<std::size_t>(attempt), '#'));
    std::string id;
    for (; id.size() < kWireIdSize; rest /= kAlphanumeric.size()) id += kAlphanumeric[rest % kAlphanumeric.size()];
    if (taken.count(id) == 0) return id;
  }
}

std::vector<std::string_view> raw_ids_of(const std::vector<RequestMessage>& messages) {
  std::vector<std::string_view> ids;
  for (const RequestMessage& message : messages) {
    for (const RequestToolCall& call : message.tool_calls) ids.push_back(call.raw_id_text);
    if (message.role == Role::Tool) ids.push_back(message.raw_tool_call_id_text);
  }
  return ids;
}

}  // namespace

ToolCallIds::ToolCallIds(ToolCallIdForm form, const std::vector<RequestMessage>& messages) {
  if (form != ToolCallIdForm::Alphanumeric9) return;
  const std::vector<std::string_view> raw_ids = raw_ids_of(messages);
  std::set<std::string, std::less<>> taken;
  for (const std::string_view raw_id : raw_ids) {
    if (has_wire_form(raw_id)) taken.emplace(raw_id);
  }
  for (const std::string_view raw_id : raw_ids) {
    if (has_wire_form(raw_id) || wire_ids_.find(raw_id) != wire_ids_.end()) continue;
    const std::string wire_id = free_wire_id(raw_id, taken);
    taken.insert(wire_id);
    wire_ids_.emplace(raw_id, wire_id);
    const nlohmann::json own_id = nlohmann::json::parse(with_quotes(raw_id), nullptr, false);
    if (own_id.is_string()) own_ids_.emplace(wire_id, own_id.get<std::string>());
  }
}

std::string_view ToolCallIds::wire_id(std::string_view raw_id) const {
  const auto found = wire_ids_.find(raw_id);
  return found == wire_ids_.end() ? raw_id : std::string_view(found->second);
}

std::string_view ToolCallIds::own_id(std::string_view wire_id) const {
  const auto found = own_ids_.find(wire_id);
  return found == own_ids_.end() ? wire_id : std::string_view(found->second);
}

}  // namespace platos::provider_openai
