// The answer to one request, made piece by piece as it falls due. Bound to the server thread.
#pragma once

#include <cstdint>
#include <string>

#include "mock_provider/clock.hpp"

namespace platos::tests::mock {

enum class AnswerPhase {
  Unspecified,
  Running,
  Held,  ///< Waits for release().
  Done,  ///< All bytes are made; the connection may be used again.
  Cut    ///< All bytes are made; the connection closes after them.
};

/// What an answer must know of its request, besides its content.
struct AnswerContext {
  std::int64_t request_number = 0;  ///< 0 for what is not a chat request.
  std::int64_t start_ns = 0;
  bool keep_alive = true;
};

class Answer {
 public:
  virtual ~Answer() = default;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  /// Appends what is due. Stops early when much waits in `out`: then due_ns() is not in the future.
  void produce(std::string& out, std::int64_t now_ns) {
    while (phase_ == AnswerPhase::Running && due_ns_ <= now_ns && out.size() < kEnoughBytes) step(out);
  }
  AnswerPhase phase() const { return phase_; }
  /// When the next piece is due, as monotonic_ns() counts. Only in phase Running.
  std::int64_t due_ns() const { return due_ns_; }

  /// Ends phase Held.
  void release(std::int64_t now_ns) {
    released_ = true;
    due_ns_ = now_ns;
    phase_ = AnswerPhase::Running;
  }

 protected:
  static constexpr std::size_t kEnoughBytes = 256 << 10;

  explicit Answer(std::int64_t due_ns) : due_ns_(due_ns) {}

  /// Appends the next piece and sets due_ns_ or phase_.
  virtual void step(std::string& out) = 0;

  AnswerPhase phase_ = AnswerPhase::Running;
  std::int64_t due_ns_;
  bool released_ = false;
};

/// Status line and headers up to the empty line. `framing` is the header that says how the body ends.
std::string response_head(int status, std::string_view content_type, const std::string& framing,
                          const AnswerContext& context);

}  // namespace platos::tests::mock
