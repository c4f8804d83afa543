// Requests that clients send again because they never heard the answer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/route.hpp"
#include "base/clock.hpp"

namespace platos::api {

/// Internally synchronised; in memory. The published client repeats every POST that failed on the way, without a key.
/// The same body from the same caller at the same address is taken for such a repetition when the connection of the
/// first broke before its answer had left, within 10 s of that. Otherwise the same words are a new request, also while
/// the first is being answered.
class Replays {
 public:
  /// An answer on its way. Kept by whoever makes it, then by the response; without heard() its end is a loss.
  class Answer {
   public:
    Answer(Replays& replays, const base::Clock& clock, std::string key)
        : replays_(replays), clock_(clock), key_(std::move(key)) {}
    ~Answer();
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;

    /// What the request makes, or is about to make. Empty: nothing that could be found again.
    void set(std::string made) { made_ = std::move(made); }
    void heard() { heard_ = true; }

   private:
    Replays& replays_;
    const base::Clock& clock_;
    const std::string key_;
    std::string made_;
    bool heard_ = false;
  };

  /// Who asks for what. Empty for a request with an Idempotency-Key, which says for itself what it repeats.
  static std::string key_of(const Call& call);

  std::shared_ptr<Answer> begin(const Call& call, const std::string& key);
  /// What a request made whose answer was lost. Once: the next loss is noted again.
  std::optional<std::string> take(const std::string& key, std::int64_t now_us);

 private:
  struct Entry {
    std::string made;
    std::int64_t until_us = 0;
  };
  void note_loss(const std::string& key, std::string made, std::int64_t now_us);

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace platos::api
