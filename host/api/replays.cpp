#include "api/replays.hpp"

#include "base/text.hpp"

namespace platos::api {
namespace {

using ingress::Response;

constexpr std::int64_t kWindowUs = 10'000'000;
constexpr std::size_t kMaxEntries = 10'000;

std::string key_of(const Call& call) {
  if (!call.request.header("idempotency-key").empty()) return {};
  std::string identity;
  for (const auto* part : {&call.who.scope.environment_id, &call.who.actor, &call.who.user_id, &call.request.peer,
                           &call.request.method, &call.request.path, &call.request.query, &call.request.body}) {
    identity += std::to_string(part->size()) + ':' + *part;
  }
  return base::sha256_hex(identity);
}

Task<Response> answer_once(Replays& replays, const RouteHandler& handler, Call call) {
  const Replays::Asker asker(call);
  auto task = handler(std::move(call));
  const auto made = co_await replays.make(asker, std::move(task));
  Response response;
  response.status = made.value->status;
  response.headers = made.value->headers;
  response.body = made.value->body;
  response.on_delivered = [answer = made.answer] { answer->heard(); };
  if (made.repeated) response.headers.emplace_back("Idempotent-Replayed", "true");
  co_return response;
}

}  // namespace

Replays::Asker::Asker(const Call& call)
    : key(key_of(call)), request_id(call.request.request_id), loop(call.loop()), gone(call.request.gone) {}

std::optional<base::Completion<base::Done>> Replays::Work::wait(base::Loop& loop) {
  const std::lock_guard lock(mutex_);
  if (done_) return std::nullopt;
  return waiting_.emplace_back(loop);
}

void Replays::Work::finish() {
  std::vector<base::Completion<base::Done>> waiting;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
    waiting.swap(waiting_);
  }
  for (const auto& each : waiting) each.complete({});
}

Replays::Answer::Answer(Replays& replays, const Asker& asker, std::shared_ptr<Work> work)
    : replays_(replays),
      clock_(asker.loop.clock()),
      key_(asker.key),
      request_id_(asker.request_id),
      work_(std::move(work)),
      gone_(asker.gone.on_cancel([this] { lose(); })) {}

void Replays::Answer::lose() {
  if (std::exchange(settled_, true) || key_.empty()) return;
  replays_.note_loss(key_, work_, clock_.monotonic_us());
  replays_.logger_.debug("api", "a client left before its answer", {{"request_id", request_id_}});
}

void Replays::start(base::Loop& loop, Task<void> task) {
  base::TaskSet* tasks = nullptr;
  {
    const std::lock_guard lock(mutex_);
    auto& slot = tasks_[&loop];
    // What leaves a task is told to those who wait for it.
    if (!slot) slot = std::make_unique<base::TaskSet>(loop, [](std::string_view, std::exception_ptr) {});
    tasks = slot.get();
  }
  tasks->start("request", std::move(task));
}

std::shared_ptr<Replays::Work> Replays::take(const std::string& key, std::int64_t now_us) {
  if (key.empty()) return nullptr;
  const std::lock_guard lock(mutex_);
  forget_expired(now_us);
  auto found = entries_.extract(key);
  return found.empty() ? nullptr : std::move(found.mapped().work);
}

void Replays::note_loss(const std::string& key, std::shared_ptr<Work> work, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  forget_expired(now_us);
  const std::int64_t until_us = now_us + kWindowUs;
  entries_.insert_or_assign(key, Entry{std::move(work), until_us});
  due_.emplace_back(until_us, key);
}

// And the oldest, when there are too many.
void Replays::forget_expired(std::int64_t now_us) {
  while (!due_.empty() && (due_.front().first <= now_us || due_.size() >= kMaxEntries)) {
    const auto found = entries_.find(due_.front().second);
    if (found != entries_.end() && found->second.until_us == due_.front().first) entries_.erase(found);
    due_.pop_front();
  }
}

RouteHandler once(Replays& replays, RouteHandler handler) {
  return [&replays, handler = std::move(handler)](Call call) { return answer_once(replays, handler, std::move(call)); };
}

}  // namespace platos::api
