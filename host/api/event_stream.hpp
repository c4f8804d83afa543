// A run's stream as server-sent events.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/subscription.hpp"
#include "ingress/message.hpp"

namespace platos::api {

/// Bound to its loop. Each event: `id: SEQ`, `data: JSON`. Heartbeats when nothing else was sent for a while. When the
/// server drains, the client is told once by `status: draining`; if the body then breaks off, it resumes with
/// Last-Event-ID.
class EventStream final : public ingress::ByteStream {
 public:
  EventStream(engine::Engine& engine, base::Loop& loop, const model::Scope& scope, const std::string& run_id,
              std::int64_t after, std::int64_t heartbeat_us);
  ~EventStream() override;

  State pull(std::string& out, std::size_t max_bytes) override;
  void on_ready(std::function<void()> ready) override { ready_ = std::move(ready); }
  void drain() override { draining_ = true; }

 private:
  void arm();

  base::Loop& loop_;
  std::int64_t heartbeat_us_;
  std::function<void()> ready_;
  base::Loop::TimerId timer_{0, 0};
  bool heartbeat_due_ = false;
  bool draining_ = false;
  engine::Subscription subscription_;
};

/// Waits for a run and collects its events without void ones, until it ends, waits for people, or `within_us` is over.
struct Collected {
  std::vector<engine::LoggedEvent> events;
  bool ended = false;
};
Task<Result<Collected>> collect_events(engine::Engine& engine, base::Loop& loop, model::Scope scope, std::string run_id,
                                       std::int64_t within_us);

}  // namespace platos::api
