// The WebSocket of a customer's backend: frames of the SDK, both ways.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "api/api.hpp"
#include "base/task_set.hpp"
#include "entities/entities.hpp"
#include "entities/frame_reader.hpp"
#include "entities/silence_watch.hpp"
#include "ingress/websocket.hpp"
#include "tenancy/entity_access.hpp"

namespace platos::api {

/// Bound to its connection's loop. Frames are taken in order; large ones are parsed elsewhere. Frames that are wrong
/// are answered with an `error`; a hundred of them end it with 1008, and so does a client that says nothing for
/// entities.silence_ms, or does not read what is sent.
class EntitySocket final : public ingress::WebSocketPeer,
                           public entities::Link,
                           public std::enable_shared_from_this<EntitySocket> {
 public:
  EntitySocket(const Services& services, tenancy::EntityAccess& access, base::Loop& loop, tenancy::EntityGuest guest,
               std::string instance);

  void on_open(ingress::WebSocket& socket) override;
  void on_text(std::string text) override;
  void on_sent() override { unsent_bytes_ = 0; }
  void on_drain() override;
  void on_closed() override;

  base::Loop& loop() override { return loop_; }
  void send(const std::string& frame) override;
  void close(std::uint16_t status, const std::string& reason) override;
  void recheck() override;

 private:
  void take_frame(Result<model::Json> frame);
  void take_heartbeat(const model::Json& frame);
  void take_reply(const model::Json& frame, bool is_error);
  void take_registration(model::Json frame);
  void refuse(const std::string& why);
  void leave();
  void welcome();
  void arm_recheck(std::int64_t delay_us);
  void close_when_idle();
  void arm_health();
  Task<void> read_inbox();
  Task<void> tell_health();
  Task<void> enroll_all();
  Task<void> look_at_secret();

  Services services_;
  tenancy::EntityAccess& access_;
  base::Loop& loop_;
  tenancy::EntityGuest guest_;
  const std::string instance_;
  entities::SilenceWatch silence_;
  std::string link_id_;
  ingress::WebSocket* socket_ = nullptr;
  std::size_t unsent_bytes_ = 0;
  int wrong_frames_ = 0;
  bool draining_ = false;
  bool enrolling_ = false;
  bool rechecking_ = false;
  bool reading_ = false;
  bool telling_health_ = false;
  std::deque<std::string> inbox_;  // frames, while a large one is read
  std::size_t inbox_bytes_ = 0;    // with the one that is read
  std::deque<model::Json> registrations_;
  entities::HealthReport health_;  // that waits to be told
  std::int64_t next_health_us_ = 0;
  base::Loop::TimerId recheck_{0, 0};
  base::Loop::TimerId health_timer_{0, 0};
  base::TaskSet tasks_;
};

/// GET /ws/sdk, /tools/sync and /tools/sync/ws/sdk. A bad secret is refused with 401 before the upgrade.
class EntityServer {
 public:
  explicit EntityServer(const Services& services)
      : services_(services), access_(services.database, services.authenticator) {}
  std::vector<Route> routes();

 private:
  Task<ingress::Response> handle(Call call);

  const Services& services_;
  tenancy::EntityAccess access_;
};

}  // namespace platos::api
