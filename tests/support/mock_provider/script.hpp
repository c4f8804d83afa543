// What one answer says: its tokens or tool calls, its usage. Knows nothing of HTTP or time, except that a text token
// holds the time at which it is made. Bound to the server thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mock_provider/behaviour.hpp"
#include "mock_provider/chat_request.hpp"

namespace platos::tests::mock {

/// Appends `text` as a JSON string with its quotes. `text` must be UTF-8.
void append_json_string(std::string& out, std::string_view text);

class Script {
 public:
  Script(const Behaviour& behaviour, const ChatRequest& request, std::int64_t request_number);

  /// Number of deltas between the one with the role and the one with the finish reason.
  std::int64_t count() const { return count_; }

  /// The delta that opens a stream.
  std::string_view role_delta() const;
  /// Appends delta number `index`, a JSON object. Each index may be asked for once, in order.
  void append_delta(std::int64_t index, std::string& out);
  /// The whole `message` of an answer without stream.
  std::string message();
  std::string_view finish_reason() const;
  std::string usage(std::int64_t completion_tokens) const;

  struct Call {
    std::string id;
    std::string name;
    std::string arguments;
  };
  /// What delta number i adds to a call. The first one of a call has no arguments.
  struct Piece {
    std::size_t call = 0;
    bool begins = false;
    std::string arguments;
  };

  bool calls_tools() const { return !calls_.empty(); }
  const std::vector<Call>& calls() const { return calls_; }
  const Piece& piece(std::int64_t index) const { return pieces_[static_cast<std::size_t>(index)]; }
  /// Appends text token number `index`, as it stands between the quotes of a JSON string. As for append_delta().
  void append_text(std::int64_t index, std::string& out);
  bool is_shortened() const { return shortened_; }
  std::int64_t prompt_tokens() const { return prompt_tokens_; }

 private:
  void plan_calls(const Behaviour& behaviour, const ChatRequest& request, std::int64_t request_number);
  void plan_text(const Behaviour& behaviour, const ChatRequest& request);
  void append_call_pieces(std::size_t index, const Call& call);
  void append_stamp(std::string& out);

  std::vector<Call> calls_;
  std::vector<std::string> call_deltas_;
  std::vector<Piece> pieces_;       ///< Of the same deltas.
  std::vector<std::string> words_;  ///< JSON texts without their quotes; used when echo_.
  bool echo_ = false;
  std::size_t big_bytes_ = 0;
  bool half_utf8_ = false;
  bool shortened_ = false;
  std::int64_t count_ = 0;
  std::int64_t prompt_tokens_ = 0;
  std::int64_t last_stamp_us_ = 0;
};

}  // namespace platos::tests::mock
