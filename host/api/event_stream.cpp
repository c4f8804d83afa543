#include "api/event_stream.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/event.hpp"
#include "model/json.hpp"

namespace platos::api {
namespace {

void reserve_for(std::string& out, const std::vector<engine::LoggedEvent>& events) {
  constexpr std::size_t kFrameBytes = 36;
  std::size_t bytes = out.size();
  for (const auto& event : events) bytes += event.json.size() + kFrameBytes;
  out.reserve(bytes);
}

void append_frame(std::string& out, const engine::LoggedEvent& event) {
  out += "id: ";
  out += std::to_string(event.seq);
  out += "\ndata: ";
  out += event.json;
  out += "\n\n";
}

// The first number that a retry boundary voids, or 0.
std::int64_t discard_from(const engine::LoggedEvent& event) {
  constexpr std::string_view kBoundary = R"({"type":"message_boundary","reason":)";
  if (!event.json.starts_with(kBoundary)) return 0;
  const auto json = model::parse_bounded(event.json, "an event");
  return json ? json->value("discardFrom", std::int64_t{0}) : 0;
}

}  // namespace

EventStream::EventStream(engine::Engine& engine, base::Loop& loop, const model::Scope& scope, const std::string& run_id,
                         std::int64_t after, std::int64_t heartbeat_us)
    : loop_(loop), heartbeat_us_(heartbeat_us), subscription_(engine, loop, scope, run_id, after, [this] {
        if (ready_) ready_();
      }) {
  arm();
}

EventStream::~EventStream() { loop_.cancel(timer_); }

void EventStream::arm() {
  loop_.cancel(timer_);
  timer_ = loop_.call_after(heartbeat_us_, [this] {
    heartbeat_due_ = true;
    arm();
    if (ready_) ready_();
  });
}

ingress::ByteStream::State EventStream::pull(std::string& out, std::size_t max_bytes) {
  if (std::exchange(draining_, false)) out += "data: {\"type\":\"status\",\"status\":\"draining\"}\n\n";
  std::vector<engine::LoggedEvent> events;
  switch (subscription_.pull(max_bytes, events)) {
    case engine::Subscription::State::Events:
      reserve_for(out, events);
      for (const auto& event : events) append_frame(out, event);
      heartbeat_due_ = false;
      arm();
      return State::Bytes;
    case engine::Subscription::State::End: return State::End;
    case engine::Subscription::State::Failed: return State::Broken;
    default: break;
  }
  if (std::exchange(heartbeat_due_, false)) out += "data: " + model::heartbeat_json(loop_.clock().wall_us()) + "\n\n";
  return State::Pending;
}

Task<Result<Collected>> collect_events(engine::Engine& engine, base::Loop& loop, model::Scope scope, std::string run_id,
                                       std::int64_t within_us) {
  struct Signal {
    std::optional<base::Completion<bool>> waiting;  // true: something is ready; false: the time is over
    void fire(bool ready) {
      if (auto waiter = std::exchange(waiting, std::nullopt)) waiter->complete(ready);
    }
  };
  struct Timer {
    base::Loop& loop;
    base::Loop::TimerId id;
    ~Timer() { loop.cancel(id); }
  };
  Signal signal;
  bool over = false;
  const Timer timer{loop, loop.call_after(within_us, [&] {
                      over = true;
                      signal.fire(false);
                    })};
  engine::Subscription subscription(engine, loop, scope, run_id, 0, [&] { signal.fire(true); });
  Collected collected;
  int asked = 0;  // what people have been asked and have not decided
  while (!over) {
    std::vector<engine::LoggedEvent> events;
    const auto state = subscription.pull(1024 * 1024, events);
    for (auto& event : events) {
      const std::int64_t from = discard_from(event);
      if (event.json.starts_with(R"({"type":"approval_needed")")) ++asked;
      if (event.json.starts_with(R"({"type":"approval_resolved")")) --asked;
      if (from == 0) {
        collected.events.push_back(std::move(event));
        continue;
      }
      std::erase_if(collected.events, [from](const engine::LoggedEvent& each) { return each.seq >= from; });
    }
    if (state == engine::Subscription::State::Failed) co_return fail(subscription.error());
    if (state == engine::Subscription::State::End) {
      collected.ended = true;
      break;
    }
    if (state == engine::Subscription::State::Events) continue;
    // People take as long as they take.
    if (asked > 0) break;
    base::Completion<bool> ready(loop);
    signal.waiting = ready;
    co_await ready;
  }
  co_return collected;
}

}  // namespace platos::api
