// Sinks that keep what a plugin sends, for unit tests of memory, embedder and governor plugins. Include in tests only.
#pragma once

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/testing/fake_host.hpp"
#include "platos/embedder.h"
#include "platos/governor.h"
#include "platos/memory.h"

namespace platos::sdk {
inline namespace v1_0 {
namespace testing {

/// Collects records of fetch, search and list; `refuse_after` makes the sink fail at that record.
struct RecordCollector {
  struct Item {
    std::string id, content, metadata_json;
    std::vector<float> vector;
    double score, cosine;
  };
  std::vector<Item> items;
  std::size_t refuse_after = std::numeric_limits<std::size_t>::max();
  platos_memory_sink_t table{
      sizeof(platos_memory_sink_t), 0, this,
      [](void* self, const platos_memory_record_t* record, double score, double cosine) -> std::int32_t {
        auto& collector = *static_cast<RecordCollector*>(self);
        if (collector.items.size() >= collector.refuse_after) return PLATOS_CANCELLED;
        collector.items.push_back({std::string(view(record->id)), std::string(view(record->content)),
                                   std::string(view(record->metadata_json)),
                                   std::vector<float>(record->vector, record->vector + record->dimensions), score,
                                   cosine});
        return PLATOS_OK;
      }};
};

/// Collects vectors by the number of their text.
struct VectorCollector {
  std::map<std::size_t, std::vector<float>> vectors;
  std::int64_t input_tokens = -1;
  platos_vector_sink_t table{sizeof(platos_vector_sink_t), 0, this,
                             [](void* self, std::size_t index, const float* values, std::size_t count) -> std::int32_t {
                               static_cast<VectorCollector*>(self)->vectors[index].assign(values, values + count);
                               return PLATOS_OK;
                             },
                             [](void* self, std::int64_t tokens) -> std::int32_t {
                               static_cast<VectorCollector*>(self)->input_tokens = tokens;
                               return PLATOS_OK;
                             }};
};

/// What a check did with a text that was fed in pieces, as a host would carry it out.
struct Governed {
  std::int32_t status = PLATOS_OK;
  std::int32_t decision = PLATOS_ALLOW;  ///< the most severe
  std::string released;                  ///< what came out
  std::string rule_id, reason;           ///< of the first decision that was not allow
  std::vector<std::string> findings;     ///< JSON arrays
  std::size_t longest_hold = 0;          ///< bytes
  platos_error_t error;
};

inline Governed govern(const FakeInstance& instance, std::uint32_t point, std::string_view subject_json,
                       const std::vector<std::string_view>& pieces) {
  const auto& governor = instance.table<platos_governor_t>(PLATOS_GOVERNOR_INTERFACE);
  Governed out;
  platos_call_t call;
  platos_check_t* check = nullptr;
  out.status = governor.begin(instance.handle(), &call, point, slice(subject_json), &check, &out.error);
  if (out.status != PLATOS_OK) return out;
  std::string held;
  for (std::size_t i = 0; i < pieces.size() && out.decision < PLATOS_REQUIRE_APPROVAL; ++i) {
    const bool last = i + 1 == pieces.size();
    held += pieces[i];
    platos_verdict_t verdict{};
    verdict.struct_size = sizeof verdict;
    out.status = governor.feed(check, slice(pieces[i]), last ? 1 : 0, &verdict, &out.error);
    if (out.status != PLATOS_OK) break;
    if (verdict.decision != PLATOS_ALLOW && out.rule_id.empty()) {
      out.rule_id = view(verdict.rule_id);
      out.reason = view(verdict.reason);
    }
    if (verdict.findings_json.size > 0) out.findings.emplace_back(view(verdict.findings_json));
    out.decision = std::max(out.decision, verdict.decision);
    if (verdict.decision >= PLATOS_REQUIRE_APPROVAL) break;
    const std::size_t settled = last ? held.size() : static_cast<std::size_t>(verdict.release_bytes);
    out.released +=
        verdict.decision == PLATOS_REDACT ? view(verdict.replacement) : std::string_view(held).substr(0, settled);
    held.erase(0, settled);
    out.longest_hold = std::max(out.longest_hold, held.size());
  }
  governor.end(check);
  return out;
}

}  // namespace testing
}  // namespace v1_0
}  // namespace platos::sdk
