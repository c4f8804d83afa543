#include "memory/memories.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace platos::memory {
namespace {

constexpr std::int64_t kEmptyForUs = 60'000'000;
constexpr std::size_t kMaxKnownEmpty = 100'000;
constexpr const char* kFindable = R"(["agent_visible","hidden"])";

std::string collection_of(const ports::CallContext& who) { return "memories/" + who.user_id; }
std::string key_of(const ports::CallContext& who) { return who.scope.environment_id + "/" + who.user_id; }

// The id of a memory follows from whose it is and what it says, so that saying it twice keeps it once.
std::string id_of(const ports::CallContext& who, const Memory& memory) {
  return "mem_" + base::sha256_hex(key_of(who) + "|" + memory.kind + "|" + memory.content).substr(0, 26);
}

std::string filter_json(const std::string& kind) {
  std::string filter = std::string(R"({"visibility":)") + kFindable;
  if (!kind.empty()) filter += R"(,"kind":)" + model::dump(model::Json(kind));
  return filter + "}";
}

}  // namespace

Memories::Memories(const ports::PluginDirectory& plugins, const governance::Chain& chain, const base::Clock& clock,
                   base::Logger& logger, telemetry::Metrics& metrics, MemoriesOptions options)
    : plugins_(plugins),
      chain_(chain),
      clock_(clock),
      logger_(logger),
      options_(std::move(options)),
      metrics_(metrics) {}

Result<std::shared_ptr<ports::MemoryStore>> Memories::store() const {
  auto found = plugins_.memory(options_.store);
  if (found) return found;
  return fail(ErrorKind::FailedPrecondition, "memory_unavailable", "memory cannot be used: " + found.error().message);
}

ports::CallContext Memories::limited(ports::CallContext who) const {
  who.deadline_us = std::min(who.deadline_us, clock_.monotonic_us() + options_.call_limit_us);
  return who;
}

bool Memories::known_empty(const ports::CallContext& who) const {
  const std::lock_guard lock(mutex_);
  const auto found = empty_until_us_.find(key_of(who));
  return found != empty_until_us_.end() && clock_.monotonic_us() < found->second;
}

void Memories::note_written(const ports::CallContext& who) {
  const std::lock_guard lock(mutex_);
  ++writes_;
  empty_until_us_.erase(key_of(who));
}

std::uint64_t Memories::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

void Memories::note_empty(const ports::CallContext& who, std::uint64_t writes_before) {
  const std::lock_guard lock(mutex_);
  if (writes_ != writes_before) return;
  if (empty_until_us_.size() >= kMaxKnownEmpty) empty_until_us_.clear();
  empty_until_us_[key_of(who)] = clock_.monotonic_us() + kEmptyForUs;
}

Task<std::optional<ports::Vector>> Memories::embed(ports::CallContext who, std::string text, base::CancelToken cancel) {
  if (options_.embedder.empty()) co_return std::nullopt;
  const auto embedder = plugins_.embedder(options_.embedder);
  if (!embedder) co_return std::nullopt;
  // Half of what is left: an embedder that hangs must leave time to write, or to search by words.
  const std::int64_t now_us = clock_.monotonic_us();
  who.deadline_us = now_us + (who.deadline_us - now_us) / 2;
  std::vector<std::string> texts;
  texts.push_back(std::move(text));
  auto vectors = co_await (*embedder)->embed(std::move(who), std::move(texts), std::move(cancel));
  if (vectors) co_return std::move(vectors->front());
  logger_.warn("memory", "a text could not be embedded; words must do",
               {{"embedder", options_.embedder}, {"code", vectors.error().code}, {"reason", vectors.error().message}});
  co_return std::nullopt;
}

