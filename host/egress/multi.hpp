// A libcurl multi handle driven by a loop. Internal to egress.
#pragma once

#include <curl/curl.h>

#include <map>
#include <memory>

#include "base/loop.hpp"
#include "egress/client.hpp"

namespace platos::egress {

/// curl walks all connections of a host for every new transfer, so one handle takes a limited number of them.
class Client::Multi {
 public:
  static constexpr std::size_t kMaxTransfers = 256;

  explicit Multi(base::Loop& loop);
  ~Multi();
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  /// `done` is called on the loop, outside of curl, when the transfer has ended.
  void add(CURL* easy, std::function<void(CURLcode)> done);
  /// Ends a transfer; its `done` is not called. Not from inside a curl callback.
  void remove(CURL* easy);
  std::size_t size() const { return transfers_.size(); }

 private:
  class Socket;
  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) noexcept;
  static int on_timer(CURLM*, long timeout_ms, void* self) noexcept;
  void act(curl_socket_t fd, int events);
  void collect_finished();

  base::Loop& loop_;
  CURLM* handle_;
  base::Loop::TimerId timer_{0, 0};
  std::map<CURL*, std::function<void(CURLcode)>> transfers_;
  std::map<curl_socket_t, std::unique_ptr<Socket>> sockets_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace platos::egress
