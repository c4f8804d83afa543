// System calls that are doors: namespaces, mounts, tracing, modules, keys, and what else the kernel has.
#include "attempts.hpp"

using namespace platos;
using namespace platos::tests;

TEST_CASE_METHOD(SandboxStage, "namespaces and mounts stay as they are") {
  expect_denied(*this, {{"a user namespace", "call(272, 0x10000000)"},
                        {"a mount namespace", "call(272, 0x00020000)"},
                        {"a network namespace", "call(272, 0x40000000)"},
                        {"a user namespace by clone", "call(56, 0x10000000 | 17, 0, 0, 0, 0)"},
                        {"a process namespace by clone", "call(56, 0x20000000 | 17, 0, 0, 0, 0)"},
                        {"any namespace by clone3", "call(435, b'\\0' * 3 + b'\\x10' + b'\\0' * 84, 88)"},
                        {"entering a namespace", "call(308, os.open('/proc/1/ns/net', 0) if False else 0, 0)"},
                        {"a mount", "call(165, b'none', b'/tmp', b'tmpfs', 0, 0)"},
                        {"a bind of the root", "call(165, b'/', b'/tmp', b'', 4096, 0)"},
                        {"making the root writable", "call(165, b'', b'/', b'', 32 | 4096, 0)"},
                        {"another /proc", "call(165, b'proc', b'/tmp', b'proc', 0, 0)"},
                        {"taking /proc away", "call(166, b'/proc', 2)"},
                        {"another root", "call(155, b'/tmp', b'/tmp')"},
                        {"a root inside", "call(161, b'/tmp')"},
                        {"a tree of mounts", "call(428, -100, b'/', 1)"},
                        {"a new file system", "call(430, b'tmpfs', 0)"},
                        {"attributes of mounts", "call(442, -100, b'/', 0, b'\\0' * 32, 32)"}});
}

TEST_CASE_METHOD(SandboxStage, "other processes cannot be looked into") {
  expect_denied(*this, {{"being traced", "call(101, 0, 0, 0, 0)"},
                        {"tracing the first process", "call(101, 16, 1, 0, 0)"},
                        {"tracing its parent", "call(101, 0x4206, os.getppid(), 0, 0)"},
                        {"reading memory", "call(310, 1, b'\\0' * 16, 1, b'\\0' * 16, 1, 0)"},
                        {"writing memory", "call(311, 1, b'\\0' * 16, 1, b'\\0' * 16, 1, 0)"},
                        {"descriptors of others", "call(438, 3, 0, 0)"},
                        {"comparing kernel objects", "call(312, 1, 1, 0, 0, 0)"},
                        {"environment of the first process", "attempt(lambda: read('/proc/1/environ'))"},
                        {"descriptors of the first process",
                         "attempt(lambda: [os.readlink('/proc/1/fd/' + n) for n in os.listdir('/proc/1/fd')])"},
                        {"hiding what it has open", "call(157, 4, 0)"},
                        {"typing into the terminal", "attempt(lambda: __import__('fcntl').ioctl(0, 0x5412, b'x'))"},
                        {"pasting into the console", "call(16, 0, 0x541c, b'\\3')"}});
}

TEST_CASE_METHOD(SandboxStage, "parts of the kernel that a program does not need are not there") {
  expect_denied(*this, {{"bpf", "call(321, 5, b'\\0' * 128, 128)"},
                        {"performance counters", "call(298, b'\\0' * 128, 0, -1, -1, 0)"},
                        {"page faults in user hands", "call(323, 0)"},
                        {"page faults by device", "attempt(lambda: read('/dev/userfaultfd'))"},
                        {"keys", "call(250, 0, -3, 0)"},
                        {"adding a key", "call(248, b'user', b'x', b'y', 1, -3)"},
                        {"asking for a key", "call(249, b'user', b'x', 0, -3)"},
                        {"another kernel", "call(246, 0, 0, 0, 0)"},
                        {"another kernel from a file", "call(320, 0, 0, 0, 0, 0)"},
                        {"a module", "call(175, b'', 0, b'')"},
                        {"a module from a file", "call(313, 0, b'', 0)"},
                        {"restarting the machine", "call(169, 0xfee1dead, 672274793, 0x1234567, 0)"},
                        {"swap", "call(167, b'/tmp/x', 0)"},
                        {"watching all files", "call(300, 0, 0)"},
                        {"ports of devices", "call(172, 3)"},
                        {"some ports of devices", "call(173, 0, 1, 1)"},
                        {"segments", "call(154, 0, b'\\0' * 16, 16)"},
                        {"the clock", "call(164, b'\\0' * 16, 0)"},
                        {"the clock once more", "call(227, 0, b'\\0' * 16)"},
                        {"the machine's name", "call(170, b'x', 1)"},
                        {"personality", "call(135, 0x0040000)"},
                        {"messages of the kernel", "call(103, 3, b'\\0' * 16, 16)"},
                        {"accounting", "call(163, b'/tmp/x')"},
                        {"quotas", "call(179, 0, b'', 0, b'')"},
                        {"files that are only memory", "call(319, b'x', 0)"},
                        {"secret memory", "call(447, 0)"},
                        {"shared memory that outlives it", "call(29, 0, 4096, 0o1600)"},
                        {"message queues", "call(240, b'x', 0o102, 0o600, 0)"},
                        {"asynchronous input and output", "call(206, 8, b'\\0' * 8)"},
                        {"pages of others", "call(279, 1, 1, b'\\0' * 8, b'\\0' * 8, b'\\0' * 8, 0)"}});
}

