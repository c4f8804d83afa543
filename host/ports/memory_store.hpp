// Where memories are kept and searched.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cancellation.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "ports/call_context.hpp"
#include "ports/embedder.hpp"

namespace platos::ports {

struct MemoryRecord {
  std::string id;
  std::string content;
  std::string metadata_json = "{}";
  Vector vector;  ///< empty: none
};

struct MemoryHit {
  static constexpr double kNoCosine = -2;
  MemoryRecord record;
  double score = 0;
  double cosine = kNoCosine;
};

enum class SearchMode { Unspecified, Keyword, Semantic, Hybrid };

struct MemoryQuery {
  SearchMode mode = SearchMode::Keyword;
  std::string text;
  Vector vector;
  std::uint32_t limit = 10;
  double min_score = 0;     ///< least cosine of a hit of vector search
  std::string filter_json;  ///< see sdk/include/platos/memory.h; empty: all
};

struct MemoryPageRequest {
  std::uint32_t limit = 100;
  std::string after;  ///< an id; empty: from the start
  std::string filter_json;
};

struct MemoryPage {
  std::vector<MemoryRecord> records;
  std::uint64_t total = 0;
};

struct MemoryStoreInfo {
  bool keyword = false;
  bool vector = false;
  bool hybrid = false;
};

/// One instance of a memory plugin. Immutable; functions are called on loops and run elsewhere. The tenant is the
/// environment of the context's scope, `collection` a name in it: records of another tenant or collection are never
/// seen. Errors: InvalidArgument, ResourceExhausted (full), Deadline, Cancelled, Unavailable; Internal "plugin_breach"
/// when the plugin gives what was not asked for.
class MemoryStore {
 public:
  virtual ~MemoryStore() = default;
  virtual const std::string& instance() const = 0;
  virtual const MemoryStoreInfo& info() const = 0;

  /// Replaces records with the same id; all or none; durable.
  virtual Task<Result<void>> upsert(CallContext context, std::string collection, std::vector<MemoryRecord> records,
                                    base::CancelToken cancel) = 0;
  virtual Task<Result<std::vector<MemoryRecord>>> fetch(CallContext context, std::string collection,
                                                        std::vector<std::string> ids, base::CancelToken cancel) = 0;
  /// By ids, or, when there are none, by filter ("{}": all). The number removed.
  virtual Task<Result<std::uint64_t>> remove(CallContext context, std::string collection, std::vector<std::string> ids,
                                             std::string filter_json, base::CancelToken cancel) = 0;
  virtual Task<Result<std::vector<MemoryHit>>> search(CallContext context, std::string collection, MemoryQuery query,
                                                      base::CancelToken cancel) = 0;
  virtual Task<Result<MemoryPage>> list(CallContext context, std::string collection, MemoryPageRequest request,
                                        base::CancelToken cancel) = 0;
};

}  // namespace platos::ports
