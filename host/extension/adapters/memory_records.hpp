// Memory records on their way into a plugin and out of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "extension/adapters/instance.hpp"
#include "platos/memory.h"
#include "ports/memory_store.hpp"

namespace platos::extension {

/// Owns the texts of a space while a plugin looks at it, and marks its records.
class MemorySpace {
 public:
  MemorySpace(std::string tenant, std::string collection);
  MemorySpace(const MemorySpace&) = delete;
  MemorySpace& operator=(const MemorySpace&) = delete;

  const platos_memory_space_t* space() const { return &space_; }
  /// `metadata_json` with the mark of this space. InvalidArgument "invalid_metadata" unless it is an object.
  Result<std::string> marked(const std::string& metadata_json) const;
  /// Without the mark; nullopt when it is missing or another space's.
  std::optional<std::string> unmarked(std::string_view metadata_json) const;

 private:
  std::string tenant_;
  std::string collection_;
  std::string mark_;
  platos_memory_space_t space_;
};

/// Records as a plugin takes them. Borrows from the records that it was made of.
class RecordBatch {
 public:
  explicit RecordBatch(const std::vector<ports::MemoryRecord>& records);
  const platos_memory_record_t* const* data() const { return pointers_.data(); }
  std::size_t size() const { return pointers_.size(); }

 private:
  std::vector<platos_memory_record_t> rows_;
  std::vector<const platos_memory_record_t*> pointers_;
};

/// Takes what a plugin gives, and checks it: sizes, UTF-8, finite numbers, the mark of the space, no more than `limit`.
class RecordGate {
 public:
  RecordGate(const MemorySpace& space, std::size_t limit);
  RecordGate(const RecordGate&) = delete;
  RecordGate& operator=(const RecordGate&) = delete;

  const platos_memory_sink_t* table() const { return &table_; }
  /// What is wrong with a record, if something is.
  const std::optional<std::string>& problem() const { return problem_; }
  std::vector<ports::MemoryHit> take() { return std::move(hits_); }

 private:
  std::optional<std::string> add(const platos_memory_record_t& record, double score, double cosine);

  const MemorySpace& space_;
  std::size_t limit_;
  std::vector<ports::MemoryHit> hits_;
  std::optional<std::string> problem_;
  platos_memory_sink_t table_;
};

}  // namespace platos::extension
