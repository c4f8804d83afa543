#include "load/generator.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace platos::bench {
namespace {

constexpr std::size_t kReceiveBytes = 256 * 1024;
constexpr std::int64_t kMaxErrors = 10'000;  // a server that refuses everything ends the run
constexpr std::int64_t kLookEveryUs = 200'000;

[[noreturn]] void fail_system(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

Generator::Generator(const Options& options)
    : options_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(kReceiveBytes) {
  if (epoll_ < 0) fail_system("epoll_create1");
  for (int i = 0; i < options_.clients; ++i) clients_.push_back(std::make_unique<Client>(options_.wire));
}

Generator::~Generator() {
  for (const auto& client : clients_) {
    if (client->fd >= 0) ::close(client->fd);
  }
  ::close(epoll_);
}

Measurements Generator::run() {
  seen_.before = usage_of(options_.pids);
  seen_.peak_resident_kib = seen_.before.resident_kib;
  start_us_ = monotonic_us();
  end_us_ = start_us_ + static_cast<std::int64_t>(options_.seconds * 1e6);
  std::array<epoll_event, 512> events;
  while (!over()) {
    start_due_clients();
    restart_failed_clients();
    const int pause_ms = started_ < clients_.size() || !failed_.empty() ? 1 : 20;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), pause_ms);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      handle(static_cast<std::size_t>(event.data.u64), event.events);
    }
    every_so_often();
  }
  seen_.seconds = static_cast<double>(monotonic_us() - start_us_) / 1e6;
  seen_.after = usage_of(options_.pids);
  seen_.unfinished = busy_;
  return std::move(seen_);
}

bool Generator::over() const {
  const bool all_made = started_ == clients_.size() && busy_ == 0 && failed_.empty();
  return all_made || errors_ >= kMaxErrors || monotonic_us() >= end_us_;
}

bool Generator::may_begin() const {
  return monotonic_us() < end_us_ && (options_.turns == 0 || begun_turns_ < options_.turns);
}

void Generator::start_due_clients() {
  const std::int64_t elapsed_us = monotonic_us() - start_us_;
  const auto all = static_cast<std::int64_t>(clients_.size());
  while (started_ < clients_.size() &&
         elapsed_us * all >= options_.spread_ms * 1'000 * static_cast<std::int64_t>(started_))
    begin_turn(started_++);
}

void Generator::restart_failed_clients() {
  std::vector<std::size_t> numbers;
  numbers.swap(failed_);
  for (const auto number : numbers) begin_turn(number);
}

void Generator::begin_turn(std::size_t number) {
  Client& client = *clients_[number];
  if (!may_begin()) return leave(client);
  ++begun_turns_;
  ++busy_;
  client.busy = true;
  client.reader.next();
  client.watch.begin();
  client.tokens = 0;
  client.first_token_us = 0;
  client.sent = 0;
  if (client.turns_in_thread >= options_.turns_per_thread) {
    client.watch.forget_thread();
    client.turns_in_thread = 0;
  }
  write_request(client);
  client.begun_us = monotonic_us();
  if (client.fd >= 0) return send(number);
  if (!connect(number)) fail(number, "connect");
}

void Generator::write_request(Client& client) const {
  std::string path = "/v1/chat/completions";
  std::string body = R"({"model":")" + options_.model +
                     R"(","stream":true,"stream_options":{"include_usage":true},)"
                     R"("messages":[{"role":"user","content":"Say something."}]})";
  std::string more;
  if (options_.wire == Wire::Platos) {
    const std::string& thread = client.watch.thread_id();
    path = thread.empty() ? "/api/v1/agent/agents/" + options_.agent + "/chat/stream"
                          : "/api/v1/agent/threads/" + thread + "/stream";
    body = R"({"message":"Say something."})";
    more = "Authorization: Bearer " + options_.key + "\r\n";
  }
  client.out = "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) + "\r\n" + more +
               "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

bool Generator::connect(std::size_t number) {
  Client& client = *clients_[number];
  client.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (client.fd < 0) fail_system("socket (too many clients for this process?)");
  const int yes = 1;
  ::setsockopt(client.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options_.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(client.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS)
    return false;
  client.connecting = true;
  client.watches_output = true;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.u64 = number;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event) != 0) fail_system("epoll_ctl");
  return true;
}

void Generator::send(std::size_t number) {
  Client& client = *clients_[number];
  while (client.sent < client.out.size()) {
    const auto size = ::send(client.fd, client.out.data() + client.sent, client.out.size() - client.sent, MSG_NOSIGNAL);
    if (size < 0 && errno == EAGAIN) break;
    if (size < 0) return fail(number, "send");
    client.sent += static_cast<std::size_t>(size);
  }
  watch_output(number, client.sent < client.out.size());
}

