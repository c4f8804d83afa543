#include "plugins/stage/out_of_tree.hpp"

#include <filesystem>
#include <map>
#include <stdexcept>
#include <vector>

#include "support/daemon.hpp"

namespace platos::tests {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::string> kTools = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};

void run_or_throw(const std::vector<std::string>& command) {
  const Finished finished = run_program(command, kTools);
  if (finished.exit_code == 0) return;
  std::string text;
  for (const auto& word : command) text += word + " ";
  throw std::runtime_error(text + "\nended with " + std::to_string(finished.exit_code) + ":\n" + finished.out +
                           finished.err);
}

}  // namespace

std::string build_out_of_tree(const TempDir& folder, const std::string& source, const std::string& name) {
  const std::string prefix = folder.path() + "/sdk";
  const std::string copy = folder.path() + "/" + name;
  const std::string build = copy + "/build";
  if (!fs::exists(prefix))
    run_or_throw({PLATOS_CMAKE, "--install", PLATOS_BUILD_DIR, "--prefix", prefix, "--component", "sdk"});
  fs::copy(source, copy, fs::copy_options::recursive);
  run_or_throw({PLATOS_CMAKE, "-G", "Ninja", "-S", copy, "-B", build, "-DCMAKE_PREFIX_PATH=" + prefix,
                std::string("-DCMAKE_CXX_COMPILER=") + PLATOS_CXX, "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror"});
  run_or_throw({PLATOS_CMAKE, "--build", build});
  return build + "/lib/platos/plugins/" + name;
}

}  // namespace platos::tests
