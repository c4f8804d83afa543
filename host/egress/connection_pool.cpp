#include "egress/connection_pool.hpp"

#include <sys/epoll.h>

#include <algorithm>

namespace platos::egress {
namespace {
constexpr std::int64_t kIdleUs = 60'000'000;
constexpr std::int64_t kSweepUs = 15'000'000;
constexpr std::size_t kMaxIdle = 4096;
}  // namespace

class ConnectionPool::Idle final : public base::FdHandler {
 public:
  Idle(ConnectionPool& pool, std::string origin, std::unique_ptr<Channel> channel)
      : pool_(pool), origin_(std::move(origin)), channel_(std::move(channel)), since_us_(now_us()) {
    pool_.loop_.watch(channel_->fd(), EPOLLIN, *this);
  }
  ~Idle() override {
    if (channel_) pool_.loop_.unwatch(channel_->fd());
  }

  void on_ready(std::uint32_t) override {
    // TLS speaks for itself at times, with nothing to hand out; anything else ends the connection.
    char byte = 0;
    std::size_t moved = 0;
    if (channel_->read(&byte, 1, moved) == Channel::Io::WantsRead) return;
    pool_.drop(origin_, this);  // destroys this
  }
  std::unique_ptr<Channel> release() { return std::move(channel_); }
  bool is_old() const { return now_us() - since_us_ > kIdleUs; }

 private:
  std::int64_t now_us() const { return pool_.loop_.clock().monotonic_us(); }

  ConnectionPool& pool_;
  std::string origin_;
  std::unique_ptr<Channel> channel_;
  std::int64_t since_us_;
};

ConnectionPool::ConnectionPool(base::Loop& loop) : loop_(loop) {}

ConnectionPool::~ConnectionPool() { loop_.cancel(timer_); }

std::unique_ptr<Channel> ConnectionPool::take(const std::string& origin) {
  const auto shelf = shelves_.find(origin);
  if (shelf == shelves_.end() || shelf->second.empty()) return nullptr;
  auto channel = shelf->second.back()->release();
  shelf->second.pop_back();
  --size_;
  return channel;
}

void ConnectionPool::keep(const std::string& origin, std::unique_ptr<Channel> channel) {
  if (size_ >= kMaxIdle) return;
  shelves_[origin].push_back(std::make_unique<Idle>(*this, origin, std::move(channel)));
  ++size_;
  if (timer_.second == 0) timer_ = loop_.call_after(kSweepUs, [this] { sweep(); });
}

void ConnectionPool::drop(const std::string& origin, const Idle* idle) {
  const auto shelf = shelves_.find(origin);
  if (shelf == shelves_.end()) return;
  size_ -= std::erase_if(shelf->second, [idle](const auto& each) { return each.get() == idle; });
}

void ConnectionPool::sweep() {
  timer_ = {0, 0};
  for (auto& [origin, shelf] : shelves_) {
    const auto fresh = std::find_if(shelf.begin(), shelf.end(), [](const auto& idle) { return !idle->is_old(); });
    size_ -= static_cast<std::size_t>(fresh - shelf.begin());
    shelf.erase(shelf.begin(), fresh);
  }
  std::erase_if(shelves_, [](const auto& each) { return each.second.empty(); });
  if (size_ > 0) timer_ = loop_.call_after(kSweepUs, [this] { sweep(); });
}

}  // namespace platos::egress
