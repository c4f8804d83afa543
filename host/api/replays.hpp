// Requests that clients send again because they never heard the answer.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "api/route.hpp"

namespace platos::api {

/// Internally synchronised; in memory. The published client repeats every POST that failed on the way, without a key.
/// The same body from the same caller at the same address within 10 s is taken for such a repetition if the answer to
/// the first did not leave whole; after an answer that did, the same words are a new request.
class Replays {
 public:
  /// Who asks for what. Empty for a request with an Idempotency-Key, which says for itself what it repeats.
  static std::string key_of(const Call& call);

  /// What the first request made, or was about to make.
  std::optional<std::string> find(const std::string& key, std::int64_t now_us);
  void put(const std::string& key, const std::string& made, std::int64_t now_us);
  /// The answer left whole.
  void forget(const std::string& key);

 private:
  struct Entry {
    std::string made;
    std::int64_t until_us = 0;
  };
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace platos::api
