// Talking to anybody.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "attempts.hpp"
#include "sandbox/descriptor.hpp"

using namespace platos;
using namespace platos::tests;

namespace {

/// Sockets of this process that a program could reach if it were not confined.
struct Listeners {
  sandbox::Descriptor tcp{::socket(AF_INET, SOCK_STREAM, 0)};
  sandbox::Descriptor abstract{::socket(AF_UNIX, SOCK_STREAM, 0)};
  sandbox::Descriptor named{::socket(AF_UNIX, SOCK_STREAM, 0)};
  TempDir folder;
  std::string port;
  std::string abstract_name = "platos-test-" + std::to_string(::getpid());
  std::string path = folder.path() + "/socket";

  Listeners() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(tcp.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(tcp.get(), 8) == 0);
    socklen_t size = sizeof address;
    ::getsockname(tcp.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port = std::to_string(ntohs(address.sin_port));
    listen_on(abstract.get(), std::string(1, '\0') + abstract_name);
    listen_on(named.get(), path);
  }
  static void listen_on(int socket, const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(socket, 8) == 0);
  }
};

}  // namespace

TEST_CASE_METHOD(SandboxStage, "there is nobody to talk to") {
  const Listeners listeners;
  const std::string tcp = "socket.create_connection(('127.0.0.1', " + listeners.port + "), 2)";
  const std::string local =
      "def go(name):\n    s = socket.socket(socket.AF_UNIX)\n    try:\n        s.connect(name)\n    except "
      "ConnectionRefusedError:\n        raise PermissionError(errno.EPERM, 'nobody there')\n";
  expect_denied(
      *this, {{"TCP to a server of this machine", "attempt(lambda: " + tcp + ")"},
              {"TCP to the world", "attempt(lambda: socket.create_connection(('192.0.2.1', 80), 2))"},
              {"TCP over IPv6", "attempt(lambda: socket.create_connection(('::1', 80), 2))"},
              {"UDP", "attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))"},
              {"listening", "attempt(lambda: socket.create_server(('127.0.0.1', 0)))"},
              {"names", "attempt(lambda: socket.getaddrinfo('example.com', 80))"},
              {"raw IP", "attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))"},
              {"raw frames", "attempt(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3))"},
              {"the kernel by netlink", "attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))"},
              {"audit by netlink", "attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9))"},
              {"the hypervisor", "attempt(lambda: socket.socket(40, socket.SOCK_STREAM))"},
              {"the kernel's ciphers", "attempt(lambda: socket.socket(38, socket.SOCK_SEQPACKET))"},
              {"Bluetooth", "attempt(lambda: socket.socket(31, socket.SOCK_RAW, 1))"},
              {"key sockets", "attempt(lambda: socket.socket(15, socket.SOCK_RAW, 2))"},
              {"XDP", "attempt(lambda: socket.socket(44, socket.SOCK_RAW))"},
              {"CAN", "attempt(lambda: socket.socket(29, socket.SOCK_RAW, 1))"},
              {"an abstract socket of the host", local + "attempt(lambda: go('\\0" + listeners.abstract_name + "'))"},
              {"a named socket of the host", local + "attempt(lambda: go('" + listeners.path + "'))"},
              {"a family in the high half of the argument", "call(41, 0x100000002, 1, 0)"},
              {"interfaces", "attempt(lambda: __import__('fcntl').ioctl(0, 0x8912, b'\\0' * 40))"},
              {"io_uring, which has sockets of its own", "call(425, 8, b'\\0' * 120)"}});
}
