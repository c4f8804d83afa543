// Settings that load from a file print as a file that loads to the same.
#include <sys/mman.h>
#include <unistd.h>

#include "config/loader.hpp"
#include "fuzz/clean_error.hpp"

using namespace platos;
using fuzz::require;

namespace {

/// A file without a place on a disk: the loader reads a path.
class MemoryFile {
 public:
  MemoryFile() : file_(::memfd_create("settings", MFD_CLOEXEC)) {}
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }
  void write(std::string_view text) const {
    const bool is_written =
        ::ftruncate(file_, 0) == 0 && ::pwrite(file_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    require(is_written, "the memory file takes the text");
  }

 private:
  int file_;
};

Result<config::Loaded> load(std::string_view text) {
  static const MemoryFile file;
  file.write(text);
  config::Sources sources;
  sources.file = file.path();
  return config::load(sources);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto loaded = load(fuzz::text_of(data, size));
  if (!loaded) {
    fuzz::require_clean(loaded.error());
    return 0;
  }
  const std::string printed = config::print(loaded->settings, {});
  const auto again = load(printed);
  require(again.has_value(), "printed settings load: " + (again ? "" : again.error().message));
  require(config::print(again->settings, {}) == printed, "printed settings load to the same");
  require(config::print(loaded->settings, loaded->origins).size() >= printed.size(), "origins print too");
  return 0;
}
