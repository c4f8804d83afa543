// The SQL of one call's space and its records. A cheap value over one session, used by its thread.
//
// Functions that write run in a transaction of the caller. A space's counters are changed in the value given; save()
// writes them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "database.hpp"
#include "platos/cpp/memory.hpp"
#include "space_seal.hpp"

namespace platos::records {

struct Space {
  std::int64_t number = 0;
  std::int64_t dimensions = 0;  ///< of its vectors, when it has any
  std::int64_t records = 0;
  std::int64_t vectors = 0;
  std::int64_t words = 0;  ///< in all contents
  bool is_sealed = true;   ///< false: made by the first version of this plugin, and not read since
};

/// What searching and listing go through; `record` is the row.
struct RecordHead {
  std::int64_t record;
  std::string_view id;
  std::string_view sealed_metadata;
  const SpaceSeal* seal;

  std::string metadata_json() const { return seal->open(id, "metadata", sealed_metadata); }
};

/// A copy of a record.
struct StoredRecord {
  std::string id, content, metadata_json;
  std::vector<float> vector;
};

class Tables {
 public:
  Tables(Session& session, const SpaceSeal& seal) : session_(session), connection_(session.connection), seal_(seal) {}

  std::optional<Space> find_space();
  Space make_space();
  /// Writes the counters; removes the space when it has no records.
  void save(const Space& space);

  std::optional<std::int64_t> find_record(const Space& space, std::string_view id);

  /// Adds or replaces; returns the row. `metadata_json` and the vector are valid.
  std::int64_t put(Space& space, const sdk::MemoryRecord& record);
  void erase(Space& space, std::int64_t record);

  /// A bounded step towards a sealed space from one of the first version, whose texts and words stand there readable;
  /// false when there was nothing left to do. Words leave the index with merge_index() only.
  bool seal_some(const Space& space);
  void mark_sealed(const Space& space);

  /// Whether words were taken out of the index by this value.
  bool has_unindexed() const noexcept { return has_unindexed_; }

  /// A bounded step towards an index without any trace of removed words; false when there was nothing left to do.
  bool merge_index();

  /// All records of a space in the order of their ids, until `visit` returns false. What it gets is borrowed.
  void for_each(const Space& space, const std::function<bool(const RecordHead&)>& visit);
  void for_each_vector(
      const Space& space,
      const std::function<void(std::int64_t record, std::string_view id, std::span<const float>)>& visit);

  /// At most `limit` records with ids behind `after`, without their vectors.
  std::vector<StoredRecord> page(const Space& space, std::string_view after, std::uint32_t limit);

  /// Calls `visit` with one record; false when the space has none in this row.
  bool visit_head(const Space& space, std::int64_t record, const std::function<void(const RecordHead&)>& visit);
  /// The record in this row, which exists, without its vector.
  StoredRecord read(std::int64_t record);
  /// The vector of the record in this row, which may have none.
  std::vector<float> vector_of(std::int64_t record);

  /// Rows with any word of `text` and how well they match, in no order.
  std::vector<std::pair<double, std::int64_t>> match(const Space& space, std::string_view text);

 private:
  void put_vector(Space& space, std::int64_t record, const sdk::MemoryRecord& given);
  bool erase_vector(std::int64_t record);
  std::vector<std::int64_t> readable_rows(const Space& space);
  void seal_record(const Space& space, std::int64_t record);
  void index_words(std::int64_t record, const std::string& text);
  void unindex_words(std::int64_t record, const std::string& text);
  StoredRecord opened(Statement& row) const;  ///< id, metadata, content
  std::string hashed_text(const Space& space, std::string_view content);

  Session& session_;
  Connection& connection_;
  const SpaceSeal& seal_;
  bool has_unindexed_ = false;
};

}  // namespace platos::records
