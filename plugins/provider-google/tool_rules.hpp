// What a request may demand of the model: tools, a call of them, a form of the answer. Not all of it goes together.
#pragma once

#include <string>
#include <string_view>

#include "common.hpp"
#include "common/provider/canonical_request.hpp"
#include "common/provider/tool_names.hpp"
#include "platos/cpp/json_writer.hpp"

namespace platos::provider_google {

/// Pure functions of one request, which it borrows.
///
/// Most models refuse a form of the answer beside tools. A tool of our own then takes the answer as its arguments, and
/// the model must call it or another one. Tools that must not be called are left out: the vendor says that this is the
/// same.
class ToolRules {
 public:
  ToolRules(const CanonicalRequest& source, const ToolNames& names);

  /// The tool that takes the answer; empty when the request has no tools, no response_schema, or `vendor` decides.
  const std::string& answer_tool() const noexcept { return answer_tool_; }

  /// Whether generationConfig asks for the form of the answer.
  bool wants_json() const noexcept { return source_.raw_response_schema && answer_tool_.empty(); }

  /// Writes the members "tools" and "toolConfig" where there is something to say.
  void write(sdk::JsonWriter& json) const;

 private:
  void write_tools(sdk::JsonWriter& json) const;
  void write_choice(sdk::JsonWriter& json) const;

  const CanonicalRequest& source_;
  const ToolNames& names_;
  bool offers_tools_ = false;
  std::string answer_tool_;
};

}  // namespace platos::provider_google
