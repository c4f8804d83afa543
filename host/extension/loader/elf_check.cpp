#include "extension/loader/elf_check.hpp"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "base/text.hpp"

namespace platos::extension {
namespace {

constexpr std::array<std::string_view, 13> kAllowedLibraries = {
    "libc.so",   "libstdc++.so",  "libm.so",       "libgcc_s.so", "ld-linux-",  "libpthread.so", "libsimdjson.so",
    "libre2.so", "libsqlite3.so", "libdate-tz.so", "libxml2.so",  "libasan.so", "libtsan.so"};
constexpr std::size_t kMaxSectionBytes = 16 * 1024 * 1024;

tl::unexpected<Error> refused(const std::string& path, const std::string& what) {
  return fail(ErrorKind::PermissionDenied, "elf_refused", path + ": " + what);
}

/// Reads parts of a file, and never the whole: most of a library are debug symbols.
class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// Fewer bytes when the file ends before, or more than any real section has were asked for.
  std::string read(std::uint64_t offset, std::uint64_t size) const {
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(size, kMaxSectionBytes)), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto count = ::pread(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      if (count <= 0) break;
      done += static_cast<std::size_t>(count);
    }
    bytes.resize(done);
    return bytes;
  }
  std::string read(const Elf64_Shdr& section) const { return read(section.sh_offset, section.sh_size); }

 private:
  int fd_;
};

/// Offsets in the file are not to be trusted.
template <typename T>
std::optional<T> at(std::string_view bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::string text_at(std::string_view bytes, std::uint64_t offset) {
  if (offset >= bytes.size()) return {};
  const char* begin = bytes.data() + offset;
  return {begin, ::strnlen(begin, std::min<std::size_t>(bytes.size() - offset, 256))};
}

struct Contents {
  bool readable = false;
  std::vector<std::string> exported;
  std::vector<std::string> needed;
};

void read_symbols(std::string_view symbols, std::string_view strings, Contents& contents) {
  for (std::uint64_t offset = 0; const auto symbol = at<Elf64_Sym>(symbols, offset); offset += sizeof(Elf64_Sym)) {
    const bool global = ELF64_ST_BIND(symbol->st_info) != STB_LOCAL;
    if (global && symbol->st_shndx != SHN_UNDEF) contents.exported.push_back(text_at(strings, symbol->st_name));
  }
}

void read_dynamic(std::string_view entries, std::string_view strings, Contents& contents) {
  for (std::uint64_t offset = 0; const auto entry = at<Elf64_Dyn>(entries, offset); offset += sizeof(Elf64_Dyn)) {
    if (entry->d_tag == DT_NULL) return;
    if (entry->d_tag == DT_NEEDED) contents.needed.push_back(text_at(strings, entry->d_un.d_val));
  }
}

// Boost's library_info lists symbols that a library only needs among those it exports; hence a reader of our own.
Contents read_contents(const File& file) {
  Contents contents;
  const auto header = at<Elf64_Ehdr>(file.read(0, sizeof(Elf64_Ehdr)), 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64)
    return contents;
  const std::string sections = file.read(header->e_shoff, header->e_shnum * sizeof(Elf64_Shdr));
  for (std::uint64_t offset = 0; const auto section = at<Elf64_Shdr>(sections, offset); offset += sizeof(Elf64_Shdr)) {
    if (section->sh_type != SHT_DYNSYM && section->sh_type != SHT_DYNAMIC) continue;
    const auto names = at<Elf64_Shdr>(sections, section->sh_link * sizeof(Elf64_Shdr));
    if (!names) continue;
    contents.readable = true;
    const std::string bytes = file.read(*section);
    const std::string strings = file.read(*names);
    if (section->sh_type == SHT_DYNSYM) read_symbols(bytes, strings, contents);
    if (section->sh_type == SHT_DYNAMIC) read_dynamic(bytes, strings, contents);
  }
  return contents;
}

}  // namespace

Result<void> check_library(const std::string& path) {
  const Contents contents = read_contents(File(path));
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
