// The conversation of a chat request in the form of the Gemini API.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "common.hpp"
#include "common/provider/canonical_request.hpp"
#include "common/provider/tool_names.hpp"
#include "common/provider/turns.hpp"
#include "platos/cpp/json_writer.hpp"

namespace platos::provider_google {

/// Writes the "contents" array, once. What it is given must outlive it.
///
/// User and model take turns on this wire, as turns.hpp cuts them. Results stand in the order of their calls, because
/// the vendor tells those without ids apart by that; images of results follow them. A result of a call that is not in
/// the conversation is sent as its text. Signatures go back on what bore them: a call, or the text of their message.
class ConversationWriter {
 public:
  ConversationWriter(sdk::JsonWriter& json, const ToolNames& names) : json_(json), names_(names) {}

  void write(const std::vector<RequestMessage>& messages);

 private:
  void write_model_parts(const std::vector<TurnBlock>& blocks);
  void write_user_parts(std::vector<TurnBlock>& blocks);
  void write_text(std::string_view raw_text, std::string_view raw_signature = {});
  void write_image(const RequestPart& image);
  void write_part(const RequestPart& part);
  void write_call(const RequestToolCall& call, const std::vector<TurnBlock>& blocks);
  void write_result(const RequestMessage& result);
  void write_id(std::string_view raw_id_text);
  std::size_t place_of_call(const RequestMessage& result) const noexcept;

  sdk::JsonWriter& json_;
  const ToolNames& names_;
  std::vector<const RequestToolCall*> calls_;  // of all turns that were written
};

}  // namespace platos::provider_google
