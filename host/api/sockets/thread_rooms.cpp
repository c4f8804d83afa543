#include "api/sockets/thread_rooms.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace platos::api {

void ThreadRooms::join(const std::string& thread_id, base::Loop& loop, std::weak_ptr<RoomMember> member) {
  const auto* key = member.lock().get();
  const std::lock_guard lock(mutex_);
  auto& places = rooms_[thread_id];
  const bool there = std::any_of(places.begin(), places.end(), [key](const Place& place) { return place.key == key; });
  if (!there) places.push_back({&loop, key, std::move(member)});
  count_ = rooms_.size();
}

void ThreadRooms::leave(const std::string& thread_id, const RoomMember* member) {
  const std::lock_guard lock(mutex_);
  const auto room = rooms_.find(thread_id);
  if (room == rooms_.end()) return;
  std::erase_if(room->second, [member](const Place& place) { return place.key == member; });
  if (room->second.empty()) rooms_.erase(room);
  count_ = rooms_.size();
}

template <typename Work>
void ThreadRooms::for_each(const std::string& thread_id, Work work) const {
  if (count_ == 0) return;
  std::vector<Place> places;
  {
    const std::lock_guard lock(mutex_);
    const auto room = rooms_.find(thread_id);
    if (room == rooms_.end()) return;
    places = room->second;
  }
  for (auto& place : places) {
    place.loop->post([member = std::move(place.member), work] {
      if (const auto there = member.lock()) work(*there);
    });
  }
}

void ThreadRooms::on_launch(const engine::Run& run) const {
  if (run.record().thread_id.empty() || run.record().kind != "turn") return;
  for_each(run.record().thread_id, [run_id = run.id(), thread_id = run.record().thread_id](RoomMember& member) {
    member.follow(run_id, thread_id);
  });
}

void ThreadRooms::publish(const std::string& thread_id, const std::string& type, model::Json more) const {
  if (count_ == 0) return;
  more["type"] = type;
  more["threadId"] = thread_id;
  for_each(thread_id, [json = model::dump(more)](RoomMember& member) { member.tell("thread_event", json); });
}

}  // namespace platos::api
