// Small files that only their owner may read: keys.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"

namespace platos::secrets {

/// The trimmed text of a file of at most 4 KiB; nullopt when there is none. FailedPrecondition "key_file_unusable" when
/// it cannot be read, or others may read it.
Result<std::optional<std::string>> read_private_file(const std::string& path);

/// Makes the file with mode 0600, whole or not at all, on disk when this returns. FailedPrecondition
/// "key_file_unusable" when it cannot, or is there already.
Result<void> create_private_file(const std::string& path, const std::string& text);

/// Renames onto `to`, on disk when this returns.
Result<void> replace_private_file(const std::string& from, const std::string& to);

}  // namespace platos::secrets
