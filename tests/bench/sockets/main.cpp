// platos_bench_sockets idle|room|turns URL KEY_FILE AGENT PID COUNT: one JSON line.
//   idle   COUNT clients that do nothing; what they cost in memory, and how late the tokens of one turn come before
//          they are there, and with them
//   room   COUNT clients in the room of one thread: from the making of a token until the last of them has it
//   turns  COUNT clients that take turns without end for ten seconds, four turns a thread
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "load/process_usage.hpp"
#include "load/turn_watch.hpp"
#include "sockets/crowd.hpp"

namespace {

using namespace platos::bench;

constexpr std::int64_t kTurnMs = 60'000;
constexpr std::int64_t kTurnsMs = 10'000;
constexpr std::size_t kTurnsPerThread = 4;
constexpr std::string_view kAgentEvent = "[\"agent_event\",";

struct Task {
  std::uint16_t port = 0;
  std::string key;
  std::string agent;
  int pid = 0;
  std::size_t count = 0;
};

/// The type of an agent event, or nothing.
std::string_view type_of(std::string_view event) {
  constexpr std::string_view kBegin = "[\"agent_event\",{\"type\":\"";
  if (!event.starts_with(kBegin)) return {};
  event.remove_prefix(kBegin.size());
  return event.substr(0, event.find('"'));
}

std::string text_after(std::string_view event, std::string_view name) {
  const auto at = event.find(name);
  if (at == std::string_view::npos) return {};
  const auto value = event.substr(at + name.size());
  return std::string(value.substr(0, value.find('"')));
}

/// The stamp of a token: when the vendor made it.
std::int64_t stamp_of(std::string_view event) {
  const auto at = event.find("\"text\":\"@");
  return at == std::string_view::npos ? 0 : std::stoll(std::string(event.substr(at + 9, 16)));
}

std::int64_t at_share(std::vector<std::int64_t> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

std::string message(const std::string& agent, const std::string& thread) {
  std::string body = R"(["message",{"message":"ping pong","agentId":")" + agent + '"';
  if (!thread.empty()) body += R"(,"threadId":")" + thread + '"';
  return body + "}]";
}

void print(const char* name, const Task& task, const std::vector<std::int64_t>& values, const std::string& more) {
  std::printf("{\"bench\":\"%s\",\"sockets\":%zu,\"samples\":%zu,\"p50_us\":%lld,\"p99_us\":%lld,\"max_us\":%lld%s}\n",
              name, task.count, values.size(), static_cast<long long>(at_share(values, 0.5)),
              static_cast<long long>(at_share(values, 0.99)), static_cast<long long>(at_share(values, 1)),
              more.c_str());
}

/// How late the tokens of a turn come to the first client.
std::vector<std::int64_t> lateness_of_a_turn(Crowd& crowd, const std::string& agent) {
  std::vector<std::int64_t> late;
  bool done = false;
  crowd.on_event = [&](std::size_t, std::string_view event) {
    const auto type = type_of(event);
    done = done || type == "done";
    const auto stamp = type == "token" ? stamp_of(event) : 0;
    if (stamp > 0) late.push_back(monotonic_us() - stamp);
  };
  crowd.emit(0, message(agent, ""));
  if (!crowd.run_until([&] { return done; }, kTurnMs)) throw std::runtime_error("the turn did not end");
  return late;
}

void run_idle(const Task& task) {
  Crowd crowd(task.port, task.key);
  crowd.open(1);
  const auto alone = lateness_of_a_turn(crowd, task.agent);
  const auto before = usage_of({task.pid}).resident_kib;
  crowd.open(task.count);
  const auto after = usage_of({task.pid}).resident_kib;
  print("idle", task, lateness_of_a_turn(crowd, task.agent),
        ",\"alone_p50_us\":" + std::to_string(at_share(alone, 0.5)) +
            ",\"alone_p99_us\":" + std::to_string(at_share(alone, 0.99)) +
            ",\"resident_kib\":" + std::to_string(after) + ",\"grown_kib\":" + std::to_string(after - before));
}

