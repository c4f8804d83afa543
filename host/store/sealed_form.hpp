// How a Sealed text stands in its BLOB: the first byte is its form.
#pragma once

#include <string>
#include <string_view>

#include "store/session.hpp"

namespace platos::store {

constexpr char kPlainForm = 1;

/// The text of a stored BLOB. Throws SqlError(Corrupt) when this version does not read its form.
inline std::string read_form(std::string_view blob) {
  if (blob.empty()) return {};
  if (blob.front() == kPlainForm) return std::string(blob.substr(1));
  throw SqlError(SqlError::Kind::Corrupt, "a stored text has form " + std::to_string(blob.front()) +
                                              "; this version reads form 1: the data was written by a newer Platos");
}

}  // namespace platos::store
