// Requests that clients send again because they never heard the answer.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/route.hpp"
#include "base/completion.hpp"
#include "base/logger.hpp"
#include "base/task_set.hpp"

namespace platos::api {

/// Internally synchronised; in memory. The published client repeats every POST that failed on the way, without a key.
/// The same body from the same caller at the same address is taken for such a repetition when the connection of the
/// first broke before its answer had left, within 10 s of that. Otherwise the same words are a new request, also while
/// the first is being answered.
class Replays {
 public:
  /// Who asks for what, and hears of it.
  struct Asker {
    explicit Asker(const Call& call);
    std::string key;  ///< empty for a request with an Idempotency-Key, which says for itself what it repeats
    std::string request_id;
    base::Loop& loop;
    base::CancelToken gone;
  };

  /// What a request makes: it may be under way.
  class Work {
   public:
    virtual ~Work() = default;
    /// Empty when it is done.
    std::optional<base::Completion<base::Done>> wait(base::Loop& loop);
    void finish();

   private:
    std::mutex mutex_;
    bool done_ = false;
    std::vector<base::Completion<base::Done>> waiting_;
  };

  /// An answer on its way, kept by the response. Its connection's end, or its own, is a loss without heard().
  class Answer {
   public:
    Answer(Replays& replays, const Asker& asker, std::shared_ptr<Work> work);
    ~Answer() { lose(); }
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
    void heard() { settled_ = true; }

   private:
    void lose();

    Replays& replays_;
    const base::Clock& clock_;
    const std::string key_;
    const std::string request_id_;
    const std::shared_ptr<Work> work_;
    bool settled_ = false;
    base::CancelToken::Registration gone_;
  };

  template <typename T>
  struct Made {
    std::shared_ptr<const T> value;
    bool repeated = false;  ///< an earlier request made it
    std::shared_ptr<Answer> answer;
  };

  explicit Replays(base::Logger& logger) : logger_(logger) {}

  /// What `task` makes, or what the request made whose repetition this is; then the task never begins. It goes on when
  /// the client leaves: what it has begun is not left half done, and is there for the repetition.
  template <typename T>
  Task<Made<T>> make(Asker asker, Task<T> task) {
    std::shared_ptr<WorkOf<T>> work;
    Made<T> made;
    if (auto earlier = take(asker.key, asker.loop.clock().monotonic_us())) {
      work = std::static_pointer_cast<WorkOf<T>>(earlier);  // the key has the route in it
      made.repeated = true;
    } else {
      work = std::make_shared<WorkOf<T>>();
    }
    made.answer = std::make_shared<Answer>(*this, asker, work);
    if (!made.repeated) start(asker.loop, carry_out(work, std::move(task)));
    if (const auto waiting = work->wait(asker.loop)) co_await *waiting;
    if (work->failure) std::rethrow_exception(work->failure);
    made.value = std::shared_ptr<const T>(work, &*work->value);
    co_return made;
  }

 private:
  template <typename T>
  struct WorkOf : Work {
    std::optional<T> value;
    std::exception_ptr failure;
  };
  struct Entry {
    std::shared_ptr<Work> work;
    std::int64_t until_us = 0;
  };

  template <typename T>
  static Task<void> carry_out(std::shared_ptr<WorkOf<T>> work, Task<T> task) {
    try {
      work->value.emplace(co_await std::move(task));
    } catch (...) {
      work->failure = std::current_exception();
    }
    work->finish();
  }
  void start(base::Loop& loop, Task<void> task);
  std::shared_ptr<Work> take(const std::string& key, std::int64_t now_us);
  void note_loss(const std::string& key, std::shared_ptr<Work> work, std::int64_t now_us);
  void forget_expired(std::int64_t now_us);

  base::Logger& logger_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::deque<std::pair<std::int64_t, std::string>> due_;  // until when, whose: in order
  std::map<base::Loop*, std::unique_ptr<base::TaskSet>> tasks_;
};

/// A handler whose answers are found by repetitions. Not for answers that are streams.
RouteHandler once(Replays& replays, RouteHandler handler);

}  // namespace platos::api
