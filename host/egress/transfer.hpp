// One request on its way. Internal to egress.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/completion.hpp"
#include "egress/client.hpp"
#include "egress/framer.hpp"
#include "egress/multi.hpp"

namespace platos::egress {

/// Lives in the frame of Client::exchange. Its destructor takes the transfer out of curl.
class Transfer {
 public:
  Transfer(Client& client, Client::Multi& multi, HttpRequest request, ResponseHandler& handler,
           const std::vector<std::string>& pinned_addresses, const TargetUrl& target);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Completes with the end of the transfer; at most once.
  base::Completion<CURLcode> start();
  /// Ends it early with this error.
  void abort(Error error);
  /// The result, once start() has completed.
  Result<void> outcome(CURLcode code);

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;

  void configure(const std::vector<std::string>& pinned_addresses, const TargetUrl& target);
  void take_header(std::string_view line);
  Result<void> deliver_head();
  Result<void> take_body(std::string_view bytes);
  void watch_silence();
  void resume_when_ready();

  Client& client_;
  Client::Multi& multi_;
  HttpRequest request_;
  ResponseHandler& handler_;
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  curl_slist* pins_ = nullptr;
  std::unique_ptr<Framer> framer_;
  int status_ = 0;
  std::vector<std::pair<std::string, std::string>> answer_headers_;
  bool head_delivered_ = false;
  bool paused_ = false;
  bool inside_callback_ = false;
  bool address_refused_ = false;
  std::optional<Error> failure_;
  std::int64_t last_activity_us_ = 0;
  base::Loop::TimerId silence_timer_{0, 0};
  base::Loop::TimerId resume_timer_{0, 0};
  base::Completion<CURLcode> done_;
};

}  // namespace platos::egress
