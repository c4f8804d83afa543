// The event loop: one thread, epoll, non-blocking sockets.
#pragma once

#include <atomic>
#include <cstdint>
#include <queue>
#include <unordered_map>
#include <vector>

#include "mock_provider/board.hpp"
#include "mock_provider/connection.hpp"
#include "mock_provider/descriptor.hpp"
#include "mock_provider/vendor.hpp"

namespace platos::tests::mock {

/// Borrows the board. run() is called once, by the thread that everything here is bound to; port(), stop() and
/// release() may be called from any thread.
class Server {
 public:
  /// Listens on 127.0.0.1. Throws std::system_error.
  Server(Board& board, std::uint16_t port);

  std::uint16_t port() const { return port_; }
  void run();
  void stop();
  /// Ends the hold of requests with a number up to `last_request`.
  void release(std::int64_t last_request);

 private:
  struct Timer {
    std::int64_t due_ns;
    std::uint64_t connection_id;
    bool operator<(const Timer& other) const { return due_ns > other.due_ns; }
  };

  void watch(int descriptor, std::uint64_t key, std::uint32_t events);
  void wake();
  void handle_event(std::uint64_t key, std::uint32_t events);
  void handle_wake();
  void accept_all();
  void set_accepting(bool accepting);
  void handle_connection(Connection& connection, std::uint32_t events);
  void serve(Connection& connection);
  void start_answer(Connection& connection, ReadOutcome outcome, const ReceivedRequest& request);
  bool pump(Connection& connection);
  void settle(Connection& connection);
  void watch_output(Connection& connection, bool wanted);
  void report_hold(Connection& connection);
  void end_answer(Connection& connection, RequestEnd how);
  void drop(Connection& connection, RequestEnd how);
  void schedule(Connection& connection, std::int64_t due_ns);
  int pause_ms() const;
  void fire_timers();
  Connection* find(std::uint64_t id);

  Board& board_;
  Vendor vendor_;
  Descriptor listener_;
  Descriptor epoll_;
  Descriptor wake_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::int64_t> release_up_to_ = 0;
  bool accepting_ = true;
  std::uint64_t next_id_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::priority_queue<Timer> timers_;
};

}  // namespace platos::tests::mock
