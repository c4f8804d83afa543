// A client in the namespace /agent of Socket.IO: its events become turns, the events of runs become its messages.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/admission.hpp"
#include "api/api.hpp"
#include "api/sockets/resume_points.hpp"
#include "api/sockets/thread_rooms.hpp"
#include "base/task_set.hpp"
#include "engine/subscription.hpp"
#include "ingress/engine_io/session.hpp"

namespace platos::api {

/// What sockets work with. Everything outlives them.
struct SocketServices {
  Services& services;
  const Admission& admission;
  ResumePoints& resume_points;
  std::int64_t recheck_us;  ///< credentials of a socket that only listens are looked at again so often
};

/// Where a client goes on: a run and the number of the last event it has.
struct ResumePlace {
  std::string run_id;
  std::int64_t after = 0;
  std::int64_t discard_from = 0;  ///< of what it may have, this and what follows is told again; 0: nothing
  bool is_over = false;           ///< nothing of the run is left to be told
  std::string reply_to = {};      ///< the message that the turn hangs on, or empty
};

/// The message that a turn with this input hangs on, or empty.
std::string reply_to_of(const std::string& input_json);

/// Bound to its session's loop. Everything that was refused is told by an error that a `done` follows, since clients
/// wait for one.
class AgentSocket final : public RoomMember, public std::enable_shared_from_this<AgentSocket> {
 public:
  /// `agent`: what the namespace /agent/AGENT names, or empty. `auth`: the client's connect packet.
  AgentSocket(SocketServices services, ingress::Session& session, std::string name_space, std::string agent,
              const model::Json& auth);
  ~AgentSocket() override;

  /// Asks who the client is. Events that come before the answer wait for it.
  void start();
  /// An event as it came: ["name", {...}].
  void take(std::string payload, std::optional<std::uint64_t> ack);
  /// Appends Socket.IO packets.
  void pull(std::vector<std::string>& packets, std::size_t max_bytes);
  bool is_delivering() const { return !follows_.empty() || (working_ && !closed_); }
  /// As EngineApp's: what was pulled before a ping has come when that is answered.
  void on_pinged();
  void on_confirmed();
  /// Closed, and everything was pulled.
  bool is_over() const { return closed_ && outbox_.empty(); }
  /// The server stops: says so where a turn is under way.
  void drain();

  void follow(const std::string& run_id, const std::string& thread_id) override;
  void tell(const std::string& event_name, const std::string& json) override;

 private:
  struct Event {
    std::string payload;
    std::optional<std::uint64_t> ack;
  };
  struct Follow {
    std::string thread_id;
    std::string suffix;          // what each event gets besides: ,"threadId":"..."}
    std::int64_t given = 0;      // number of the last event that was pulled
    std::int64_t pinged = 0;     // of the last before a ping
    std::int64_t confirmed = 0;  // the client has all up to here
    bool is_awaited = false;     // the client asked for it, and is told when it cannot be had
    bool has_failed = false;
    std::unique_ptr<engine::Subscription> subscription;
    /// Else nobody asked for it, and it may never have been accepted.
    bool is_known() const { return given > 0 || is_awaited; }
  };

  /// Told to its end, which the client has not confirmed yet.
  struct Told {
    std::string thread_id;
    ResumePoints::Point place;
    bool is_pinged = false;
  };

  Task<void> work();
  Task<Result<void>> admit();
  void arm_recheck();
  static Task<void> recheck(AgentSocket& socket);
  Task<Result<void>> handle(const std::string& name, model::Json body);
  Task<Result<void>> on_message(model::Json body);
  Task<Result<void>> on_stop(model::Json body);
  Task<Result<void>> on_resume(model::Json body);
  Result<void> resume_at(const std::string& thread_id, const ResumePlace& place);
  Task<Result<void>> on_join(model::Json body);
  Task<Result<void>> on_rename(model::Json body);
  Result<void> on_leave(const model::Json& body);
  Task<Result<void>> on_approval(model::Json body);

  void push(std::string packet);
  void emit(std::string_view event_name, std::string_view json);
  void emit_agent_event(std::string open_json, const std::string& thread_id);
  void refuse(const Error& error, const std::string& thread_id, bool is_turn);
  void greet();
  void close();
  void arm_expiry();
  /// Of a run that the client asked for; `reply_to`: the message it hangs on, if that is known. ResourceExhausted
  /// "too_many_streams".
  Result<void> follow_from(const std::string& run_id, const std::string& thread_id, std::int64_t after,
                           const std::string& reply_to = {});
  std::string reply_to_of_live(const std::string& run_id) const;
  void begin_follow(const std::string& run_id, const std::string& thread_id, std::int64_t after, bool is_awaited,
                    const std::string& reply_to);
  void note_place(const std::string& run_id, const Follow& follow);
  void note_places();
  void note_end(const std::string& run_id, const Follow& follow);
  void note_ends_of(const std::string& thread_id);
  template <typename IsMeant>
  void settle_told(IsMeant is_meant);
  bool has_room_for(const std::string& payload) const;
  Task<void> work_off(Event event);
  void answer(std::uint64_t ack, const Result<void>& done);
  bool pull_follow(const std::string& run_id, Follow& follow, std::vector<std::string>& packets, std::size_t& bytes,
                   std::size_t max_bytes);
  void join(const std::string& thread_id);
  base::Loop& loop() const { return session_.loop(); }

  SocketServices context_;
  ingress::Session& session_;
  const std::string name_space_;
  const std::string agent_;
  const std::string id_;
  ingress::Request credentials_;  // the handshake with what the connect packet adds
  model::Principal who_;
  bool connected_ = false;
  bool working_ = false;
  bool closed_ = false;
  std::list<Event> inbox_;  // an empty deque has half a KiB, and there are many sockets
  std::size_t inbox_bytes_ = 0;
  std::vector<std::string> outbox_;
  std::size_t outbox_bytes_ = 0;
  std::set<std::string, std::less<>> rooms_;
  std::map<std::string, Follow> follows_;  // by run
  std::vector<Told> told_;
  base::Loop::TimerId expiry_{0, 0};
  base::Loop::TimerId recheck_{0, 0};
  base::TaskSet tasks_;
};

}  // namespace platos::api
