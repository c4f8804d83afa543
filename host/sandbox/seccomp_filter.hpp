// Which system calls a program in a sandbox can make.
#pragma once

#include <string>

#include "base/result.hpp"

namespace platos::sandbox {

/// The filter in the kernel's form. An allow list for this machine's architecture: what is not on it answers ENOSYS,
/// or EPERM where programs expect to be refused; other architectures' calls kill. Made once; immutable.
Result<std::string> seccomp_filter();

}  // namespace platos::sandbox
