#include "entities/links.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace platos::entities {
namespace {

constexpr std::size_t kLinkIdBytes = 12;
constexpr std::uint16_t kNormalClose = 1000;
constexpr std::int64_t kReturnUs = 60'000'000;
constexpr std::size_t kMaxAbsences = 10'000;

}  // namespace

bool Links::is_of(const Connected& connected, const std::string& entity_row, const std::string& environment_id) {
  return connected.guest.entity.id == entity_row && connected.guest.scope.environment_id == environment_id;
}

void Links::drop(Connected& connected) {
  for (auto& [call_id, done] : connected.pending) done.complete({Reply::Kind::Dropped, {}});
  connected.pending.clear();
}

Result<std::string> Links::attach(std::shared_ptr<Link> link, tenancy::EntityGuest guest, std::string instance,
                                  std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  std::size_t others = 0;
  auto former = links_.end();
  for (auto each = links_.begin(); each != links_.end(); ++each) {
    if (!is_of(each->second, guest.entity.id, guest.scope.environment_id)) continue;
    if (each->second.instance == instance) former = each;
    ++others;
  }
  if (former != links_.end()) {
    for (const auto& [call_id, done] : former->second.pending) calls_.erase(call_id);
    drop(former->second);
    former->second.link->loop().post(
        [old = former->second.link] { old->close(kNormalClose, "superseded by new connection"); });
    links_.erase(former);
  } else if (others >= kMaxInstances) {
    return fail(ErrorKind::ResourceExhausted, "too_many_connections",
                "an entity may have " + std::to_string(kMaxInstances) + " connections in one environment");
  }
  std::string id = "link_" + base::random_hex(kLinkIdBytes);
  const auto added = links_.emplace(id, Connected{std::move(link), std::move(guest), std::move(instance), now_us});
  tell_arrival(added.first->second);
  return id;
}

void Links::tell_arrival(const Connected& connected) {
  ++arrivals_;
  const auto found = absences_.find({connected.guest.entity.id, connected.guest.scope.environment_id});
  if (found == absences_.end()) return;
  for (const auto& [number, arrived] : std::exchange(found->second.waiting, {})) arrived.complete({});
}

void Links::note_leaving(const Connected& connected) {
  const std::int64_t now_us = clock_.monotonic_us();
  if (absences_.size() >= kMaxAbsences) {
    std::erase_if(absences_, [now_us](const auto& each) {
      return each.second.waiting.empty() && now_us - each.second.left_us > kReturnUs;
    });
  }
  if (absences_.size() >= kMaxAbsences) return;
  absences_[{connected.guest.entity.id, connected.guest.scope.environment_id}].left_us = now_us;
}

bool Links::may_return(const std::string& entity_row, const std::string& environment_id) const {
  const std::lock_guard lock(mutex_);
  const std::int64_t now_us = clock_.monotonic_us();
  if (now_us - started_us_ < kReturnUs) return true;
  const auto found = absences_.find({entity_row, environment_id});
  return found != absences_.end() && found->second.left_us != 0 && now_us - found->second.left_us < kReturnUs;
}

std::uint64_t Links::arrivals() const {
  const std::lock_guard lock(mutex_);
  return arrivals_;
}

std::uint64_t Links::await_arrival(const std::string& entity_row, const std::string& environment_id, std::uint64_t seen,
                                   base::Completion<base::Done> arrived) {
  const std::lock_guard lock(mutex_);
  if (arrivals_ != seen) arrived.complete({});
  absences_[{entity_row, environment_id}].waiting.emplace(next_waiting_, std::move(arrived));
  return next_waiting_++;
}

void Links::stop_waiting(const std::string& entity_row, const std::string& environment_id, std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = absences_.find({entity_row, environment_id});
  if (found == absences_.end()) return;
  found->second.waiting.erase(number);
  if (found->second.waiting.empty() && found->second.left_us == 0) absences_.erase(found);
}

