// A PostgreSQL database of a test's own, and what breaks its connections in the wrong moment.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "store_fixture.hpp"

namespace platos::store {

using tests::PostgresServer;

struct PostgresFixture : DatabaseFixture {
  std::string name = std::filesystem::path(folder.path()).filename().string();
  PostgresFixture() {
    options.url = PostgresServer::shared().database(name);
    options.durable = true;
  }
  void make_table() {
    REQUIRE(open());
    REQUIRE(run("CREATE TABLE t (n BIGINT UNIQUE)"));
  }
  Result<void> put(std::int64_t number) {
    return write([number](Session& session) -> Result<void> {
      session.send(model::SystemScopeForTest::make(), "INSERT INTO t VALUES ($1)", {number});
      return {};
    });
  }
  std::string as_superuser(const std::string& sql) { return PostgresServer::shared().run(name, sql); }
  void end_connections() {
    as_superuser(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'platos' AND datname = '" +
        name + "'");
  }
  void wait_until_writable() {
    while (!database->writable()) std::this_thread::yield();
  }
};

inline int socket_at(const std::string& path, bool listens) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  // Not asserted: called from threads, where an assertion would end the program.
  const bool good = listens ? ::bind(fd, generic, sizeof address) == 0 && ::listen(fd, 8) == 0
                            : ::connect(fd, generic, sizeof address) == 0;
  if (!good) std::perror("socket_at");
  return fd;
}

/// Between a client and the server: passes everything on until it is armed and sees a COMMIT. That one reaches the
/// server or not, as armed; its answer never reaches the client.
class CommitCutter {
 public:
  enum class Cut { None, Before, After };
  CommitCutter(const std::string& folder, std::string server)
      : server_(std::move(server)), listener_(socket_at(folder + "/.s.PGSQL.5432", true)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~CommitCutter() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (auto& each : links_) each.join();
    ::close(listener_);
  }
  CommitCutter(const CommitCutter&) = delete;
  CommitCutter& operator=(const CommitCutter&) = delete;
  std::atomic<Cut> cut{Cut::None};
  std::atomic<int> cuts{0};
  std::atomic<bool> shuts_with_cut{false};
  std::atomic<bool> shut{false};  ///< nobody gets through who is not through already

 private:
  void serve() {
    for (int client = 0; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      if (shut) {
        ::close(client);
        continue;
      }
      links_.emplace_back([this, client] { pass(client, socket_at(server_ + "/.s.PGSQL.5432", false)); });
    }
  }
  void pass(int client, int server) {
    char bytes[65536];
    for (bool open = true; open;) {
      pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      ::poll(both, 2, -1);
      for (const int from : {client, server}) {
        if ((both[from == client ? 0 : 1].revents) == 0) continue;
        const ssize_t size = ::read(from, bytes, sizeof bytes);
        if (size <= 0) open = false;
        if (!open) break;
        const bool commits = from == client && std::string_view(bytes, static_cast<std::size_t>(size)).find("COMMIT") !=
                                                   std::string_view::npos;
        const Cut wanted = commits ? cut.exchange(Cut::None) : Cut::None;
        const auto length = static_cast<std::size_t>(size);
        if (wanted != Cut::Before) open = ::send(from == client ? server : client, bytes, length, MSG_NOSIGNAL) == size;
        if (wanted == Cut::After) (void)!::read(server, bytes, sizeof bytes);
        if (wanted != Cut::None) {
          shut = shuts_with_cut.load();
          ++cuts;
          open = false;
          break;
        }
      }
    }
    ::close(client);
    ::close(server);
  }

  std::string server_;
  int listener_;
  std::vector<std::thread> links_;
  std::thread thread_;
};

}  // namespace platos::store
