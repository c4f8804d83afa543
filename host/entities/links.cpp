#include "entities/links.hpp"

#include <tuple>

#include "base/text.hpp"

namespace platos::entities {
namespace {

constexpr std::size_t kLinkIdBytes = 12;
constexpr std::uint16_t kNormalClose = 1000;
constexpr std::int64_t kReturnUs = 60'000'000;
constexpr std::size_t kMaxAbsences = 10'000;

}  // namespace

Links::Place Links::place_of(const Connected& connected) {
  return {connected.guest.entity.id, connected.guest.scope.environment_id};
}

void Links::drop(Connected& connected) {
  for (auto& [call_id, done] : connected.pending) done.complete({Reply::Kind::Dropped, {}});
  connected.pending.clear();
}

// Its calls end, and nothing finds it any more.
void Links::leave(Connections::iterator link) {
  for (const auto& [call_id, done] : link->second.pending) calls_.erase(call_id);
  drop(link->second);
  const auto here = places_.find(place_of(link->second));
  here->second.links.erase(link->first);
  if (here->second.links.empty()) places_.erase(here);
  links_.erase(link);
}

Result<std::string> Links::attach(std::shared_ptr<Link> link, tenancy::EntityGuest guest, std::string instance,
                                  std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  const Place place{guest.entity.id, guest.scope.environment_id};
  auto former = links_.end();
  if (const auto here = places_.find(place); here != places_.end()) {
    for (const auto& id : here->second.links) {
      const auto each = links_.find(id);
      if (each->second.instance == instance) former = each;
    }
    if (former == links_.end() && here->second.links.size() >= kMaxInstances) {
      return fail(ErrorKind::ResourceExhausted, "too_many_connections",
                  "an entity may have " + std::to_string(kMaxInstances) + " connections in one environment");
    }
  }
  if (former != links_.end()) {
    // Its last owner may be this one, and it must end on its own loop: so nothing of it is held here after post().
    std::shared_ptr<Link> old = former->second.link;
    base::Loop& its_loop = old->loop();
    leave(former);
    its_loop.post([old = std::move(old)] { old->close(kNormalClose, "superseded by new connection"); });
  }
  std::string id = "link_" + base::random_hex(kLinkIdBytes);
  places_[place].links.insert(id);
  const auto added = links_.emplace(id, Connected{std::move(link), std::move(guest), std::move(instance), now_us});
  tell_arrival(added.first->second);
  return id;
}

void Links::tell_arrival(const Connected& connected) {
  ++arrivals_;
  const auto found = absences_.find(place_of(connected));
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
  absences_[place_of(connected)].left_us = now_us;
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
  note_leaving(found->second);
  leave(found);
}

bool Links::offer(const std::string& link_id, std::set<std::string> tools) {
  const std::lock_guard lock(mutex_);
  const auto found = links_.find(link_id);
  if (found == links_.end()) return false;
  found->second.tools = std::move(tools);
  found->second.health.clear();
  found->second.registered = true;
  tell_arrival(found->second);
  places_.at(place_of(found->second)).told.clear();
  return true;
}

std::vector<std::string> Links::offered_beside(const std::string& link_id, const std::string& entity_row,
                                               const std::string& environment_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> offered;
  const auto here = places_.find({entity_row, environment_id});
  if (here == places_.end()) return offered;
  for (const auto& id : here->second.links) {
    const auto& there = links_.at(id).tools;
    if (id != link_id) offered.insert(offered.end(), there.begin(), there.end());
  }
  return offered;
}

bool Links::says_down(const Connected& connected, const std::string& tool) {
  const auto said = connected.health.find(tool);
  return said != connected.health.end() && said->second.status == "down";
}

// One that has said nothing of its tools yet, as after a restart of this host, is asked when no other offers the tool;
// one that says that it is down, when there is no other at all.
Links::Connections::iterator Links::choose(const OutgoingCall& call, const std::string& entity_row) {
  auto best = links_.end();
  const auto here = places_.find({entity_row, call.scope.environment_id});
  if (here == places_.end()) return best;
  const auto rank = [&call](const Connected& each) {
    return std::tuple(says_down(each, call.tool), !each.registered, each.pending.size());
  };
  for (const auto& id : here->second.links) {
    const auto each = links_.find(id);
    if (each->second.registered && !each->second.tools.contains(call.tool)) continue;
    if (best == links_.end() || rank(each->second) < rank(best->second)) best = each;
  }
  return best;
}

Result<std::string> Links::send(const OutgoingCall& call, const std::string& entity_row, std::int64_t wall_us,
                                base::Completion<Reply> done) {
  const std::lock_guard lock(mutex_);
  const auto found = choose(call, entity_row);
  if (found == links_.end()) {
    return fail(ErrorKind::FailedPrecondition, "entity_offline",
                "ENTITY_OFFLINE: no backend of the entity \"" + call.entity +
                    "\" that offers this tool is connected in this environment; nothing was called");
  }
  Connected& chosen = found->second;
  if (says_down(chosen, call.tool)) {
    return fail(ErrorKind::FailedPrecondition, "tool_down",
                "the entity \"" + call.entity + "\" says that its tool \"" + call.tool +
                    "\" is down; nothing was called. It says so again, or that it is back, within half a minute");
  }
  if (chosen.pending.size() >= kMaxPending) {
    return fail(ErrorKind::ResourceExhausted, "entity_busy",
                std::to_string(kMaxPending) + " calls of the entity \"" + call.entity +
                    "\" wait for their answers; nothing was called");
  }
  const Stamp stamp = make_stamp(wall_us);
  chosen.pending.emplace(stamp.call_id, std::move(done));
  calls_.emplace(stamp.call_id, found->first);
  chosen.link->loop().post(
      [link = chosen.link, frame = call_frame(call, stamp, chosen.guest.entity.secret)] { link->send(frame); });
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
  for (auto here = places_.lower_bound({entity_row, ""}); here != places_.end(); ++here) {
    if (here->first.first != entity_row) return;
    for (const auto& id : here->second.links) {
      const Connected& each = links_.at(id);
      each.link->loop().post([link = each.link] { link->recheck(); });
    }
  }
}

std::vector<LinkView> Links::views(const std::string& entity_row, const std::string& environment_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<LinkView> views;
  const auto here = places_.find({entity_row, environment_id});
  if (here == places_.end()) return views;
  for (const auto& id : here->second.links) {
    const Connected& each = links_.at(id);
    views.push_back({id, each.instance, each.connected_us, each.tools.size(), each.pending.size()});
  }
  return views;
}

}  // namespace platos::entities
