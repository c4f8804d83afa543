#include "secrets/master_key.hpp"

#include <cstdlib>
#include <filesystem>

#include "base/environment.hpp"
#include "base/failpoint.hpp"
#include "base/text.hpp"
#include "secrets/cipher.hpp"
#include "secrets/private_file.hpp"

namespace platos::secrets {
namespace {

constexpr std::size_t kDigits = 2 * kKeyBytes;

tl::unexpected<Error> unusable(const std::string& place, const std::string& why) {
  return fail(ErrorKind::FailedPrecondition, "master_key_unusable",
              "the master key in " + place + " cannot be used: " + why + "; expected 64 hex digits");
}

Result<Secret> parse(const std::string& place, std::string digits) {
  const auto key = base::from_hex(digits);
  const std::size_t found = digits.size();
  base::wipe(digits);
  if (found != kDigits || !key) return unusable(place, "found " + std::to_string(found) + " characters");
  std::string bytes = *key;
  Secret secret(bytes);
  base::wipe(bytes);
  return secret;
}

Result<std::optional<Secret>> read_file(const std::string& path) {
  auto text = read_private_file(path);
  if (!text) return unusable(path, text.error().message);
  if (!*text) return std::optional<Secret>();
  auto key = parse(path, std::move(**text));
  if (!key) return fail(key.error());
  return std::optional<Secret>(std::move(*key));
}

Result<void> make_file(const std::string& path) {
  std::string digits = base::to_hex(random_key().view());
  auto made = create_private_file(path, digits);
  base::wipe(digits);
  if (!made) return unusable(path, made.error().message);
  return {};
}

std::string own_file(const std::string& data_dir) { return data_dir + "/master.key"; }
std::string next_file(const std::string& data_dir) { return own_file(data_dir) + ".next"; }

Result<MasterKeys> load_own(const std::string& data_dir, bool must_exist) {
  const std::string path = own_file(data_dir);
  auto current = read_file(path);
  if (!current) return fail(current.error());
  if (!*current && must_exist) {
    return unusable(path, "it is missing, and the database holds texts that it sealed: restore it from a backup");
  }
  if (!*current) {
    if (auto made = make_file(path); !made) return fail(made.error());
    current = read_file(path);
    if (!current) return fail(current.error());
  }
  auto next = read_file(next_file(data_dir));
  if (!next) return fail(next.error());
  MasterKeys keys;
  if (*next) {
    keys.current = std::move(**next);
    keys.former.push_back(std::move(**current));
  } else {
    keys.current = std::move(**current);
  }
  return keys;
}

Result<Secret> load_elsewhere(const std::string& source) {
  const auto colon = source.find(':');
  const std::string kind = source.substr(0, colon);
  const std::string name = colon == std::string::npos ? "" : source.substr(colon + 1);
  if (kind == "env") {
    const auto value = base::environment_variable(name);
    if (!value) return unusable("the environment variable " + name, "it is not set");
    return parse("the environment variable " + name, std::string(*value));
  }
  std::string path = name;
  if (kind == "credential") {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr) return unusable("the credential " + name, "CREDENTIALS_DIRECTORY is not set");
    path = std::string(folder) + "/" + name;
  } else if (kind != "file") {
    return fail(ErrorKind::InvalidArgument, "invalid_setting",
                "the place of a master key: expected file:PATH, env:NAME or credential:NAME, found \"" +
                    base::printable(kind, 20) + "\"");
  }
  auto key = read_file(path);
  if (!key) return fail(key.error());
  if (!*key) return unusable(path, "it is missing");
  return std::move(**key);
}

}  // namespace

Result<MasterKeys> load_master_keys(const std::string& source, const std::vector<std::string>& others,
                                    const std::string& data_dir, bool must_exist) {
  MasterKeys keys;
  if (source.empty()) {
    auto own = load_own(data_dir, must_exist);
    if (!own) return own;
    keys = std::move(*own);
  } else {
    auto key = load_elsewhere(source);
    if (!key) return fail(key.error());
    keys.current = std::move(*key);
  }
  for (const auto& other : others) {
    auto key = load_elsewhere(other);
    if (!key) return fail(key.error());
    keys.former.push_back(std::move(*key));
  }
  return keys;
}

Result<MasterKeys> begin_master_rotation(const std::string& data_dir) {
  const auto begun = read_private_file(next_file(data_dir));
  if (!begun) return fail(begun.error());
  if (!*begun) {
    if (auto made = make_file(next_file(data_dir)); !made) return fail(made.error());
  }
  base::failpoint("rotate.key_made");
  return load_own(data_dir, true);
}

bool master_rotation_begun(const std::string& data_dir) { return std::filesystem::exists(next_file(data_dir)); }

Result<void> end_master_rotation(const std::string& data_dir) {
  base::failpoint("rotate.keys_wrapped");
  return replace_private_file(next_file(data_dir), own_file(data_dir));
}

}  // namespace platos::secrets
