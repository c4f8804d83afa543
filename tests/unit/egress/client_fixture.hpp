// A client on a loop, and a handler that writes down what it hears.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/task_set.hpp"
#include "egress/client.hpp"

namespace platos::egress {

struct Recorder final : ResponseHandler {
  int status = 0;
  int heads = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> frames;
  std::string body;  ///< all data, joined
  std::function<Result<void>(std::string_view)> on_data;
  std::function<bool()> is_ready;

  Result<void> on_head(int code, std::span<const ports::Header> list) override {
    ++heads;
    status = code;
    for (const auto& header : list) headers.emplace_back(header.name, header.value);
    return {};
  }
  Result<void> on_frame(std::string_view, std::string_view data) override {
    frames.emplace_back(data);
    body += data;
    return on_data ? on_data(data) : Result<void>{};
  }
  bool ready() override { return !is_ready || is_ready(); }
};

struct ClientFixture {
  base::SystemClock clock;
  base::Loop loop{clock};
  base::WorkerPool resolvers{"dns", 1, 16};
  Client client;

  explicit ClientFixture(ClientOptions options = {}) : client(loop, resolvers, options) {}

  static HttpRequest get(const std::string& url, ports::Framing framing = ports::Framing::Raw) {
    HttpRequest request;
    request.url = url;
    request.framing = framing;
    request.trust = HostTrust::Operator;
    return request;
  }
  static HttpRequest chat(const std::string& base_url, const std::string& model) {
    HttpRequest request = get(base_url + "/chat/completions", ports::Framing::ServerSentEvents);
    request.method = "POST";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = R"({"model":")" + model + R"(","stream":true,"messages":[{"role":"user","content":"hi"}]})";
    return request;
  }
  Result<void> send(HttpRequest request, Recorder& recorder, base::CancelToken cancel = {}) {
    return base::run_to_end(loop, client.exchange(std::move(request), recorder, std::move(cancel)));
  }
};

/// Runs an exchange in a set and keeps its result.
inline Task<void> keep(Client* client, HttpRequest request, ResponseHandler* handler, base::CancelToken cancel,
                       std::optional<Result<void>>* result) {
  auto done = co_await client->exchange(std::move(request), *handler, std::move(cancel));
  *result = std::move(done);
}

inline std::unique_ptr<base::TaskSet> task_set(base::Loop& loop) {
  return std::make_unique<base::TaskSet>(loop, [](std::string_view, std::exception_ptr) {});
}

}  // namespace platos::egress
