#include "extension/adapters/memory_records.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "extension/services/call.hpp"
#include "model/json.hpp"

namespace platos::extension {
namespace {

constexpr const char* kMark = "_platos_space";
constexpr std::size_t kMaxRecordBytes = 64 * 1024;
constexpr std::uint32_t kMaxDimensions = 16'384;

}  // namespace

MemorySpace::MemorySpace(std::string tenant, std::string collection)
    : tenant_(std::move(tenant)),
      collection_(std::move(collection)),
      mark_(base::sha256_hex(std::to_string(tenant_.size()) + ":" + tenant_ + collection_).substr(0, 32)),
      space_{sizeof space_, 0, slice_of(tenant_), slice_of(collection_)} {}

Result<std::string> MemorySpace::marked(const std::string& metadata_json) const {
  auto metadata = model::parse_bounded(metadata_json, "metadata", {kMaxRecordBytes, 32, 10'000});
  if (!metadata) return fail(metadata.error());
  if (!metadata->is_object())
    return fail(ErrorKind::InvalidArgument, "invalid_metadata", "metadata: expected an object");
  (*metadata)[kMark] = mark_;
  return model::dump(*metadata);
}

std::optional<std::string> MemorySpace::unmarked(std::string_view metadata_json) const {
  auto metadata = model::parse_bounded(metadata_json, "metadata", {kMaxRecordBytes + 64, 32, 10'001});
  if (!metadata || !metadata->is_object()) return std::nullopt;
  const auto found = metadata->find(kMark);
  if (found == metadata->end() || *found != mark_) return std::nullopt;
  metadata->erase(found);
  return model::dump(*metadata);
}

RecordBatch::RecordBatch(const std::vector<ports::MemoryRecord>& records) {
  for (const auto& record : records) {
    rows_.push_back({sizeof(platos_memory_record_t), static_cast<std::uint32_t>(record.vector.size()),
                     slice_of(record.id), slice_of(record.content), slice_of(record.metadata_json),
                     record.vector.data()});
  }
  for (const auto& row : rows_) pointers_.push_back(&row);
}

RecordGate::RecordGate(const MemorySpace& space, std::size_t limit) : space_(space), limit_(limit) {
  table_ = {sizeof table_, 0, this,
            [](void* self, const platos_memory_record_t* record, double score, double cosine) noexcept -> std::int32_t {
              auto& gate = *static_cast<RecordGate*>(self);
              if (gate.problem_) return PLATOS_CANCELLED;
              const bool sized = record != nullptr && record->struct_size >= sizeof(platos_memory_record_t);
              gate.problem_ = sized ? gate.add(*record, score, cosine) : "a record without a size that can be";
              return gate.problem_ ? PLATOS_CANCELLED : PLATOS_OK;
            }};
}

std::optional<std::string> RecordGate::add(const platos_memory_record_t& record, double score, double cosine) {
  const auto id = checked_view(record.id, 128, "id");
  const auto content = checked_view(record.content, kMaxRecordBytes, "content");
  const auto metadata = checked_view(record.metadata_json, kMaxRecordBytes + 64, "metadata");
  for (const auto* each : {&id, &content, &metadata}) {
    if (!*each) return each->error().message;
    if (!base::is_valid_utf8(**each)) return "a record whose text is not UTF-8";
  }
  if (hits_.size() >= limit_) return "more records than the " + std::to_string(limit_) + " that were asked for";
  if (!std::isfinite(score) || !std::isfinite(cosine)) return "a record whose score is not finite";
  const bool vector_sane = record.dimensions <= kMaxDimensions && (record.dimensions == 0 || record.vector != nullptr);
  if (!vector_sane) return "a record whose vector cannot be";
  ports::MemoryHit hit;
  hit.record.vector.assign(record.vector, record.vector + record.dimensions);
  if (!std::all_of(hit.record.vector.begin(), hit.record.vector.end(), [](float each) { return std::isfinite(each); }))
    return "a record whose vector is not finite";
  auto clean = space_.unmarked(*metadata);
  if (!clean) return "a record of another tenant or collection";
  hit.record.id = *id;
  hit.record.content = *content;
  hit.record.metadata_json = std::move(*clean);
  hit.score = score;
  hit.cosine = cosine;
  hits_.push_back(std::move(hit));
  return std::nullopt;
}

}  // namespace platos::extension