TEST_CASE_METHOD(SandboxStage, "calls of other architectures end the program") {
  // x32: the same numbers with a bit that a careless filter does not look at.
  const auto x32 = python("import ctypes\nctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 | 39))\nprint('ESCAPED')");
  CHECK(x32.exit_code == 128 + 31);
  CHECK(x32.output.empty());
  // int 0x80: the 32-bit table, whose number 20 is getpid.
  const auto compatible = python(
      "import ctypes, mmap\nm = mmap.mmap(-1, 4096, prot=7)\nm.write(b'\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3')\n"
      "f = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(m)))\nf()\nprint('ESCAPED')");
  CHECK(compatible.exit_code > 128);
  CHECK(compatible.output.empty());
}

TEST_CASE_METHOD(SandboxStage, "rights cannot be won") {
  const char* status =
      "s = dict(l.split(':\\t', 1) for l in open('/proc/self/status').read().splitlines() if ':\\t' in l)\n";
  expect_denied(
      *this,
      {{"capabilities", std::string(status) + "expect(all(int(s[k], 16) == 0 for k in ('CapInh', 'CapPrm', 'CapEff', "
                                              "'CapBnd', 'CapAmb')), s)"},
       {"new privileges", std::string(status) + "expect(s['NoNewPrivs'] == '1' and s['Seccomp'] == '2', s)"},
       {"being root", "call(105, 0)"},
       {"being root in all ways", "call(117, 0, 0, 0)"},
       {"root's group", "call(106, 0)"},
       {"groups", "call(116, 0, b'')"},
       {"the user of files", "call(122, 0) if False else call(123, 0)"},
       {"setting capabilities", "call(126, b'\\x22\\x05\\x08\\x20' + b'\\0' * 4, b'\\xff' * 24)"},
       {"a set-user-id file", "open('/workspace/x', 'w').close()\nattempt(lambda: os.chmod('/workspace/x', 0o4755))"},
       {"a set-group-id file", "open('/workspace/x', 'w').close()\nattempt(lambda: os.chmod('/workspace/x', 0o2755))"},
       {"a set-user-id file from the start",
        "attempt(lambda: os.open('/workspace/y', os.O_CREAT | os.O_WRONLY, 0o4755))"},
       {"a set-user-id file by descriptor",
        "f = open('/workspace/z', 'w')\nattempt(lambda: os.fchmod(f.fileno(), 0o4755))"},
       {"file capabilities",
        "open('/workspace/x', 'w').close()\nattempt(lambda: os.setxattr('/workspace/x', 'security.capability', "
        "b'\\1\\0\\0\\2' + b'\\xff' * 16))"},
       {"a device", "attempt(lambda: os.mknod('/workspace/d', 0o20666, os.makedev(1, 1)))"},
       {"a disk", "attempt(lambda: os.mknod('/tmp/d', 0o60666, os.makedev(8, 0)))"},
       {"a set-user-id program of the system",
        "import subprocess\nr = subprocess.run(['su', '-c', 'id'], capture_output=True, input=b'')\n"
        "expect(b'uid=0' not in r.stdout and r.returncode != 0, r)"},
       {"higher limits",
        "import resource\ntry:\n    resource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999))\n"
        "    print('ESCAPED')\nexcept (ValueError, PermissionError):\n    print('denied')"},
       {"a better priority", "attempt(lambda: os.nice(-5))"},
       {"real-time priority", "attempt(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))"},
       {"locked memory", "call(149, 0, 4096)"}});
}
