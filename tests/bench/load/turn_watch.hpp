// Reads the events of one streamed turn as they come: stamps of tokens, how it ended, which thread it is in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace platos::bench {

/// Whose events a stream holds: the chat-completions wire of a vendor, or the events of platosd.
enum class Wire { Unspecified, Vendor, Platos };

std::int64_t monotonic_us();

/// Bound to one thread. A stamp is "@<16 digits>@", the monotonic microsecond at which the mock vendor made the token.
class TurnWatch {
 public:
  explicit TurnWatch(Wire wire) : wire_(wire) {}

  /// Forgets the turn before; the thread stays.
  void begin();
  /// Any piece of the body. Calls `on_stamp(std::int64_t stamp_us)` for every stamp in complete lines.
  template <typename OnStamp>
  void feed(std::string_view bytes, OnStamp on_stamp) {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      if (end == std::string_view::npos) {
        rest_ += bytes;
        return;
      }
      std::string_view line = bytes.substr(0, end);
      bytes.remove_prefix(end + 1);
      if (!rest_.empty()) {
        rest_ += line;
        line = rest_;
      }
      if (line.starts_with("data: ")) {
        line.remove_prefix(6);
        std::string_view left = line;
        for (std::int64_t stamp = take_stamp(left); stamp != 0; stamp = take_stamp(left)) on_stamp(stamp);
        on_event(line);
      }
      rest_.clear();
    }
  }

  bool done() const { return done_; }
  const std::string& error_code() const { return error_code_; }  ///< of an event "error"; empty: none came
  const std::string& thread_id() const { return thread_id_; }    ///< of the last "meta"; empty before
  void forget_thread() { thread_id_.clear(); }

 private:
  static std::int64_t take_stamp(std::string_view& text);  // 0: there is none
  void on_event(std::string_view event);

  Wire wire_;
  std::string rest_;  // the line that is not complete
  std::string thread_id_;
  std::string error_code_;
  bool done_ = false;
};

}  // namespace platos::bench