Task<Result<Memory>> Memories::add(ports::CallContext who, Memory memory, std::vector<governance::Finding>& findings,
                                   base::CancelToken cancel) {
  who = limited(std::move(who));
  const auto kept = store();
  if (!kept) co_return fail(kept.error());
  if (chain_.wants(ports::Point::BeforeMemoryWrite)) {
    governance::Subject subject;
    subject.context = who;
    subject.agent_id = memory.agent_id;
    subject.thread_id = memory.source_thread_id;
    auto judged = chain_.check(subject, ports::Point::BeforeMemoryWrite, memory.content);
    findings.insert(findings.end(), judged.findings.begin(), judged.findings.end());
    if (judged.refused()) co_return fail(governance::refusal(judged.decision, judged.rule_id, judged.findings));
    memory.content = std::move(judged.text);
  }
  if (auto valid = validate(memory); !valid) co_return fail(valid.error());
  memory.id = id_of(who, memory);
  memory.created_us = memory.updated_us = clock_.wall_us();
  std::vector<std::string> ids{memory.id};
  const auto before = co_await (*kept)->fetch(who, collection_of(who), std::move(ids), cancel);
  if (before && !before->empty()) memory.created_us = from_record(before->front()).created_us;
  std::optional<ports::Vector> vector;
  if (memory.kind != "profile") vector = co_await embed(who, memory.content, cancel);
  std::vector<ports::MemoryRecord> records;
  records.push_back(to_record(memory, std::move(vector).value_or(ports::Vector())));
  const auto written = co_await (*kept)->upsert(who, collection_of(who), std::move(records), cancel);
  if (!written) co_return fail(written.error());
  note_written(who);
  metrics_.counter("platos_memory_writes_total", "Memories that were written.", {{"kind", memory.kind}}).add();
  co_return memory;
}

Task<Result<std::vector<Hit>>> Memories::search(ports::CallContext who, Search search, base::CancelToken cancel) {
  who = limited(std::move(who));
  const auto kept = store();
  if (!kept) co_return fail(kept.error());
  ports::MemoryQuery query;
  query.text = search.query;
  query.limit = search.limit;
  query.min_score = search.min_score;
  query.filter_json = filter_json(search.kind);
  const ports::MemoryStoreInfo& can = (*kept)->info();
  if (can.vector) {
    auto vector = co_await embed(who, search.query, cancel);
    if (vector) {
      query.mode = search.words_too && can.hybrid ? ports::SearchMode::Hybrid : ports::SearchMode::Semantic;
      query.vector = std::move(*vector);
    }
  }
  if (query.vector.empty() && !can.keyword) co_return std::vector<Hit>{};
  auto found = co_await (*kept)->search(who, collection_of(who), std::move(query), cancel);
  if (!found) co_return fail(found.error());
  std::vector<Hit> hits;
  for (const auto& each : *found) hits.push_back({from_record(each.record), each.score, each.cosine});
  if (!hits.empty()) co_return hits;
  // Nothing near, or nothing at all? Worth one look, so that the next turn need not ask.
  const std::uint64_t writes_before = writes();
  ports::MemoryPageRequest any;
  any.limit = 1;
  const auto page = co_await (*kept)->list(who, collection_of(who), std::move(any), cancel);
  if (page && page->total == 0) note_empty(who, writes_before);
  co_return hits;
}

Task<Result<Page>> Memories::list(ports::CallContext who, std::string kind, std::string after, std::uint32_t limit,
                                  base::CancelToken cancel) {
  who = limited(std::move(who));
  const auto kept = store();
  if (!kept) co_return fail(kept.error());
  ports::MemoryPageRequest request;
  request.limit = limit;
  request.after = std::move(after);
  request.filter_json = filter_json(kind);
  auto found = co_await (*kept)->list(who, collection_of(who), std::move(request), cancel);
  if (!found) co_return fail(found.error());
  Page page;
  page.total = found->total;
  for (const auto& record : found->records) page.memories.push_back(from_record(record));
  co_return page;
}

Task<Result<bool>> Memories::forget(ports::CallContext who, std::string id, base::CancelToken cancel) {
  who = limited(std::move(who));
  const auto kept = store();
  if (!kept) co_return fail(kept.error());
  std::vector<std::string> ids;
  ids.push_back(std::move(id));
  const auto removed = co_await (*kept)->remove(who, collection_of(who), std::move(ids), "", cancel);
  if (!removed) co_return fail(removed.error());
  co_return *removed > 0;
}

}  // namespace platos::memory
