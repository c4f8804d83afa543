#include "base/environment.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/text.hpp"

extern char** environ;

namespace platos::base {
namespace {

constexpr std::string_view kSuccessor = "PLATOS_ENVIRONMENT_DESCRIPTOR";

constexpr std::array<std::string_view, 17> kOpenNames = {"PATH",          "HOME",
                                                         "USER",          "LOGNAME",
                                                         "SHELL",         "LANG",
                                                         "LANGUAGE",      "TZ",
                                                         "TZDIR",         "TERM",
                                                         "TMPDIR",        "PWD",
                                                         "PGPASSFILE",    "CREDENTIALS_DIRECTORY",
                                                         "INVOCATION_ID", "NOTIFY_SOCKET",
                                                         "OPENSSL_CONF"};
constexpr std::array<std::string_view, 10> kOpenPrefixes = {"LC_",   "XDG_",  "SSL_CERT_", "LD_",   "LISTEN_",
                                                            "PGSSL", "ASAN_", "UBSAN_",    "LSAN_", "TSAN_"};

struct Taken {
  const char* data = nullptr;  ///< "NAME=value", each ended by a NUL; null: not taken
  std::size_t size = 0;
  std::vector<std::string> open;    ///< what stays in `environ`
  std::vector<char*> open_entries;  ///< `environ` itself
};

// Never given back: views into it are handed out, and `environ` is read until the very end.
Taken& taken() {
  static auto* const one = new Taken;
  return *one;
}

bool is_open(std::string_view entry) {
  const std::string_view name = entry.substr(0, entry.find('='));
  return std::find(kOpenNames.begin(), kOpenNames.end(), name) != kOpenNames.end() ||
         std::any_of(kOpenPrefixes.begin(), kOpenPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

char* locked_memory(std::size_t size) {
  void* memory =
      ::mmap(nullptr, std::max<std::size_t>(size, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  // Both may fail under tight limits; the memory is then as safe as any other of this process.
  (void)::mlock(memory, size);
  (void)::madvise(memory, size, MADV_DONTDUMP);
  return static_cast<char*>(memory);
}

void take_from(char** entries) {
  std::size_t size = 0;
  for (char** entry = entries; *entry != nullptr; ++entry) size += std::strlen(*entry) + 1;
  char* memory = locked_memory(size);
  char* at = memory;
  for (char** entry = entries; *entry != nullptr; ++entry) {
    const std::size_t length = std::strlen(*entry) + 1;
    std::memcpy(at, *entry, length);
    at += length;
  }
  taken().data = memory;
  taken().size = size;
}

/// False: there was no predecessor.
bool take_from_predecessor() {
  const char* number = std::getenv(std::string(kSuccessor).c_str());
  std::uint64_t descriptor = 0;
  if (number == nullptr || !parse_uint64(number, descriptor)) return false;
  const int fd = static_cast<int>(descriptor);
  const off_t size = ::lseek(fd, 0, SEEK_END);
  if (size < 0) return false;
  char* memory = locked_memory(static_cast<std::size_t>(size));
  const bool whole = ::pread(fd, memory, static_cast<std::size_t>(size), 0) == size;
  ::close(fd);
  taken().data = memory;
  taken().size = whole ? static_cast<std::size_t>(size) : 0;
  return true;
}

void for_each_entry(const std::function<bool(std::string_view)>& visit) {
  const Taken& all = taken();
  if (all.data == nullptr) {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
      if (!visit(*entry)) return;
    }
    return;
  }
  for (std::size_t at = 0; at < all.size;) {
    const std::string_view entry(all.data + at);
    if (!visit(entry)) return;
    at += entry.size() + 1;
  }
}

}  // namespace

void take_environment() {
  if (!take_from_predecessor()) take_from(environ);
  for (char** entry = environ; *entry != nullptr; ++entry) ::explicit_bzero(*entry, std::strlen(*entry));
  for_each_entry([](std::string_view entry) {
    if (is_open(entry)) taken().open.emplace_back(entry);
    return true;
  });
  for (auto& entry : taken().open) taken().open_entries.push_back(entry.data());
  taken().open_entries.push_back(nullptr);
  environ = taken().open_entries.data();
}

std::optional<std::string_view> environment_variable(std::string_view name) {
  std::optional<std::string_view> value;
  for_each_entry([&](std::string_view entry) {
    const bool found = entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
    if (found) value = entry.substr(name.size() + 1);
    return !found;
  });
  return value;
}

void for_each_variable(const std::function<void(std::string_view name, std::string_view value)>& visit) {
  for_each_entry([&](std::string_view entry) {
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos) visit(entry.substr(0, equals), entry.substr(equals + 1));
    return true;
  });
}

std::vector<std::string> variables_for_successor() {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) variables.emplace_back(*entry);
  if (taken().data == nullptr) return variables;
  const int fd = ::memfd_create("platos environment", 0);
  if (fd >= 0 && ::write(fd, taken().data, taken().size) == static_cast<ssize_t>(taken().size))
    variables.push_back(std::string(kSuccessor) + "=" + std::to_string(fd));
  return variables;
}

}  // namespace platos::base
