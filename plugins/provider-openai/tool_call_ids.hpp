// Ids of tool calls as a vendor allows them.
//
// The host hands back the ids of a whole conversation, also those that another vendor or the codec gave. Some vendors
// take only ids of their own form, and refuse the request for another one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common.hpp"
#include "common/provider/canonical_request.hpp"

namespace platos::provider_openai {

enum class ToolCallIdForm {
  Unspecified,
  AsGiven,
  Alphanumeric9  ///< nine ASCII letters and digits
};

/// Two-way table of one request. Immutable after it is made. An id that has the form stays; another one becomes a hash
/// of itself, the same in each request, unless that is taken.
class ToolCallIds {
 public:
  ToolCallIds() = default;
  ToolCallIds(ToolCallIdForm form, const std::vector<RequestMessage>& messages);

  /// Both are JSON, without quotes.
  std::string_view wire_id(std::string_view raw_id) const;

  /// Plain texts. Ids that the table does not have stay as they are.
  std::string_view own_id(std::string_view wire_id) const;

 private:
  std::map<std::string, std::string, std::less<>> wire_ids_;  // by raw id
  std::map<std::string, std::string, std::less<>> own_ids_;   // by wire id
};

}  // namespace platos::provider_openai
