// Reading and writing what is not the program's own.
#include <fstream>

#include "attempts.hpp"

using namespace platos;
using namespace platos::tests;

TEST_CASE_METHOD(SandboxStage, "files of the host cannot be read") {
  data.write("secret.txt", "the daemon's own");
  TempDir elsewhere;
  elsewhere.write("file.txt", "somebody's");
  expect_denied(
      *this,
      {{"passwords", "attempt(lambda: read('/etc/shadow'))"},
       {"users of the machine", "expect(len(open('/etc/passwd').readlines()) == 2, open('/etc/passwd').read())"},
       {"the name of the machine",
        "expect(os.uname().nodename == 'sandbox' and not os.path.exists('/etc/hostname'), os.uname())"},
       {"settings of the machine",
        "expect(not any(map(os.path.exists, ['/etc/ssl', '/etc/ssh', '/etc/platos', "
        "'/etc/machine-id', '/etc/resolv.conf'])))"},
       {"the data directory", "attempt(lambda: read('" + data.path() + "/secret.txt'))"},
       {"the folder of the data directory", "attempt(lambda: os.listdir('" + data.path() + "'))"},
       {"temporary files of others", "attempt(lambda: read('" + elsewhere.path() + "/file.txt'))"},
       {"the shared temporary folder", "expect(os.listdir('/tmp') == [], os.listdir('/tmp'))"},
       {"root's home", "attempt(lambda: os.listdir('/root'))"},
       {"homes", "attempt(lambda: os.listdir('/home'))"},
       {"logs and databases", "attempt(lambda: os.listdir('/var'))"},
       {"the boot folder", "attempt(lambda: os.listdir('/boot'))"},
       {"devices and drivers", "attempt(lambda: os.listdir('/sys'))"},
       {"where the helper binds folders", "attempt(lambda: os.listdir('/mnt'))"},
       {"sockets of services", "expect(os.listdir('/run') == ['platos-sandbox'], os.listdir('/run'))"},
       {"the root of the first process", "attempt(lambda: os.listdir('/proc/1/root'))"},
       {"the old root below the new one",
        "expect(not any(os.path.exists(p) for p in ['/oldroot', '/newroot', '/../root', '/proc/1/cwd/root']))"},
       {"memory of the kernel", "attempt(lambda: read('/proc/kcore'))"},
       {"memory of the machine", "attempt(lambda: read('/dev/mem'))"},
       {"messages of the kernel", "attempt(lambda: read('/dev/kmsg'))"},
       {"disks", "expect(not [d for d in os.listdir('/dev') if d.startswith(('sd', 'vd', 'nvme', 'loop', 'dm-'))])"},
       {"a file by its handle", "call(304, -100, b'\\0' * 32, 0)"},
       {"a handle of a file", "call(303, -100, b'/usr', b'\\x80' + b'\\0' * 200, b'\\0' * 8, 0)"}});
}

TEST_CASE_METHOD(SandboxStage, "files of the host cannot be changed") {
  expect_denied(
      *this,
      {{"programs", "attempt(lambda: write('/usr/bin/platos-was-here'))"},
       {"a program that is there", "attempt(lambda: open('/usr/bin/env', 'r+b'))"},
       {"system settings", "attempt(lambda: write('/etc/platos-was-here'))"},
       {"its own user list", "attempt(lambda: write('/etc/passwd'))"},
       {"the root folder", "attempt(lambda: write('/platos-was-here'))"},
       {"the list of devices", "attempt(lambda: write('/dev/platos-was-here'))"},
       {"its own script", "os.chmod('/job/main.py', 0o777) if False else attempt(lambda: open('/job/main.py', 'r+'))"},
       {"rights of its own script", "attempt(lambda: os.chmod('/job/main.py', 0o777))"},
       {"another file beside its script", "attempt(lambda: write('/job/other.py'))"},
       {"the helper", "attempt(lambda: open('/run/platos-sandbox', 'r+b'))"},
       {"removing the helper", "attempt(lambda: os.unlink('/run/platos-sandbox'))"},
       {"a hard link to a program",
        "def link():\n    try:\n        os.link('/usr/bin/env', '/workspace/env')\n    except OSError as e:\n"
        "        raise PermissionError(errno.EPERM, 'x') if e.errno in (errno.EXDEV, errno.EPERM, errno.EACCES) else "
        "e\n"
        "attempt(link)"},
       {"the kernel's settings", "attempt(lambda: write('/proc/sys/kernel/hostname'))"},
       {"where cores go", "attempt(lambda: write('/proc/sys/kernel/core_pattern', '|/bin/sh'))"},
       {"magic keys", "attempt(lambda: write('/proc/sysrq-trigger', 'b'))"},
       {"its user mapping", "attempt(lambda: write('/proc/self/uid_map', '0 0 1'))"},
       {"its order of dying", "attempt(lambda: write('/proc/self/oom_score_adj', '-1000'))"},
       {"memory of the first process", "attempt(lambda: open('/proc/1/mem', 'r+b').write(b'x'))"},
       {"its own memory behind the filter's back", "attempt(lambda: open('/proc/self/mem', 'r+b'))"}});
}

TEST_CASE_METHOD(SandboxStage, "links in a workspace lead nowhere outside") {
  data.write("secret.txt", "the daemon's own");
  sandbox::Sandbox box(options, clock, logger);
  ports::ScriptJob job;
  job.workspace = box.workspaces().open("env", "thread").value();
  job.command = {"/bin/sh", "-c",
                 "ln -s " + data.path() +
                     "/secret.txt a; ln -s /etc/shadow b; ln -s ../../.. c; ln -s /proc/1/root d;"
                     "cat a b; ls c/../.. d/root; echo end"};
  const auto result = run_in(box, job);
  REQUIRE(result);
  INFO(result->errors);
  CHECK(result->output.find("the daemon's own") == std::string::npos);
  CHECK(result->output.find("root:") == std::string::npos);
  CHECK(result->output.ends_with("end\n"));
  CHECK(result->errors.find("a: No such file") != std::string::npos);
  CHECK(result->errors.find("b: No such file") != std::string::npos);
}

TEST_CASE_METHOD(SandboxStage, "programs of one thread do not see the workspace of another") {
  sandbox::Sandbox box(options, clock, logger);
  const std::string mine = box.workspaces().open("env", "mine").value();
  const std::string other = box.workspaces().open("env", "other").value();
  std::ofstream(other + "/note.txt") << "theirs";
  ports::ScriptJob job;
  job.workspace = mine;
  job.command = {"/bin/sh", "-c", "cat " + other + "/note.txt ../*/note.txt /workspace/../*/note.txt; ls -A"};
  const auto result = run_in(box, job);
  REQUIRE(result);
  CHECK(result->output.empty());
}
