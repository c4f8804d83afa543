#include "sandbox/descriptor.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace platos::sandbox {

void Descriptor::reset() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

tl::unexpected<Error> system_failure(std::string_view what) {
  const std::string reason = std::strerror(errno);
  return fail(ErrorKind::Internal, "sandbox_failed", "the sandbox failed: " + std::string(what) + ": " + reason);
}

Result<Descriptor> file_in_memory(std::string_view content) {
  const Descriptor file(::memfd_create("platos", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return system_failure("a file in memory");
  while (!content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written <= 0) return system_failure("writing a file in memory");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
    return system_failure("sealing a file in memory");
  // Opened once more, so that whoever gets it can only read.
  Descriptor readable(::open(("/proc/self/fd/" + std::to_string(file.get())).c_str(), O_RDONLY | O_CLOEXEC));
  if (!readable) return system_failure("a file in memory");
  return readable;
}

}  // namespace platos::sandbox
