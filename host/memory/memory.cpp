#include "memory/memory.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/text.hpp"

namespace platos::memory {
namespace {

using model::Json;

constexpr std::size_t kMaxContentChars = 4000;
const std::vector<std::string> kKinds = {"fact", "preference", "event", "relationship", "profile"};
const std::vector<std::string> kVisibilities = {"agent_visible", "hidden", "private"};

bool one_of(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// "2026-11-22" or more: enough to be a date for a person; kept as it was written.
bool is_date(const Json& metadata) {
  const auto at = metadata.find("at");
  if (at == metadata.end() || !at->is_string()) return false;
  const std::string& text = at->get_ref<const std::string&>();
  const auto digits = [&](std::size_t from, std::size_t count) {
    return text.size() >= from + count && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(from),
                                                      text.begin() + static_cast<std::ptrdiff_t>(from + count),
                                                      [](char c) { return c >= '0' && c <= '9'; });
  };
  return digits(0, 4) && digits(5, 2) && digits(8, 2) && text[4] == '-' && text[7] == '-';
}

}  // namespace

Result<void> validate(Memory& memory) {
  std::vector<std::string> problems;
  memory.content = std::string(base::trim(memory.content));
  const std::size_t length = characters(memory.content);
  if (length == 0 || length > kMaxContentChars)
    problems.push_back("content: expected 1 to 4000 characters, found " + std::to_string(length));
  if (!one_of(kKinds, memory.kind))
    problems.push_back("kind: expected fact, preference, event, relationship or profile, found \"" +
                       base::printable(memory.kind, 40) + "\"");
  if (!one_of(kVisibilities, memory.visibility))
    problems.push_back("visibility: expected agent_visible, hidden or private, found \"" +
                       base::printable(memory.visibility, 40) + "\"");
  const auto metadata = model::parse_bounded(memory.metadata_json, "metadata", {32 * 1024, 16, 1000});
  if (!metadata || !metadata->is_object()) {
    problems.push_back("metadata: expected an object");
  } else {
    const auto wants = [&](const char* member) {
      if (!metadata->contains(member) || !(*metadata)[member].is_string())
        problems.push_back("metadata." + std::string(member) + ": expected a text for kind " + memory.kind);
    };
    if (memory.kind == "relationship") {
      for (const char* member : {"from", "to", "type"}) wants(member);
    }
    if (memory.kind == "profile") wants("profileKey");
    if (memory.kind == "event" && !is_date(*metadata))
      problems.push_back("metadata.at: expected a date such as 2026-11-22 for kind event");
  }
  if (problems.empty()) return {};
  Error error{ErrorKind::InvalidArgument, "invalid_memory", problems.front(), false, 0, {}};
  error.validation_errors = std::move(problems);
  return fail(std::move(error));
}

ports::MemoryRecord to_record(const Memory& memory, ports::Vector vector) {
  Json metadata = {{"kind", memory.kind},
                   {"visibility", memory.visibility},
                   {"source", memory.source},
                   {"agent_id", memory.agent_id},
                   {"source_thread_id", memory.source_thread_id},
                   {"created_us", memory.created_us},
                   {"updated_us", memory.updated_us},
                   {"data", model::parse_bounded(memory.metadata_json, "metadata").value_or(Json::object())}};
  if (memory.confidence) metadata["confidence"] = *memory.confidence;
  if (memory.flagged) metadata["flagged"] = true;
  ports::MemoryRecord record;
  record.id = memory.id;
  record.content = memory.content;
  record.metadata_json = model::dump(metadata);
  record.vector = std::move(vector);
  return record;
}

Memory from_record(const ports::MemoryRecord& record) {
  Memory memory;
  memory.id = record.id;
  memory.content = record.content;
  const auto metadata = model::parse_bounded(record.metadata_json, "metadata");
  if (!metadata || !metadata->is_object()) return memory;
  const auto text = [&](const char* member, std::string& to) {
    if (const auto found = model::optional_text(*metadata, member); found && *found) to = **found;
  };
  text("kind", memory.kind);
  text("visibility", memory.visibility);
  text("source", memory.source);
  text("agent_id", memory.agent_id);
  text("source_thread_id", memory.source_thread_id);
  const auto time = [&](const char* member) {
    const auto found = model::optional_integer(*metadata, member, 0, INT64_MAX);
    return found ? found->value_or(0) : 0;
  };
  memory.created_us = time("created_us");
  memory.updated_us = time("updated_us");
  if (const auto found = metadata->find("confidence"); found != metadata->end() && found->is_number())
    memory.confidence = found->get<double>();
  memory.flagged = metadata->value("flagged", Json()) == Json(true);
  if (const auto found = metadata->find("data"); found != metadata->end() && found->is_object())
    memory.metadata_json = model::dump(*found);
  return memory;
}

Json to_wire(const Memory& memory) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"id", memory.id},
          {"kind", memory.kind},
          {"content", memory.content},
          {"metadata", model::parse_bounded(memory.metadata_json, "metadata").value_or(Json::object())},
          {"visibility", memory.visibility},
          {"agentVisible", memory.visibility == "agent_visible"},
          {"source", memory.source},
          {"agentId", text_or_null(memory.agent_id)},
          {"sourceThreadId", text_or_null(memory.source_thread_id)},
          {"confidence", memory.confidence ? Json(*memory.confidence) : Json()},
          {"createdAt", base::format_iso8601(memory.created_us)},
          {"updatedAt", base::format_iso8601(memory.updated_us)}};
}

}  // namespace platos::memory
