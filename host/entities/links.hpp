// Backends that are connected now, and the calls that wait for their answers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "entities/call_frames.hpp"
#include "entities/health.hpp"
#include "tenancy/entity_access.hpp"

namespace platos::entities {

/// One connection. Bound to its loop, where everything of it is called. Implemented by `api`.
class Link {
 public:
  virtual ~Link() = default;
  virtual base::Loop& loop() = 0;
  virtual void send(const std::string& frame) = 0;
  virtual void close(std::uint16_t status, const std::string& reason) = 0;
  /// The entity's secret may be another one now.
  virtual void recheck() = 0;
};

/// How a call ended.
struct Reply {
  enum class Kind {
    Unspecified,
    Result,   ///< `text` is one JSON value
    Failed,   ///< `text` is what the entity says
    Dropped,  ///< the connection is gone, and nobody knows what became of the call
    TimedOut,
    Cancelled,
  };
  Kind kind = Kind::Dropped;
  std::string text = {};
};

/// Of one connection, for people.
struct LinkView {
  std::string id;
  std::string instance;
  std::int64_t connected_us = 0;
  std::size_t tools = 0;
  std::size_t pending = 0;
};

/// Internally synchronised. Keeps connections by entity, environment and instance.
class Links {
 public:
  explicit Links(const base::Clock& clock) : clock_(clock), started_us_(clock.monotonic_us()) {}
  static constexpr std::size_t kMaxInstances = 64;  ///< of an entity in an environment
  static constexpr std::size_t kMaxPending = 256;   ///< calls of one connection

  /// Its id. The former connection of the same instance is closed with 1000. ResourceExhausted "too_many_connections".
  Result<std::string> attach(std::shared_ptr<Link> link, tenancy::EntityGuest guest, std::string instance,
                             std::int64_t now_us);
  /// What waits for it fails at once.
  void detach(const std::string& link_id);

  /// What a connection offers from now on; of its health it has said nothing yet. False: it is no longer connected.
  bool offer(const std::string& link_id, std::set<std::string> tools);
  /// What the other connections of the entity offer at this moment.
  std::vector<std::string> offered_beside(const std::string& link_id, const std::string& entity_row,
                                          const std::string& environment_id) const;

  /// What a connection says of its tools; of those that it does not offer nothing is kept. Where that makes what all
  /// connections of its entity say together another thing than note_told() knows: what they say now.
  std::map<std::string, ToolHealth> note_health(const std::string& link_id,
                                                const std::map<std::string, ToolHealth>& said);
  void note_told(const std::string& entity_row, const std::string& environment_id,
                 const std::map<std::string, ToolHealth>& told);
  /// The best of what those say that offer the tool.
  ToolHealth health_of(const std::string& entity_row, const std::string& environment_id, const std::string& tool) const;
  /// Sends a frame to all connections of the entity.
  void tell(const std::string& entity_row, const std::string& environment_id, const std::string& frame) const;

  /// Gives the call to the connection with the fewest waiting ones of those that offer the tool and do not say that it
  /// is down; `done` hears how it ended. The call's id. FailedPrecondition "entity_offline", "tool_down";
  /// ResourceExhausted "entity_busy": nothing was sent.
  Result<std::string> send(const OutgoingCall& call, const std::string& entity_row, std::int64_t wall_us,
                           base::Completion<Reply> done);
  /// False when that connection was not asked, or nobody waits any more.
  bool settle(const std::string& link_id, const std::string& call_id, Reply reply);
  /// Nobody waits any more.
  void forget(const std::string& call_id);

  /// Whether a backend that is away will soon be back: one was connected a minute ago, or may not have come back since
  /// this process began.
  bool may_return(const std::string& entity_row, const std::string& environment_id) const;
  /// How often a connection came, or offered other tools.
  std::uint64_t arrivals() const;
  /// `arrived` completes when a connection of the entity does; at once, when arrivals() is not `seen` any more. The
  /// number is for stop_waiting(), which must follow.
  std::uint64_t await_arrival(const std::string& entity_row, const std::string& environment_id, std::uint64_t seen,
                              base::Completion<base::Done> arrived);
  void stop_waiting(const std::string& entity_row, const std::string& environment_id, std::uint64_t number);

  std::size_t pending_of(const std::string& link_id) const;
  /// Of an entity, all its connections look at their secret again.
  void recheck(const std::string& entity_row) const;
  std::vector<LinkView> views(const std::string& entity_row, const std::string& environment_id) const;

 private:
  struct Connected {
    std::shared_ptr<Link> link;
    tenancy::EntityGuest guest;
    std::string instance;
    std::int64_t connected_us = 0;
    bool registered = false;
    std::set<std::string> tools = {};
    std::map<std::string, ToolHealth> health = {};                // by tool
    std::map<std::string, base::Completion<Reply>> pending = {};  // by call
  };
  using Connections = std::map<std::string, Connected>;  // by link
  using Place = std::pair<std::string, std::string>;     // entity, environment
  struct Gathering {
    std::set<std::string> links;
    std::map<std::string, std::string> told = {};  // the status of tools that others were told
  };
  static void drop(Connected& connected);
  static Place place_of(const Connected& connected);
  static bool says_down(const Connected& connected, const std::string& tool);
  void leave(Connections::iterator link);
  Connections::iterator choose(const OutgoingCall& call, const std::string& entity_row);
  ToolHealth best_of(const Gathering& here, const std::string& tool) const;

  struct Absence {
    std::int64_t left_us = 0;  // monotonic, of the last connection; 0: none left
    std::map<std::uint64_t, base::Completion<base::Done>> waiting = {};  // for the next one
  };
  void tell_arrival(const Connected& connected);
  void note_leaving(const Connected& connected);

  const base::Clock& clock_;
  const std::int64_t started_us_;
  mutable std::mutex mutex_;
  Connections links_;
  std::map<Place, Gathering> places_;         // with at least one link each
  std::map<std::string, std::string> calls_;  // the link of each call that waits
  std::map<Place, Absence> absences_;
  std::uint64_t next_waiting_ = 1;
  std::uint64_t arrivals_ = 0;
};

}  // namespace platos::entities
