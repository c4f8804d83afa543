#include "attempts.hpp"

namespace platos::tests {

const char* const kPrelude = R"(
import ctypes, errno, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EROFS, errno.ENOENT, errno.EAFNOSUPPORT, errno.ESRCH,
            errno.ENOTDIR)

def call(number, *arguments):
    """A raw system call: must be refused."""
    ctypes.set_errno(0)
    words = [a if not isinstance(a, int) else ctypes.c_long(a) for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *words)
    reason = ctypes.get_errno()
    print("denied" if result == -1 and reason in REFUSALS else f"ESCAPED: {result}, errno {reason}")

def attempt(action):
    """Anything that must raise OSError."""
    try:
        got = action()
    except OSError as error:
        print("denied" if error.errno in REFUSALS or isinstance(error, socket.gaierror) else f"ESCAPED?: {error}")
        return
    print("ESCAPED:", repr(got)[:200])

def read(path):
    with open(path, "rb") as file:
        return file.read(100)

def write(path, text="x"):
    with open(path, "r+" if os.path.exists(path) else "w") as file:
        file.write(text)
        file.flush()

def expect(holds, found=""):
    print("denied" if holds else f"ESCAPED: {found}")
)";

void expect_denied(SandboxStage& stage, const std::vector<Attempt>& attempts) {
  sandbox::Sandbox box(stage.options, stage.clock, stage.logger);
  for (const auto& attempt : attempts) {
    DYNAMIC_SECTION(attempt.name) {
      ports::ScriptJob job;
      job.command = {"python3", "-I", "/job/main.py"};
      job.files["main.py"] = std::string(kPrelude) + attempt.code;
      const auto result = stage.run_in(box, job);
      if (!result) FAIL(result.error().code << ": " << result.error().message);
      INFO(result->errors);
      CHECK(result->output == "denied\n");
    }
  }
}

}  // namespace platos::tests
