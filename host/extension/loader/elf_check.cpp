#include "extension/loader/elf_check.hpp"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <optional>
#include <vector>

#include "base/text.hpp"

namespace platos::extension {
namespace {

constexpr std::array<std::string_view, 11> kAllowedLibraries = {
    "libc.so",        "libstdc++.so", "libm.so",       "libgcc_s.so", "ld-linux-", "libpthread.so",
    "libsimdjson.so", "libre2.so",    "libsqlite3.so", "libasan.so",  "libtsan.so"};
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

struct Contents {
  bool readable = false;
  std::vector<std::string> exported;
  std::vector<std::string> needed;
};

void read_symbols(const Bytes& file, const Elf64_Shdr& section, const Elf64_Shdr& strings, Contents& contents) {
  for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= section.sh_size; at += sizeof(Elf64_Sym)) {
    const auto symbol = file.at<Elf64_Sym>(section.sh_offset + at);
    if (!symbol) return;
    const bool global = ELF64_ST_BIND(symbol->st_info) != STB_LOCAL;
    if (global && symbol->st_shndx != SHN_UNDEF)
      contents.exported.push_back(file.text_at(strings.sh_offset + symbol->st_name));
  }
}

void read_dynamic(const Bytes& file, const Elf64_Shdr& section, const Elf64_Shdr& strings, Contents& contents) {
  for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= section.sh_size; at += sizeof(Elf64_Dyn)) {
    const auto entry = file.at<Elf64_Dyn>(section.sh_offset + at);
    if (!entry || entry->d_tag == DT_NULL) return;
    if (entry->d_tag == DT_NEEDED) contents.needed.push_back(file.text_at(strings.sh_offset + entry->d_un.d_val));
  }
}

// Boost's library_info lists symbols that a library only needs among those it exports; hence a reader of our own.
Contents read_contents(const Bytes& file) {
  Contents contents;
  const auto header = file.at<Elf64_Ehdr>(0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64)
    return contents;
  for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto section = file.at<Elf64_Shdr>(header->e_shoff + i * sizeof(Elf64_Shdr));
    if (!section || (section->sh_type != SHT_DYNSYM && section->sh_type != SHT_DYNAMIC)) continue;
    const auto strings = file.at<Elf64_Shdr>(header->e_shoff + section->sh_link * sizeof(Elf64_Shdr));
    if (!strings) continue;
    contents.readable = true;
    if (section->sh_type == SHT_DYNSYM) read_symbols(file, *section, *strings, contents);
    if (section->sh_type == SHT_DYNAMIC) read_dynamic(file, *section, *strings, contents);
  }
  return contents;
}

}  // namespace

Result<void> check_library(const std::string& path) {
  const Contents contents = read_contents(Bytes(path));
  const auto& exported = contents.exported;
  if (!contents.readable) return refused(path, "not a 64-bit ELF shared library");
  if (exported.size() != 1 || exported.front() != kEntrySymbol) {
    std::string found;
    for (std::size_t i = 0; i < exported.size() && i < 5; ++i)
      found += (i == 0 ? "" : ", ") + base::printable(exported[i], 60);
    return refused(path, "expected exactly one exported symbol, " + std::string(kEntrySymbol) + ", found " +
                             std::to_string(exported.size()) + (found.empty() ? "" : " (" + found + ")") +
                             "; build it with platos_add_plugin()");
  }
  for (const auto& name : contents.needed) {
    const bool allowed = std::any_of(kAllowedLibraries.begin(), kAllowedLibraries.end(),
                                     [&](std::string_view prefix) { return name.starts_with(prefix); });
    if (!allowed)
      return refused(path, "needs the library " + base::printable(name, 80) + ", which plugins may not load");
  }
  return {};
}

}  // namespace platos::extension