void Generator::watch_output(std::size_t number, bool wanted) {
  Client& client = *clients_[number];
  if (client.watches_output == wanted) return;
  client.watches_output = wanted;
  epoll_event event{};
  event.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u64 = number;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd, &event);
}

void Generator::handle(std::size_t number, std::uint32_t events) {
  Client& client = *clients_[number];
  if (client.fd < 0) return;
  if (client.connecting && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
    int problem = 0;
    socklen_t size = sizeof problem;
    ::getsockopt(client.fd, SOL_SOCKET, SO_ERROR, &problem, &size);
    if (problem != 0) return fail(number, "connect");
    client.connecting = false;
  }
  if ((events & EPOLLOUT) != 0) send(number);
  if (client.fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(number);
}

void Generator::receive(std::size_t number) {
  Client& client = *clients_[number];
  const auto size = ::recv(client.fd, buffer_.data(), buffer_.size(), 0);
  if (size < 0 && errno == EAGAIN) return;
  if (!client.busy) return leave(client);  // an idle connection ends, or says something unasked
  if (size < 0) return fail(number, "reset");
  if (size == 0) return fail(number, client.reader.began() ? "cut_short" : "closed_before_answer");
  const std::int64_t now_us = monotonic_us();
  const auto state = client.reader.feed({buffer_.data(), static_cast<std::size_t>(size)}, [&](std::string_view piece) {
    client.watch.feed(piece, [&](std::int64_t stamp_us) { on_token(client, stamp_us, now_us); });
  });
  if (state == AnswerReader::State::Broken) return fail(number, "not_http");
  if (state == AnswerReader::State::Done) end_turn(number);
}

void Generator::on_token(Client& client, std::int64_t stamp_us, std::int64_t now_us) {
  ++client.tokens;
  seen_.late_us.push_back(static_cast<float>(now_us - stamp_us));
  if (client.first_token_us != 0) return;
  client.first_token_us = now_us;
  client.streaming = true;
  seen_.max_streaming = std::max(seen_.max_streaming, ++streaming_);
}

std::string Generator::problem_of(const Client& client) const {
  if (client.reader.status() != 200) return "http_" + std::to_string(client.reader.status());
  if (!client.watch.error_code().empty()) return "event_" + client.watch.error_code();
  if (!client.watch.done()) return "no_done";
  if (options_.tokens != 0 && client.tokens != options_.tokens) return "tokens_" + std::to_string(client.tokens);
  return {};
}

void Generator::end_turn(std::size_t number) {
  Client& client = *clients_[number];
  const std::string problem = problem_of(client);
  if (!problem.empty()) return fail(number, problem);
  const std::int64_t now_us = monotonic_us();
  ++seen_.turns;
  ++client.turns_in_thread;
  seen_.turn_us.push_back(static_cast<float>(now_us - client.begun_us));
  if (client.first_token_us != 0) seen_.ttft_us.push_back(static_cast<float>(client.first_token_us - client.begun_us));
  client.busy = false;
  --busy_;
  if (std::exchange(client.streaming, false)) --streaming_;
  if (client.reader.closes() || options_.hold) leave(client);
  if (!options_.hold) begin_turn(number);
}

void Generator::fail(std::size_t number, const std::string& kind) {
  Client& client = *clients_[number];
  ++seen_.errors[kind];
  ++errors_;
  client.busy = false;
  --busy_;
  if (std::exchange(client.streaming, false)) --streaming_;
  client.watch.forget_thread();
  client.turns_in_thread = 0;
  leave(client);
  if (!options_.hold) failed_.push_back(number);
}

void Generator::leave(Client& client) {
  if (client.fd >= 0) ::close(client.fd);
  client.fd = -1;
  client.connecting = false;
}

void Generator::every_so_often() {
  const std::int64_t now_us = monotonic_us();
  if (now_us < next_look_us_) return;
  next_look_us_ = now_us + kLookEveryUs;
  seen_.peak_resident_kib = std::max(seen_.peak_resident_kib, usage_of(options_.pids).resident_kib);
  for (std::size_t number = 0; number < started_; ++number) {
    const Client& client = *clients_[number];
    if (client.busy && now_us - client.begun_us > options_.turn_timeout_ms * 1'000) fail(number, "timeout");
  }
}

}  // namespace platos::bench
