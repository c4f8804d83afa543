// What repositories share: rows into vectors, empty texts into NULLs.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/session.hpp"

namespace platos::store {

inline Param text_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return std::string_view(text);
}

/// `who`: a Scope or the SystemScope. `read(Row) -> T`.
template <typename T, typename Who, typename Read>
std::vector<T> all_rows(Session& session, const Who& who, std::string_view sql, Params params, Read read) {
  std::vector<T> rows;
  session.query(who, sql, params, [&](const Row& row) {
    rows.push_back(read(row));
    return true;
  });
  return rows;
}

template <typename T, typename Who, typename Read>
std::optional<T> first_row(Session& session, const Who& who, std::string_view sql, Params params, Read read) {
  std::optional<T> first;
  session.query(who, sql, params, [&](const Row& row) {
    first = read(row);
    return false;
  });
  return first;
}

}  // namespace platos::store
