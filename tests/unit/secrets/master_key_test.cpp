#include "secrets/master_key.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "secrets/key_ring.hpp"
#include "support/temp_dir.hpp"

namespace platos::secrets {
namespace {

const std::string kDigits = std::string(32, 'a') + std::string(32, '1');

struct Folder : tests::TempDir {
  std::string file() const { return path() + "/master.key"; }
  void put(const std::string& text, mode_t mode = 0600) const {
    write("master.key", text);
    ::chmod(file().c_str(), mode);
  }
  std::string code(const std::string& source = {}, bool must_exist = false) const {
    const auto keys = load_master_keys(source, {}, path(), must_exist);
    return keys ? "" : keys.error().code;
  }
};

}  // namespace

TEST_CASE("The master key is made once, for its owner alone, and then read") {
  const Folder folder;
  const auto made = load_master_keys({}, {}, folder.path(), false);
  REQUIRE(made);
  struct stat facts {};
  REQUIRE(::stat(folder.file().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK(facts.st_size == 65);
  CHECK(master_key_id(load_master_keys({}, {}, folder.path(), true)->current) == master_key_id(made->current));
}

TEST_CASE("A master key that is missing where texts are sealed is not replaced by another") {
  const Folder folder;
  CHECK(folder.code({}, true) == "master_key_unusable");
  CHECK_FALSE(std::filesystem::exists(folder.file()));
}

TEST_CASE("A key that is mistyped, or that others may read, is refused and never shown") {
  for (const std::string& text : {std::string(), kDigits.substr(1), kDigits + "0", "g" + kDigits.substr(1)}) {
    const Folder folder;
    folder.put(text);
    const auto refused = load_master_keys({}, {}, folder.path(), false);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "master_key_unusable");
    CHECK(refused.error().message.find("aaaa") == std::string::npos);
  }
  const Folder folder;
  folder.put(kDigits, 0640);
  CHECK(folder.code() == "master_key_unusable");
}

TEST_CASE("The key may come from a file, a variable or a credential, and is then never made") {
  const Folder folder;
  folder.put(kDigits + "\n");
  const std::string expected = master_key_id(load_master_keys({}, {}, folder.path(), true)->current);
  const Folder other;
  CHECK(master_key_id(load_master_keys("file:" + folder.file(), {}, other.path(), false)->current) == expected);
  ::setenv("PLATOS_TEST_MASTER", kDigits.c_str(), 1);
  CHECK(master_key_id(load_master_keys("env:PLATOS_TEST_MASTER", {}, other.path(), false)->current) == expected);
  ::unsetenv("PLATOS_TEST_MASTER");
  ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  CHECK(master_key_id(load_master_keys("credential:master.key", {}, other.path(), false)->current) == expected);
  CHECK(other.code("credential:missing") == "master_key_unusable");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK(other.code("credential:master.key") == "master_key_unusable");
  CHECK(other.code("env:PLATOS_TEST_MASTER") == "master_key_unusable");
  CHECK(other.code("file:" + other.path() + "/missing") == "master_key_unusable");
  CHECK(other.code("vault:x") == "invalid_setting");

  const auto both = load_master_keys({}, {"file:" + folder.file()}, other.path(), false);
  REQUIRE(both);
  REQUIRE(both->former.size() == 1);
  CHECK(master_key_id(both->former.front()) == expected);
  const auto missing = load_master_keys({}, {"file:" + folder.file() + ".gone"}, other.path(), false);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "master_key_unusable");
}

TEST_CASE("A rotation that was begun goes on with the same new key, and ends with it alone") {
  const Folder folder;
  const std::string old = master_key_id(load_master_keys({}, {}, folder.path(), false)->current);
  const auto begun = begin_master_rotation(folder.path());
  REQUIRE(begun);
  const std::string fresh = master_key_id(begun->current);
  CHECK(fresh != old);
  REQUIRE(begun->former.size() == 1);
  CHECK(master_key_id(begun->former.front()) == old);
  CHECK(master_rotation_begun(folder.path()));
  CHECK(master_key_id(begin_master_rotation(folder.path())->current) == fresh);
  CHECK(master_key_id(load_master_keys({}, {}, folder.path(), true)->current) == fresh);
  REQUIRE(end_master_rotation(folder.path()));
  CHECK_FALSE(master_rotation_begun(folder.path()));
  const auto after = load_master_keys({}, {}, folder.path(), true);
  REQUIRE(after);
  CHECK(master_key_id(after->current) == fresh);
  CHECK(after->former.empty());
}

}  // namespace platos::secrets
