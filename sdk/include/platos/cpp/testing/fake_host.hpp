// A host for unit tests of a plugin: no daemon, no sockets. Include in tests only.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/slice.hpp"
#include "platos/entry.h"
#include "platos/provider.h"
#include "platos/skill.h"

struct platos_call {
  std::atomic<bool> cancelled{false};
  std::int64_t deadline_ns = std::numeric_limits<std::int64_t>::max();
  std::map<std::string, std::string> attributes;
};

struct platos_error {
  std::int32_t code = 0;
  std::string message;
  std::string detail_json;
};

namespace platos::sdk {
inline namespace v1_0 {
namespace testing {

/// Keeps log lines and answers services that a test registers. Must outlive the instances made with it.
class FakeHost {
 public:
  FakeHost() {
    table_.struct_size = sizeof table_;
    table_.generation = PLATOS_SDK_GENERATION;
    table_.minor = PLATOS_SDK_MINOR;
    table_.context = this;
    table_.get_service = [](const platos_host_t* self, const char* id) -> const void* {
      const auto found = of(self).services.find(id);
      return found == of(self).services.end() ? nullptr : found->second;
    };
    table_.log = [](const platos_host_t* self, std::int32_t, platos_slice_t message, platos_slice_t) {
      const std::lock_guard lock(of(self).mutex_);
      of(self).logs.emplace_back(view(message));
    };
    table_.log_level = [](const platos_host_t*) -> std::int32_t { return PLATOS_LOG_DEBUG; };
    table_.now_ns = [](const platos_host_t*, std::int32_t clock) -> std::int64_t {
      using namespace std::chrono;
      const auto since =
          clock == PLATOS_CLOCK_WALL ? system_clock::now().time_since_epoch() : steady_clock::now().time_since_epoch();
      return duration_cast<nanoseconds>(since).count();
    };
    table_.is_cancelled = [](const platos_host_t*, const platos_call_t* call) -> std::int32_t {
      return call->cancelled ? 1 : 0;
    };
    table_.deadline_ns = [](const platos_host_t*, const platos_call_t* call) { return call->deadline_ns; };
    table_.call_attribute = [](const platos_host_t*, const platos_call_t* call, const char* key) {
      const auto found = call->attributes.find(key);
      return found == call->attributes.end() ? platos_slice_t{} : slice(found->second);
    };
    table_.error_set = [](const platos_host_t*, platos_error_t* error, std::int32_t code, platos_slice_t message,
                          platos_slice_t detail) {
      *error = {code, std::string(view(message)), std::string(view(detail))};
    };
  }

  const platos_host_t* table() const noexcept { return &table_; }

  std::map<std::string, const void*> services;
  std::map<std::string, void*> owners;  ///< of services, for their functions: the fakes of fake_services.hpp
  std::vector<std::string> logs;

  static FakeHost& of(const platos_host_t* table) { return *static_cast<FakeHost*>(table->context); }

 private:
  platos_host_t table_{};
  std::mutex mutex_;
};

/// A plugin instance made through its entry, as a host would. Throws std::runtime_error with the plugin's error text.
class FakeInstance {
 public:
  FakeInstance(FakeHost& host, const platos_plugin_entry_t& entry, std::string_view component_id,
               std::string_view config_json = "{}") {
    for (std::uint32_t i = 0; i < entry.component_count(); ++i) {
      if (component_id == entry.component_at(i)->id) component_ = entry.component_at(i);
    }
    if (component_ == nullptr) throw std::runtime_error("no component " + std::string(component_id));
    platos_error_t error;
    if (component_->create(host.table(), slice(config_json), &instance_, &error) != PLATOS_OK) {
      throw std::runtime_error(error.message);
    }
  }
  ~FakeInstance() { component_->destroy(instance_); }
  FakeInstance(const FakeInstance&) = delete;
  FakeInstance& operator=(const FakeInstance&) = delete;

  platos_instance_t* handle() const noexcept { return instance_; }
  template <typename Table>
  const Table& table(const char* interface_id) const {
    return *static_cast<const Table*>(component_->get_interface(instance_, interface_id));
  }

 private:
  const platos_component_t* component_ = nullptr;
  platos_instance_t* instance_ = nullptr;
};

/// Collects bytes that a plugin writes.
struct TextWriter {
  std::string text;
  platos_writer_t table{sizeof(platos_writer_t), 0, this, [](void* self, platos_slice_t bytes) -> std::int32_t {
                          static_cast<TextWriter*>(self)->text += view(bytes);
                          return PLATOS_OK;
                        }};
};

/// Collects the output of a tool call; `refuse_after` makes the sink fail at that item.
struct OutputCollector {
  struct Item {
    std::int32_t kind;
    std::string data;
    std::string label;
  };
  std::vector<Item> items;
  std::size_t refuse_after = std::numeric_limits<std::size_t>::max();
  platos_tool_sink_t table{
      sizeof(platos_tool_sink_t), 0, this, [](void* self, const platos_output_t* output) -> std::int32_t {
        auto& collector = *static_cast<OutputCollector*>(self);
        if (collector.items.size() >= collector.refuse_after) return PLATOS_CANCELLED;
        collector.items.push_back({output->kind, std::string(view(output->data)), std::string(view(output->label))});
        return PLATOS_OK;
      }};
};

}  // namespace testing
}  // namespace v1_0
}  // namespace platos::sdk
