// The clients of a load run: each waits for the end of its turn before it begins the next.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "load/answer_reader.hpp"
#include "load/measurements.hpp"
#include "load/options.hpp"
#include "load/turn_watch.hpp"

namespace platos::bench {

/// One thread, epoll, plain sockets to 127.0.0.1. Ends when the turns are made or the time is over, whatever the server
/// does. Throws std::system_error when it cannot have the descriptors it needs.
class Generator {
 public:
  explicit Generator(const Options& options);
  ~Generator();
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  Measurements run();

 private:
  struct Client {
    explicit Client(Wire wire) : watch(wire) {}
    int fd = -1;
    bool busy = false;  // a turn is under way
    bool connecting = false;
    bool watches_output = false;
    bool streaming = false;
    AnswerReader reader;
    TurnWatch watch;
    std::string out;
    std::size_t sent = 0;
    std::int64_t begun_us = 0;
    std::int64_t first_token_us = 0;
    int tokens = 0;
    int turns_in_thread = 0;
  };

  bool may_begin() const;
  void start_due_clients();
  void restart_failed_clients();
  void begin_turn(std::size_t number);
  void write_request(Client& client) const;
  bool connect(std::size_t number);
  void send(std::size_t number);
  void watch_output(std::size_t number, bool wanted);
  void handle(std::size_t number, std::uint32_t events);
  void receive(std::size_t number);
  void on_token(Client& client, std::int64_t stamp_us, std::int64_t now_us);
  void end_turn(std::size_t number);
  std::string problem_of(const Client& client) const;
  void fail(std::size_t number, const std::string& kind);
  void leave(Client& client);
  void every_so_often();
  bool over() const;

  const Options options_;
  Measurements seen_;
  int epoll_ = -1;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<char> buffer_;
  std::vector<std::size_t> failed_;  // begin anew in the next pass: a refused connection must not recurse
  std::size_t started_ = 0;
  std::int64_t errors_ = 0;
  std::int64_t begun_turns_ = 0;
  std::int64_t busy_ = 0;
  std::int64_t streaming_ = 0;
  std::int64_t start_us_ = 0;
  std::int64_t end_us_ = 0;
  std::int64_t next_look_us_ = 0;
};

}  // namespace platos::bench
