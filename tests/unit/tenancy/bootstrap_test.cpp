#include "tenancy/bootstrap.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "store/data_keys.hpp"
#include "store/organizations.hpp"
#include "support/system_scope.hpp"
#include "support/temp_dir.hpp"
#include "tenancy_stage.hpp"

namespace platos::tenancy {
namespace {

struct Folder : tests::TempDir {
  std::string key() const { return path() + "/admin.key"; }
  void write_key(const std::string& text, mode_t mode = 0600) const {
    std::ofstream(key()) << text;
    ::chmod(key().c_str(), mode);
  }
};

void check_unusable(const Folder& folder) {
  const auto key = Bootstrap::ensure_admin_key(folder.key());
  REQUIRE_FALSE(key);
  CHECK(key.error().kind == ErrorKind::FailedPrecondition);
  CHECK(key.error().code == "admin_key_unusable");
  CHECK(key.error().message.find(folder.key()) == 0);
}

}  // namespace

TEST_CASE("The admin key is made once with mode 0600 and then reused") {
  const Folder folder;
  const auto before = ::umask(0);
  const auto made = Bootstrap::ensure_admin_key(folder.key());
  ::umask(before);
  REQUIRE(made);
  CHECK(made->find("plt_admin_") == 0);
  CHECK(made->size() == 74);
  struct stat facts {};
  REQUIRE(::stat(folder.key().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  const auto again = Bootstrap::ensure_admin_key(folder.key());
  REQUIRE(again);
  CHECK(*again == *made);
  const Folder other;
  CHECK(*Bootstrap::ensure_admin_key(other.key()) != *made);
}

TEST_CASE("A key that the operator wrote is taken without the space around it") {
  const Folder folder;
  folder.write_key("  sixteen-or-more-chars \n\n");
  CHECK(*Bootstrap::ensure_admin_key(folder.key()) == "sixteen-or-more-chars");
  folder.write_key("0123456789abcdef");
  CHECK(*Bootstrap::ensure_admin_key(folder.key()) == "0123456789abcdef");
}

TEST_CASE("A key that others may read is refused") {
  for (const mode_t mode : std::initializer_list<mode_t>{0640, 0604, 0620, 0602, 0660, 0601, 0644}) {
    const Folder folder;
    folder.write_key("sixteen-or-more-chars", mode);
    INFO("mode " << mode);
    check_unusable(folder);
  }
}

TEST_CASE("A key that is empty or too short is refused and left as it is") {
  for (const char* text : {"", "\n", "   ", "0123456789abcde", "0123456789abcde\n"}) {
    const Folder folder;
    folder.write_key(text);
    check_unusable(folder);
    CHECK(std::filesystem::file_size(folder.key()) == std::string(text).size());
  }
}

TEST_CASE("A key that cannot be made or read is an error that names the file") {
  const Folder folder;
  const auto made = Bootstrap::ensure_admin_key(folder.path() + "/missing/admin.key");
  REQUIRE_FALSE(made);
  CHECK(made.error().code == "admin_key_unusable");
  std::filesystem::create_directory(folder.key());
  std::filesystem::permissions(folder.key(), std::filesystem::perms(0700));
  check_unusable(folder);
}

TEST_CASE("The default scope and its data key are made once, and making them again changes nothing") {
  const TenancyStage stage;
  for (int round = 0; round < 2; ++round) {
    REQUIRE(stage.run(Bootstrap::ensure_scope(*stage.database, stage.loop, &stage.ring)));
  }
  const auto counts = stage.read([](store::Session& session) -> Result<std::string> {
    const auto system = model::SystemScopeForTest::make();
    store::Organizations organizations(session);
    const auto environment = organizations.find_environment(system, "env_default");
    return (environment ? environment->organization_id + " " + environment->type : "nothing") + " " +
           std::to_string(organizations.members(system, "org_default").size()) + " " +
           std::to_string(store::DataKeys(session).find(system, "org_default", 0).size());
  });
  CHECK(*counts == "org_default PRODUCTION 1 1");
}

}  // namespace platos::tenancy
