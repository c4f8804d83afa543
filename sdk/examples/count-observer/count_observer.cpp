// An observer that counts spans by name, and logs the counts when it is flushed.
#include <cstdint>
#include <map>
#include <platos/cpp/json_writer.hpp>
#include <platos/cpp/observer.hpp>
#include <span>
#include <string>
#include <string_view>

namespace {

namespace sdk = platos::sdk;

// Whatever an observer keeps needs a bound: names may come from anywhere.
constexpr std::size_t kMaxNames = 100;

class SpanCounter : public sdk::Observer {
 public:
  SpanCounter(sdk::Host host, std::string_view) : Observer(host) {}

  // Called on one thread only, so there is nothing to lock.
  void consume(sdk::Call, std::span<const platos_record_t* const> records) override {
    for (const platos_record_t* record : records) {
      if (record->kind != PLATOS_RECORD_SPAN) continue;  // the records are borrowed: copy what is kept
      const std::string name(sdk::view(record->name));
      if (counts_.size() < kMaxNames || counts_.count(name) != 0) ++counts_[name];
    }
  }

  void flush(sdk::Call) override {
    if (counts_.empty()) return;  // it comes every few seconds
    std::string fields;
    sdk::JsonWriter json(fields);
    json.begin_object();
    for (const auto& [name, count] : counts_) json.key(name).value(count);
    json.end_object();
    host().log(PLATOS_LOG_INFO, "spans since the last flush", fields);
    counts_.clear();
  }

 private:
  std::map<std::string, std::int64_t> counts_;
};

}  // namespace

PLATOS_PLUGIN("com.example.count-observer", "1.0.0", sdk::component<SpanCounter>("count"))
