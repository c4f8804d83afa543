// Who listens to which thread: every socket of a thread sees its turns, whoever began them.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "engine/run.hpp"
#include "model/json.hpp"

namespace platos::api {

/// A socket in rooms. Called on its own loop.
class RoomMember {
 public:
  virtual ~RoomMember() = default;
  /// A run of the thread has begun.
  virtual void follow(const std::string& run_id, const std::string& thread_id) = 0;
  /// Something happened to the thread itself: an event for clients, as JSON text.
  virtual void tell(const std::string& event_name, const std::string& json) = 0;
};

/// Internally synchronised.
class ThreadRooms {
 public:
  void join(const std::string& thread_id, base::Loop& loop, std::weak_ptr<RoomMember> member);
  void leave(const std::string& thread_id, const RoomMember* member);

  /// To be called when a run starts on this host.
  void on_launch(const engine::Run& run) const;
  /// "thread_event" to all members: `type`, the thread's id, and `more`.
  void publish(const std::string& thread_id, const std::string& type, model::Json more) const;

 private:
  struct Place {
    base::Loop* loop;
    const RoomMember* key;
    std::weak_ptr<RoomMember> member;
  };
  template <typename Work>
  void for_each(const std::string& thread_id, Work work) const;

  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Place>, std::less<>> rooms_;
  std::atomic<std::size_t> count_{0};  // of rooms: most runs have none, and must not pay for the lock
};

}  // namespace platos::api
