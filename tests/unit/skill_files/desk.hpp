// An instance of the skill whose workspace is a folder of the test.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "platos/cpp/testing/fake_sandbox.hpp"
#include "support/skill_tools.hpp"
#include "support/temp_dir.hpp"

namespace skill_files_test {

namespace fs = std::filesystem;
namespace sdk = platos::sdk;
using platos::tests::has;
using platos::tests::Json;

constexpr std::uint64_t kKiB = 1024;

struct Room {
  explicit Room(sdk::Workspace limits) {
    fs::create_directory(path);
    limits.path = path;
    sandbox = std::make_unique<sdk::testing::FakeSandbox>(
        host, [](const auto&) { return sdk::SandboxEnd{}; }, std::move(limits));
  }

  platos::tests::TempDir dir;
  const std::string path = dir.path() + "/workspace";
  sdk::testing::FakeHost host;
  std::unique_ptr<sdk::testing::FakeSandbox> sandbox;
};

struct Desk : Room, platos::tests::SkillTools {
  explicit Desk(sdk::Workspace limits = {"", 64 * 1024 * kKiB, 5000, 8 * 1024 * kKiB})
      : Room(std::move(limits)), SkillTools(host, "files") {}

  Json write(const std::string& name, const std::string& content) {
    return answer("write_file", {{"path", name}, {"content", content}});
  }
  Json read(const std::string& name) { return answer("read_file", {{"path", name}}); }
  /// The paths of list_dir, in its order.
  std::vector<std::string> listed(const std::string& prefix = {}) {
    std::vector<std::string> paths;
    const Json list = answer("list_dir", {{"prefix", prefix}});
    for (const auto& each : list["entries"]) paths.push_back(each["path"]);
    return paths;
  }
  /// What is on disk, not what the tools say.
  std::string on_disk(const std::string& name) const {
    std::ifstream file(path + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& name, const std::string& bytes) const { dir.write("workspace/" + name, bytes); }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(fs::recursive_directory_iterator(path), {}));
  }
};

using Paths = std::vector<std::string>;

}  // namespace skill_files_test