void run_room(const Task& task) {
  Crowd crowd(task.port, task.key);
  crowd.open(task.count);
  std::string thread;
  std::size_t done = 0;
  std::size_t joined = 0;
  struct Arrivals {
    std::size_t count = 0;
    std::int64_t first_us = 0;
    std::int64_t last_us = 0;
  };
  std::map<std::int64_t, Arrivals> tokens;
  crowd.on_event = [&](std::size_t, std::string_view event) {
    const auto type = type_of(event);
    if (type == "meta" && thread.empty()) thread = text_after(event, "\"thread_id\":\"");
    if (type == "done") ++done;
    if (event.starts_with("[\"joined_thread\"")) ++joined;
    const auto stamp = type == "token" ? stamp_of(event) : 0;
    if (stamp == 0 || joined == 0) return;
    auto& each = tokens[stamp];
    each.last_us = monotonic_us();
    if (++each.count == 1) each.first_us = each.last_us;
  };
  crowd.emit(0, message(task.agent, ""));
  if (!crowd.run_until([&] { return done == 1; }, kTurnMs)) throw std::runtime_error("the first turn did not end");
  for (std::size_t i = 0; i < task.count; ++i) crowd.emit(i, R"(["join_thread",{"threadId":")" + thread + "\"}]");
  if (!crowd.run_until([&] { return joined == task.count; }, kTurnMs)) throw std::runtime_error("not all have joined");
  crowd.emit(0, message(task.agent, thread));
  if (!crowd.run_until([&] { return done == 1 + task.count; }, kTurnMs)) throw std::runtime_error("a turn did not end");
  std::vector<std::int64_t> to_last;
  std::vector<std::int64_t> spread;
  for (const auto& [stamp, each] : tokens) {
    if (each.count != task.count) throw std::runtime_error("a token did not reach everybody");
    to_last.push_back(each.last_us - stamp);
    spread.push_back(each.last_us - each.first_us);
  }
  print("room", task, to_last, ",\"first_to_last_p50_us\":" + std::to_string(at_share(spread, 0.5)));
}

void run_turns(const Task& task) {
  Crowd crowd(task.port, task.key);
  crowd.open(task.count);
  struct Taker {
    std::string thread;
    std::size_t turns = 0;
    std::int64_t begun_us = 0;
  };
  std::vector<Taker> takers(task.count);
  std::vector<std::int64_t> took;
  const auto begin = [&](std::size_t i) {
    Taker& taker = takers[i];
    if (taker.turns++ % kTurnsPerThread == 0) taker.thread.clear();
    taker.begun_us = monotonic_us();
    crowd.emit(i, message(task.agent, taker.thread));
  };
  crowd.on_event = [&](std::size_t i, std::string_view event) {
    const auto type = type_of(event);
    if (type == "error") throw std::runtime_error(std::string(event));
    if (type == "meta" && takers[i].thread.empty()) takers[i].thread = text_after(event, "\"thread_id\":\"");
    if (type != "done") return;
    took.push_back(monotonic_us() - takers[i].begun_us);
    begin(i);
  };
  const double cpu_before = usage_of({task.pid}).cpu_ms;
  const auto began_us = monotonic_us();
  for (std::size_t i = 0; i < task.count; ++i) begin(i);
  crowd.run_until([] { return false; }, kTurnsMs);
  const double seconds = static_cast<double>(monotonic_us() - began_us) / 1e6;
  const double turns = static_cast<double>(took.size());
  const double cpu_us = (usage_of({task.pid}).cpu_ms - cpu_before) * 1000 / turns;
  print("turns", task, took,
        ",\"turns_per_s\":" + std::to_string(turns / seconds) + ",\"cpu_us_per_turn\":" + std::to_string(cpu_us));
}

int run(int argc, char** argv) {
  if (argc != 7) throw std::invalid_argument("idle|room|turns URL KEY_FILE AGENT PID COUNT");
  const std::string what = argv[1];
  const std::string url = argv[2];
  Task task;
  task.port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  std::ifstream(argv[3]) >> task.key;
  task.agent = argv[4];
  task.pid = std::stoi(argv[5]);
  task.count = std::stoul(argv[6]);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (what == "idle") {
    run_idle(task);
  } else if (what == "room") {
    run_room(task);
  } else {
    run_turns(task);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) try { return run(argc, argv); } catch (const std::exception& error) {
  std::fprintf(stderr, "platos_bench_sockets: %s\n", error.what());
  return 1;
}
