// An observer in raw C tables. Configuration: {"mode": "...", "path"?: "<file>"}. With a path it writes down every
// record that it is given, one line each, and "hung" when it is about to hang.
#include <poll.h>

#include <fstream>
#include <stdexcept>

#include "rogue-kit/rogue_kit.hpp"

using platos::sdk::view;

namespace {

struct Observer {
  Observer(const platos_host_t* its_host, std::string_view config)
      : host(its_host), mode(rogue::member(config, "mode")), path(rogue::member(config, "path")) {}
  const platos_host_t* host;
  const std::string mode;
  const std::string path;
};

Observer& observer_of(platos_instance_t* handle) { return rogue::object_of<Observer>(handle); }

void write_down(const Observer& observer, std::string_view line) {
  if (!observer.path.empty()) std::ofstream(observer.path, std::ios::app) << line << '\n';
}

std::string line_of(const platos_record_t& record) {
  std::string line =
      std::to_string(record.kind) + " " + std::string(view(record.name)) + " " + std::string(view(record.body));
  for (std::uint32_t i = 0; i < record.attribute_count; ++i) {
    const platos_attribute_t& each = record.attributes[i];
    line += " " + std::string(view(each.key)) + "=";
    line += each.type == PLATOS_ATTRIBUTE_TEXT ? std::string(view(each.text)) : std::to_string(each.integer);
  }
  return line;
}

std::int32_t consume(platos_instance_t* instance, platos_call_t*, const platos_record_t* const* records,
                     std::size_t count, platos_error_t* error) {
  const Observer& observer = observer_of(instance);
  if (observer.mode == "throws") throw std::runtime_error("thrown by consume");
  if (observer.mode == "fails") return rogue::refuse(observer.host, error, PLATOS_UNAVAILABLE, "nobody is at home");
  if (observer.mode == "blocks") {
    constexpr int kMinuteMs = 60'000;
    write_down(observer, "hung");
    ::poll(nullptr, 0, kMinuteMs);
  }
  if (observer.mode == "hangs") {
    write_down(observer, "hung");
    rogue::hang();
  }
  for (std::size_t i = 0; i < count; ++i) write_down(observer, line_of(*records[i]));
  return PLATOS_OK;
}

std::int32_t flush(platos_instance_t* instance, platos_call_t*, platos_error_t* error) {
  const Observer& observer = observer_of(instance);
  if (observer.mode == "flush_throws") throw 42;
  if (observer.mode == "flush_fails")
    return rogue::refuse(observer.host, error, PLATOS_INTERNAL, "the pipe is blocked");
  if (observer.mode == "flush_hangs") {
    write_down(observer, "hung");
    rogue::hang();
  }
  write_down(observer, "flushed");
  return PLATOS_OK;
}

const platos_observer_t kObserver = {sizeof(platos_observer_t), 0, consume, flush};

}  // namespace

ROGUE_ENTRY(Observer, kObserver, PLATOS_OBSERVER_INTERFACE);
