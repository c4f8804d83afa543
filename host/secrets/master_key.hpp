// Where the master key comes from.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "secrets/secret.hpp"

namespace platos::secrets {

/// The current master key, and those that may still have wrapped data keys.
struct MasterKeys {
  Secret current;
  std::vector<Secret> former;
};

/// `source`:
///   ""                  <data_dir>/master.key, made with mode 0600 when neither it nor `must_exist`
///   "file:PATH"         the same, elsewhere; never made
///   "env:NAME"          an environment variable
///   "credential:NAME"   a file of systemd's LoadCredential, in $CREDENTIALS_DIRECTORY
/// A key is 64 hex digits. While a rotation is under way, `<file>.next` is the current key and the file holds the
/// former one. `others`: places, each named as a source, of keys that are former ones, too. FailedPrecondition
/// "master_key_unusable" says which place and why; never the key.
Result<MasterKeys> load_master_keys(const std::string& source, const std::vector<std::string>& others,
                                    const std::string& data_dir, bool must_exist);

/// For the key in the data directory: begins a rotation, or goes on with one, by making `<data_dir>/master.key.next`.
Result<MasterKeys> begin_master_rotation(const std::string& data_dir);
bool master_rotation_begun(const std::string& data_dir);
/// After every data key was wrapped anew: `<data_dir>/master.key.next` replaces the old one.
Result<void> end_master_rotation(const std::string& data_dir);

}  // namespace platos::secrets
