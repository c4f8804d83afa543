// Turns the chunks of one answer into events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "chunk_reader.hpp"
#include "common/provider/tool_names.hpp"
#include "finish_reason.hpp"
#include "platos/cpp/provider.hpp"

namespace platos::provider_google {

/// Made for one answer. Not thread-safe.
///
/// Signatures that the vendor wants back become EXTRA events in the form of a canonical thinking part with
/// "thought_signature", and with "tool_call_id" when a call bore it.
class AnswerBuilder {
 public:
  /// `names` and `answer_tool` are borrowed. `answer_tool` is the tool whose arguments are the text of the answer;
  /// empty: none. `first_number` numbers the ids that are made up, as call_<n>, for calls without one; it is the count
  /// of calls so far, so that an id is not used twice in a conversation.
  AnswerBuilder(const ToolNames& names, std::string_view answer_tool, std::size_t first_number)
      : names_(names), answer_tool_(answer_tool), first_number_(first_number) {}

  /// Throws WrongType for more than 128 calls.
  void add(const Chunk& chunk, const sdk::EventSink& sink);

  /// True once the vendor said why the answer ends, or why there is none.
  bool has_ended() const noexcept { return is_blocked_ || !finish_reason_.empty(); }

  /// Throws sdk::Error when that reason means that there is no answer. `base_url` names the vendor.
  void check_ending(const std::string& base_url) const;

  /// Sends STOP. To be called once.
  void finish(const sdk::EventSink& sink);

 private:
  void add_call(const AnswerPart& part, const sdk::EventSink& sink);
  std::int32_t stop_reason() const noexcept;

  const ToolNames& names_;
  std::string_view answer_tool_;
  std::size_t first_number_;
  std::int32_t calls_ = 0;
  std::string answer_;  // the arguments of the answer's tool
  std::string finish_reason_;
  std::string finish_message_;
  bool is_blocked_ = false;
};

}  // namespace platos::provider_google