void Links::detach(const std::string& link_id) {
  const std::lock_guard lock(mutex_);
  const auto found = links_.find(link_id);
  if (found == links_.end()) return;
  for (const auto& [call_id, done] : found->second.pending) calls_.erase(call_id);
  drop(found->second);
  note_leaving(found->second);
  links_.erase(found);
}

std::vector<std::string> Links::offer(const std::string& link_id, std::set<std::string> tools) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> kept;
  const auto found = links_.find(link_id);
  if (found == links_.end()) return kept;
  found->second.tools = std::move(tools);
  found->second.registered = true;
  tell_arrival(found->second);
  const auto& guest = found->second.guest;
  for (const auto& [id, each] : links_) {
    if (id == link_id || !is_of(each, guest.entity.id, guest.scope.environment_id)) continue;
    kept.insert(kept.end(), each.tools.begin(), each.tools.end());
  }
  return kept;
}

// One that has said nothing of its tools yet, as after a restart of this host, is asked when no other offers the tool.
Links::Connected* Links::choose(const OutgoingCall& call, const std::string& entity_row) {
  Connected* best = nullptr;
  for (auto& [id, each] : links_) {
    if (!is_of(each, entity_row, call.scope.environment_id)) continue;
    if (each.registered && !each.tools.contains(call.tool)) continue;
    const bool better = best == nullptr || (each.registered && !best->registered) ||
                        (each.registered == best->registered && each.pending.size() < best->pending.size());
    if (better) best = &each;
  }
  return best;
}

Result<std::string> Links::send(const OutgoingCall& call, const std::string& entity_row, std::int64_t wall_us,
                                base::Completion<Reply> done) {
  const std::lock_guard lock(mutex_);
  Connected* chosen = choose(call, entity_row);
  if (chosen == nullptr) {
    return fail(ErrorKind::FailedPrecondition, "entity_offline",
                "no backend of the entity \"" + call.entity +
                    "\" that offers this tool is connected in this environment; nothing was called");
  }
  if (chosen->pending.size() >= kMaxPending) {
    return fail(ErrorKind::ResourceExhausted, "entity_busy",
                std::to_string(kMaxPending) + " calls of the entity \"" + call.entity +
                    "\" wait for their answers; nothing was called");
  }
  const Stamp stamp = make_stamp(wall_us);
  const auto here = std::find_if(links_.begin(), links_.end(), [&](auto& each) { return &each.second == chosen; });
  chosen->pending.emplace(stamp.call_id, std::move(done));
  calls_.emplace(stamp.call_id, here->first);
  chosen->link->loop().post(
      [link = chosen->link, frame = call_frame(call, stamp, chosen->guest.entity.secret)] { link->send(frame); });
  return stamp.call_id;
}

bool Links::settle(const std::string& link_id, const std::string& call_id, Reply reply) {
  const std::lock_guard lock(mutex_);
  const auto call = calls_.find(call_id);
  if (call == calls_.end() || call->second != link_id) return false;
  calls_.erase(call);
  auto& pending = links_.at(link_id).pending;
  const auto waiting = pending.find(call_id);
  waiting->second.complete(std::move(reply));
  pending.erase(waiting);
  return true;
}

void Links::forget(const std::string& call_id) {
  const std::lock_guard lock(mutex_);
  const auto call = calls_.find(call_id);
  if (call == calls_.end()) return;
  links_.at(call->second).pending.erase(call_id);
  calls_.erase(call);
}

std::size_t Links::pending_of(const std::string& link_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = links_.find(link_id);
  return found == links_.end() ? 0 : found->second.pending.size();
}

void Links::recheck(const std::string& entity_row) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, each] : links_) {
    if (each.guest.entity.id == entity_row) each.link->loop().post([link = each.link] { link->recheck(); });
  }
}

std::vector<LinkView> Links::views(const std::string& entity_row, const std::string& environment_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<LinkView> views;
  for (const auto& [id, each] : links_) {
    if (!is_of(each, entity_row, environment_id)) continue;
    views.push_back({id, each.instance, each.connected_us, each.tools.size(), each.pending.size()});
  }
  return views;
}

}  // namespace platos::entities
