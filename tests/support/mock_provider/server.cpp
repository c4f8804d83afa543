#include "mock_provider/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace platos::tests::mock {
namespace {

// Keys of epoll events. Connections have larger ones, never used twice: a late event finds nobody.
constexpr std::uint64_t kListenerKey = 0;
constexpr std::uint64_t kWakeKey = 1;
constexpr std::uint64_t kFirstConnectionKey = 2;

constexpr std::int64_t kLongestPauseMs = 60'000;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

Descriptor listen_on(std::uint16_t port) {
  Descriptor listener(checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "mock: socket"));
  const int on = 1;
  checked(::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "mock: SO_REUSEADDR");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "mock: bind");
  checked(::listen(listener.get(), SOMAXCONN), "mock: listen");
  return listener;
}

std::uint16_t port_of(const Descriptor& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), "mock: getsockname");
  return ntohs(address.sin_port);
}

void drain(const Descriptor& counter) {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t size = ::read(counter.get(), &count, sizeof count);
}

}  // namespace

Server::Server(Board& board, std::uint16_t port)
    : board_(board),
      listener_(listen_on(port)),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "mock: epoll")),
      wake_(checked(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "mock: eventfd")),
      port_(port_of(listener_)),
      next_id_(kFirstConnectionKey) {
  watch(listener_.get(), kListenerKey, EPOLLIN);
  watch(wake_.get(), kWakeKey, EPOLLIN);
}

void Server::watch(int descriptor, std::uint64_t key, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = key;
  checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event), "mock: epoll_ctl");
}

void Server::stop() {
  stopping_ = true;
  wake();
}

void Server::release(std::int64_t last_request) {
  std::int64_t known = release_up_to_;
  while (known < last_request && !release_up_to_.compare_exchange_weak(known, last_request)) continue;
  wake();
}

void Server::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t size = ::write(wake_.get(), &one, sizeof one);
}

void Server::run() {
  std::array<epoll_event, 256> events;
  while (!stopping_) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), pause_ms());
    for (int i = 0; i < count; ++i) {
      const epoll_event event = events[static_cast<std::size_t>(i)];
      handle_event(event.data.u64, event.events);
    }
    fire_timers();
  }
}

void Server::handle_event(std::uint64_t key, std::uint32_t events) {
  switch (key) {
    case kListenerKey: return accept_all();
    case kWakeKey: return handle_wake();
    default: break;
  }
  if (Connection* connection = find(key)) handle_connection(*connection, events);
}

void Server::handle_wake() {
  drain(wake_);
  const std::int64_t last_request = release_up_to_;
  std::vector<std::uint64_t> released;
  for (const auto& [id, connection] : connections_) {
    if (connection->held && connection->request_number <= last_request) released.push_back(id);
  }
  for (const std::uint64_t id : released) {
    Connection& connection = *find(id);
    connection.answer->release(monotonic_ns());
    settle(connection);
  }
}

void Server::accept_all() {
  while (true) {
    Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() < 0) {
      // Without free descriptors the listener would stay ready for ever; the next connection that goes frees one.
      if ((errno == EMFILE || errno == ENFILE) && !connections_.empty()) set_accepting(false);
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::uint64_t id = next_id_++;
    watch(socket.get(), id, EPOLLIN);
    connections_.emplace(id, std::make_unique<Connection>(std::move(socket), id));
  }
}

void Server::set_accepting(bool accepting) {
  if (accepting == accepting_) return;
  accepting_ = accepting;
  epoll_event event{};
  event.events = accepting ? EPOLLIN : 0U;
  event.data.u64 = kListenerKey;
  checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listener_.get(), &event), "mock: epoll_ctl");
}

int Server::pause_ms() const {
  if (timers_.empty()) return -1;
  // Rounded up: streams that are due within the same millisecond share one turn of the loop, which halves the cost of
  // a token when there are thousands of them.
  const std::int64_t pause_ns = timers_.top().due_ns - monotonic_ns();
  return static_cast<int>(std::clamp<std::int64_t>((pause_ns + 999'999) / 1'000'000, 0, kLongestPauseMs));
}

void Server::fire_timers() {
  // Taken out first: a stream without a pause is due again at once, and others must have their turn in between.
  const std::int64_t now_ns = monotonic_ns();
  std::vector<Timer> due;
  while (!timers_.empty() && timers_.top().due_ns <= now_ns) {
    due.push_back(timers_.top());
    timers_.pop();
  }
  for (const Timer& timer : due) {
    Connection* connection = find(timer.connection_id);
    if (connection == nullptr || connection->timer_ns != timer.due_ns) continue;
    connection->timer_ns = kNeverNs;
    settle(*connection);
  }
}

Connection* Server::find(std::uint64_t id) {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

}  // namespace platos::tests::mock
