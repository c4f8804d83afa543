// platos_bench_entities hold|answer URL PID: backends of entities, whose secrets are on standard input, one a line.
//   hold    all of them connect and declare a tool; what they cost in memory: one JSON line
//   answer  the same, and answers calls until it is ended; prints "ready" once it can
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "load/process_usage.hpp"
#include "load/turn_watch.hpp"
#include "sockets/web_socket_crowd.hpp"

namespace {

using namespace platos::bench;

constexpr std::int64_t kOpenMs = 60'000;
constexpr std::int64_t kAnswerMs = 3'600'000;
constexpr std::string_view kRegister =
    R"({"type":"tool_register","tools":[{"name":"echo","description":"Says what it hears.","input_schema":)"
    R"({"type":"object","properties":{"query":{"type":"string"}}},"annotations":{"effect":"read"}}]})";

std::string text_after(std::string_view frame, std::string_view name) {
  const auto at = frame.find(name);
  if (at == std::string_view::npos) return {};
  const auto value = frame.substr(at + name.size());
  return std::string(value.substr(0, value.find('"')));
}

class Backends {
 public:
  explicit Backends(std::uint16_t port) : crowd_(port) {
    crowd_.on_text = [this](std::size_t number, std::string_view frame) { take(number, frame); };
  }
  void open(const std::vector<std::string>& secrets) {
    while (crowd_.size() < secrets.size()) {
      for (std::size_t i = 0; i < kCrowdAtOnce && crowd_.size() < secrets.size(); ++i)
        crowd_.add("/ws/sdk?env=production", secrets[crowd_.size()], kRegister);
      if (!crowd_.run_until([this] { return registered_ == crowd_.size(); }, kOpenMs))
        throw std::runtime_error("a backend could not declare its tool");
    }
  }
  void answer() {
    crowd_.run_until([] { return false; }, kAnswerMs);
  }

 private:
  void take(std::size_t number, std::string_view frame) {
    const auto type = text_after(frame, "\"type\":\"");
    if (type == "error") throw std::runtime_error(std::string(frame));
    if (type == "tools_registered") ++registered_;
    if (type != "tool_call") return;
    crowd_.send(number, R"({"type":"tool_result","call_id":")" + text_after(frame, "\"call_id\":\"") +
                            R"(","result":{"heard":true},"latency_ms":0})");
  }

  WebSocketCrowd crowd_;
  std::size_t registered_ = 0;
};

int run(int argc, char** argv) {
  if (argc != 4) throw std::invalid_argument("hold|answer URL PID");
  const std::string what = argv[1];
  const std::string url = argv[2];
  const int pid = std::stoi(argv[3]);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<std::string> secrets;
  for (std::string line; std::getline(std::cin, line);) secrets.push_back(line);
  Backends backends(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
  const auto before = usage_of({pid}).resident_kib;
  const auto begun_us = monotonic_us();
  backends.open(secrets);
  if (what == "hold") {
    const auto after = usage_of({pid}).resident_kib;
    std::printf(
        "{\"bench\":\"entities\",\"connected\":%zu,\"seconds\":%.2f,\"resident_kib\":%lld,\"grown_kib\":%lld}\n",
        secrets.size(), static_cast<double>(monotonic_us() - begun_us) / 1e6, static_cast<long long>(after),
        static_cast<long long>(after - before));
    return 0;
  }
  std::printf("ready\n");
  std::fflush(stdout);
  backends.answer();
  return 0;
}

}  // namespace

int main(int argc, char** argv) try { return run(argc, argv); } catch (const std::exception& error) {
  std::fprintf(stderr, "platos_bench_entities: %s\n", error.what());
  return 1;
}
