#include "api/replays.hpp"

#include "base/text.hpp"

namespace platos::api {
namespace {
constexpr std::int64_t kWindowUs = 10'000'000;
constexpr std::size_t kTidyAbove = 1'000;
constexpr std::size_t kMaxEntries = 10'000;
}  // namespace

std::string Replays::key_of(const Call& call) {
  if (!call.request.header("idempotency-key").empty()) return {};
  std::string identity;
  for (const auto* part : {&call.who.scope.environment_id, &call.who.actor, &call.who.user_id, &call.request.peer,
                           &call.request.method, &call.request.path, &call.request.query, &call.request.body}) {
    identity += std::to_string(part->size()) + ':' + *part;
  }
  return base::sha256_hex(identity);
}

Replays::Answer::~Answer() {
  if (!heard_ && !key_.empty() && !made_.empty()) replays_.note_loss(key_, std::move(made_), clock_.monotonic_us());
}

std::shared_ptr<Replays::Answer> Replays::begin(const Call& call, const std::string& key) {
  return std::make_shared<Answer>(*this, call.loop().clock(), key);
}

std::optional<std::string> Replays::take(const std::string& key, std::int64_t now_us) {
  if (key.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  auto found = entries_.extract(key);
  if (found.empty() || found.mapped().until_us <= now_us) return std::nullopt;
  return std::move(found.mapped().made);
}

void Replays::note_loss(const std::string& key, std::string made, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kTidyAbove) {
    std::erase_if(entries_, [now_us](const auto& each) { return each.second.until_us <= now_us; });
  }
  if (entries_.size() >= kMaxEntries) entries_.clear();
  entries_.insert_or_assign(key, Entry{std::move(made), now_us + kWindowUs});
}

}  // namespace platos::api
