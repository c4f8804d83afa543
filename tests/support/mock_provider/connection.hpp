// One client's connection: its bytes in and out, and the answer in progress. Bound to the server thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mock_provider/answer.hpp"
#include "mock_provider/clock.hpp"
#include "mock_provider/descriptor.hpp"
#include "mock_provider/request_reader.hpp"

namespace platos::tests::mock {

class Connection {
 public:
  Connection(Descriptor socket, std::uint64_t id) : socket_(std::move(socket)), id_(id) {}

  int socket() const { return socket_.get(); }
  std::uint64_t id() const { return id_; }
  RequestReader& reader() { return reader_; }

  /// Reads what is there, once. False when the client is gone.
  bool receive();
  /// Writes as much as the socket takes. False when the client is gone.
  bool flush();
  bool has_output() const { return sent_bytes_ < output_.size(); }
  /// To be filled only while has_output() is false.
  std::string& output() { return output_; }

  std::unique_ptr<Answer> answer;    ///< Null between requests.
  std::int64_t request_number = 0;   ///< Of the answer, when it counts as a chat; else 0.
  bool held = false;                 ///< As told to the board.
  bool watches_output = false;       ///< As told to epoll.
  std::int64_t timer_ns = kNeverNs;  ///< The one timer that is valid for this connection.

 private:
  static constexpr std::size_t kReadBytes = 64 << 10;

  Descriptor socket_;
  std::uint64_t id_;
  RequestReader reader_;
  std::string output_;
  std::size_t sent_bytes_ = 0;
};

}  // namespace platos::tests::mock
