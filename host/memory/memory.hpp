// A memory as data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "model/json.hpp"
#include "ports/memory_store.hpp"

namespace platos::memory {

struct Memory {
  std::string id;
  std::string kind = "fact";  ///< fact, preference, event, relationship, profile
  std::string content;
  std::string metadata_json = "{}";          ///< the caller's own members
  std::string visibility = "agent_visible";  ///< agent_visible, hidden, private
  std::string source = "manual";             ///< manual, extracted, imported
  std::string agent_id;
  std::string source_thread_id;
  std::optional<double> confidence;
  bool flagged = false;  ///< by a rating: kept, and not recalled by itself
  std::int64_t created_us = 0;
  std::int64_t updated_us = 0;
};

/// Trims the content and checks what each kind wants. InvalidArgument "invalid_memory" with one line a problem.
Result<void> validate(Memory& memory);

ports::MemoryRecord to_record(const Memory& memory, ports::Vector vector);
/// A record that this host did not write reads as a fact without metadata.
Memory from_record(const ports::MemoryRecord& record);
model::Json to_wire(const Memory& memory);

}  // namespace platos::memory
