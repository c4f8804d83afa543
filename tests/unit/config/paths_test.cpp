#include "config/paths.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

namespace platos::config {

TEST_CASE("Folders are found relative to the running program") {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  const auto prefix = program.parent_path().parent_path().string();
  const Paths paths = find_paths("/data", "");
  CHECK(paths.executable == program.string());
  CHECK(paths.shipped_plugin_dir == prefix + "/lib/platos/plugins");
  CHECK(paths.data_dir == "/data");
  CHECK(paths.plugin_dir == "/data/plugins");
  CHECK(paths.manifest_dirs ==
        std::vector<std::string>{prefix + "/share/platos/manifests", "/etc/platos/manifests", "/data/manifests"});
  CHECK(paths.config_file == "/etc/platos/platos.toml");
}

TEST_CASE("Given folders win over the rules") {
  const Paths paths = find_paths("/data", "/more");
  CHECK(paths.plugin_dir == "/more");
  CHECK(find_paths("", "").data_dir == default_data_dir());
}

}  // namespace platos::config
