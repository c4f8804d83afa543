// Names with "*" (any characters) and "?" (one character). Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace platos::governor_rules {

/// Whether `pattern` covers the whole `text`, byte by byte ("?" is one character of UTF-8), letters as they are.
/// Time grows with the product of both lengths at most.
bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

/// Patterns of names: what one of them covers, without what one that begins with "!" covers. With only "!" patterns,
/// everything else is covered; without any, everything.
class NameList {
 public:
  NameList() = default;
  explicit NameList(const std::vector<std::string>& patterns);

  bool covers(std::string_view name) const noexcept;

 private:
  std::vector<std::string> wanted_;
  std::vector<std::string> excepted_;
};

}  // namespace platos::governor_rules
