// Runs a plugin's set-up call on a thread of its own, so that one that hangs is given up.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>

namespace platos::extension {

/// The value of `work`, or nullopt when it did not return in time; its thread is then left behind, with whatever `work`
/// holds: capture by value, or shared.
template <typename T>
std::optional<T> call_within(std::int64_t limit_ms, std::function<T()> work) {
  auto promise = std::make_shared<std::promise<T>>();
  auto value = promise->get_future();
  std::thread thread([promise, work = std::move(work)] { promise->set_value(work()); });
  if (value.wait_for(std::chrono::milliseconds(limit_ms)) == std::future_status::ready) {
    thread.join();
    return value.get();
  }
  thread.detach();
  return std::nullopt;
}

}  // namespace platos::extension
