// Records as the host would make them, for tests of observers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/slice.hpp"
#include "platos/observer.h"

namespace platos::tests {

/// Owns everything that the record points to.
class Record {
 public:
  explicit Record(std::int32_t kind) {
    record_.struct_size = sizeof record_;
    record_.kind = kind;
  }
  static Record span(std::string_view name, std::uint8_t number = 1) {
    Record made(PLATOS_RECORD_SPAN);
    made.ids(number);
    made.name(name).times(1'700'000'000'000'000'001, 1'700'000'000'250'000'002);
    return made;
  }
  static Record log(std::string_view body, std::int32_t severity = PLATOS_SEVERITY_INFO) {
    Record made(PLATOS_RECORD_LOG);
    made.body(body).severity(severity).times(0, 1'700'000'000'000'000'003);
    return made;
  }
  static Record metric(std::string_view name, std::int32_t metric_kind, double value) {
    Record made(PLATOS_RECORD_METRIC);
    made.name(name).times(0, 1'700'000'000'000'000'004);
    made.record_.metric_kind = metric_kind;
    made.record_.value = value;
    return made;
  }

  Record& ids(std::uint8_t number) {
    std::fill(std::begin(record_.trace_id), std::end(record_.trace_id), std::uint8_t{0xab});
    std::fill(std::begin(record_.span_id), std::end(record_.span_id), number);
    return *this;
  }
  Record& parent(std::uint8_t number) {
    std::fill(std::begin(record_.parent_span_id), std::end(record_.parent_span_id), number);
    return *this;
  }
  Record& name(std::string_view text) { return record_.name = keep(text), *this; }
  Record& body(std::string_view text) { return record_.body = keep(text), *this; }
  Record& severity(std::int32_t value) { return record_.severity = value, *this; }
  Record& span_kind(std::int32_t value) { return record_.span_kind = value, *this; }
  Record& times(std::int64_t start_ns, std::int64_t end_ns) {
    record_.start_ns = start_ns;
    record_.end_ns = end_ns;
    return *this;
  }
  Record& text(std::string_view key, std::string_view value) {
    return add({keep(key), PLATOS_ATTRIBUTE_TEXT, 0, 0, 0, keep(value)});
  }
  Record& integer(std::string_view key, std::int64_t value) {
    return add({keep(key), PLATOS_ATTRIBUTE_INTEGER, 0, value, 0, {}});
  }
  Record& number(std::string_view key, double value) {
    return add({keep(key), PLATOS_ATTRIBUTE_DOUBLE, 0, 0, value, {}});
  }
  Record& flag(std::string_view key, bool value) {
    return add({keep(key), PLATOS_ATTRIBUTE_BOOLEAN, 0, value ? 1 : 0, 0, {}});
  }
  Record& attribute_of_type(std::string_view key, std::int32_t type) { return add({keep(key), type, 0, 7, 7, {}}); }

  const platos_record_t* get() const {
    record_.attributes = attributes_.data();
    record_.attribute_count = static_cast<std::uint32_t>(attributes_.size());
    return &record_;
  }

 private:
  platos_slice_t keep(std::string_view text) {
    texts_->emplace_back(text);
    return sdk::slice(texts_->back());
  }
  Record& add(platos_attribute_t attribute) {
    attributes_.push_back(attribute);
    return *this;
  }

  mutable platos_record_t record_{};
  std::vector<platos_attribute_t> attributes_;
  std::shared_ptr<std::deque<std::string>> texts_ = std::make_shared<std::deque<std::string>>();
};

inline std::vector<const platos_record_t*> pointers(const std::vector<Record>& records) {
  std::vector<const platos_record_t*> list;
  for (const Record& record : records) list.push_back(record.get());
  return list;
}

}  // namespace platos::tests
