#include "extension/loader/elf_check.hpp"

#define BOOST_DLL_USE_STD_FS
#include <elf.h>

#include <algorithm>
#include <array>
#include <boost/dll/library_info.hpp>
#include <cstring>
#include <fstream>
#include <optional>
#include <vector>

#include "base/text.hpp"

namespace platos::extension {
namespace {

constexpr std::array<std::string_view, 9> kAllowedLibraries = {"libc.so",        "libstdc++.so", "libm.so",
                                                               "libgcc_s.so",    "ld-linux-",    "libpthread.so",
                                                               "libsimdjson.so", "libasan.so",   "libtsan.so"};
constexpr std::size_t kMaxFileBytes = 256 * 1024 * 1024;

tl::unexpected<Error> refused(const std::string& path, const std::string& what) {
  return fail(ErrorKind::PermissionDenied, "elf_refused", path + ": " + what);
}

/// Bounded reads from the file's bytes: offsets in it are not to be trusted.
class Bytes {
 public:
  explicit Bytes(const std::string& path) {
    std::ifstream stream(path, std::ios::binary | std::ios::ate);
    const auto size = stream ? static_cast<std::size_t>(stream.tellg()) : 0;
    if (size == 0 || size > kMaxFileBytes) return;
    data_.resize(size);
    stream.seekg(0);
    stream.read(data_.data(), static_cast<std::streamsize>(size));
  }
  template <typename T>
  std::optional<T> at(std::uint64_t offset) const {
    if (offset > data_.size() || data_.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, data_.data() + offset, sizeof value);
    return value;
  }
  std::string text_at(std::uint64_t offset) const {
    if (offset >= data_.size()) return {};
    const char* begin = data_.data() + offset;
    return {begin, ::strnlen(begin, std::min<std::size_t>(data_.size() - offset, 256))};
  }

 private:
  std::vector<char> data_;
};

std::vector<std::string> needed_libraries(const Bytes& file) {
  std::vector<std::string> names;
  const auto header = file.at<Elf64_Ehdr>(0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return names;
  for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto section = file.at<Elf64_Shdr>(header->e_shoff + i * sizeof(Elf64_Shdr));
    if (!section || section->sh_type != SHT_DYNAMIC) continue;
    const auto strings = file.at<Elf64_Shdr>(header->e_shoff + section->sh_link * sizeof(Elf64_Shdr));
    for (std::uint64_t at = 0; strings && at + sizeof(Elf64_Dyn) <= section->sh_size; at += sizeof(Elf64_Dyn)) {
      const auto entry = file.at<Elf64_Dyn>(section->sh_offset + at);
      if (!entry || entry->d_tag == DT_NULL) break;
      if (entry->d_tag == DT_NEEDED) names.push_back(file.text_at(strings->sh_offset + entry->d_un.d_val));
    }
  }
  return names;
}

}  // namespace

Result<void> check_library(const std::string& path) {
  std::vector<std::string> exported;
  try {
    exported = boost::dll::library_info(boost::dll::fs::path(path)).symbols();
  } catch (const std::exception& error) {
    return refused(path, std::string("not a shared library that can be read: ") + error.what());
  }
  if (exported.size() != 1 || exported.front() != kEntrySymbol) {
    std::string found;
    for (std::size_t i = 0; i < exported.size() && i < 5; ++i)
      found += (i == 0 ? "" : ", ") + base::printable(exported[i], 60);
    return refused(path, "expected exactly one exported symbol, " + std::string(kEntrySymbol) + ", found " +
                             std::to_string(exported.size()) + (found.empty() ? "" : " (" + found + ")") +
                             "; build it with platos_add_plugin()");
  }
  for (const auto& name : needed_libraries(Bytes(path))) {
    const bool allowed = std::any_of(kAllowedLibraries.begin(), kAllowedLibraries.end(),
                                     [&](std::string_view prefix) { return name.starts_with(prefix); });
    if (!allowed)
      return refused(path, "needs the library " + base::printable(name, 80) + ", which plugins may not load");
  }
  return {};
}

}  // namespace platos::extension
