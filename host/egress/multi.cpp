#include "egress/multi.hpp"

#include <sys/epoll.h>

namespace platos::egress {

class Client::Multi::Socket final : public base::FdHandler {
 public:
  Socket(Multi& owner, curl_socket_t fd) : owner_(owner), fd_(fd) {}
  ~Socket() override { owner_.loop_.unwatch(fd_); }

  void watch(int what) {
    std::uint32_t events = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= EPOLLOUT;
    owner_.loop_.watch(fd_, events, *this);
  }
  void on_ready(std::uint32_t events) override {
    int bits = 0;
    if ((events & EPOLLIN) != 0) bits |= CURL_CSELECT_IN;
    if ((events & EPOLLOUT) != 0) bits |= CURL_CSELECT_OUT;
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) bits |= CURL_CSELECT_ERR;
    owner_.act(fd_, bits);  // may destroy this
  }

 private:
  Multi& owner_;
  curl_socket_t fd_;
};

Client::Multi::Multi(base::Loop& loop) : loop_(loop), handle_(curl_multi_init()) {
  curl_multi_setopt(handle_, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
  curl_multi_setopt(handle_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(handle_, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
  curl_multi_setopt(handle_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(handle_, CURLMOPT_MAXCONNECTS, static_cast<long>(kMaxTransfers));
}

Client::Multi::~Multi() {
  *alive_ = false;
  loop_.cancel(timer_);
  for (const auto& [easy, done] : transfers_) curl_multi_remove_handle(handle_, easy);
  curl_multi_cleanup(handle_);
}

void Client::Multi::add(CURL* easy, std::function<void(CURLcode)> done) {
  transfers_.emplace(easy, std::move(done));
  curl_multi_add_handle(handle_, easy);
}

void Client::Multi::remove(CURL* easy) {
  if (transfers_.erase(easy) > 0) curl_multi_remove_handle(handle_, easy);
}

int Client::Multi::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) noexcept {
  auto& multi = *static_cast<Multi*>(self);
  if (what == CURL_POLL_REMOVE) {
    multi.sockets_.erase(fd);
    return 0;
  }
  auto& socket = multi.sockets_[fd];
  if (!socket) socket = std::make_unique<Socket>(multi, fd);
  socket->watch(what);
  return 0;
}

int Client::Multi::on_timer(CURLM*, long timeout_ms, void* self) noexcept {
  auto& multi = *static_cast<Multi*>(self);
  multi.loop_.cancel(multi.timer_);
  multi.timer_ = {0, 0};
  if (timeout_ms < 0) return 0;
  multi.timer_ = multi.loop_.call_after(timeout_ms * 1000, [&multi] { multi.act(CURL_SOCKET_TIMEOUT, 0); });
  return 0;
}

void Client::Multi::act(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(handle_, fd, events, &running);
  collect_finished();
}

void Client::Multi::collect_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(handle_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    const auto found = transfers_.find(easy);
    if (found == transfers_.end()) continue;
    auto done = std::move(found->second);
    transfers_.erase(found);
    curl_multi_remove_handle(handle_, easy);
    loop_.defer([done = std::move(done), code] { done(code); });
  }
}

}  // namespace platos::egress
