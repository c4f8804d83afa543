// Reading what a search tool answered: the JSON of the docs skill, whole or cut off, or plain text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace platos::provider_offline {

struct SearchResult {
  std::string title;
  std::string source;
  std::string text;  ///< never empty
  double score = 0;  ///< 0 when not given
};

struct SearchOutput {
  std::vector<SearchResult> results;
  bool is_understood = false;  ///< false: not a search result, so that "nothing found" would be a guess
};

/// Never fails. Of JSON that was cut off, the whole results and the readable part of the last one are kept. Text that
/// does not look like JSON is one result without title and source. Only the first 64 KiB are read. Any thread.
SearchOutput read_search_output(std::string_view tool_text);

}  // namespace platos::provider_offline
