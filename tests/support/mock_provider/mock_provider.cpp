#include "mock_provider/mock_provider.hpp"

#include <strings.h>

#include "mock_provider/board.hpp"
#include "mock_provider/server.hpp"

namespace platos::tests {

std::string_view ReceivedRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() && strncasecmp(key.data(), name.data(), name.size()) == 0) return value;
  }
  return {};
}

MockProvider::MockProvider(MockOptions options)
    : board_(std::make_unique<mock::Board>(options.kept_requests)),
      server_(std::make_unique<mock::Server>(*board_, options.port)),
      thread_([this] { server_->run(); }) {}

MockProvider::~MockProvider() {
  server_->stop();
  thread_.join();
}

std::string MockProvider::base_url() const { return "http://127.0.0.1:" + std::to_string(port()) + "/v1"; }

std::uint16_t MockProvider::port() const { return server_->port(); }

std::vector<ReceivedRequest> MockProvider::requests() const { return board_->requests(); }

MockStats MockProvider::stats() const { return board_->stats(); }

bool MockProvider::wait_until(const std::function<bool(const MockStats&)>& predicate,
                              std::chrono::milliseconds timeout) const {
  return board_->wait_until(predicate, timeout);
}

void MockProvider::release() { server_->release(board_->stats().total); }

}  // namespace platos::tests
