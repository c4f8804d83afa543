#include "extension/adapters/observer_adapter.hpp"

#include <algorithm>
#include <vector>

#include "extension/services/call.hpp"

namespace platos::extension {
namespace {

platos_attribute_t to_attribute(const ports::Attribute& attribute) {
  platos_attribute_t out{};
  out.key = slice_of(attribute.key);
  if (const auto* text = std::get_if<std::string>(&attribute.value)) {
    out.type = PLATOS_ATTRIBUTE_TEXT;
    out.text = slice_of(*text);
  } else if (const auto* integer = std::get_if<std::int64_t>(&attribute.value)) {
    out.type = PLATOS_ATTRIBUTE_INTEGER;
    out.integer = *integer;
  } else if (const auto* number = std::get_if<double>(&attribute.value)) {
    out.type = PLATOS_ATTRIBUTE_DOUBLE;
    out.number = *number;
  } else {
    out.type = PLATOS_ATTRIBUTE_BOOLEAN;
    out.integer = std::get<bool>(attribute.value) ? 1 : 0;
  }
  return out;
}

platos_record_t to_record(const ports::Record& record, const std::vector<platos_attribute_t>& attributes) {
  platos_record_t out{};
  out.struct_size = sizeof out;
  out.kind = static_cast<std::int32_t>(record.kind);
  std::copy(record.trace_id.begin(), record.trace_id.end(), out.trace_id);
  std::copy(record.span_id.begin(), record.span_id.end(), out.span_id);
  std::copy(record.parent_span_id.begin(), record.parent_span_id.end(), out.parent_span_id);
  out.severity = static_cast<std::int32_t>(record.severity);
  out.span_kind = static_cast<std::int32_t>(record.span_kind);
  out.metric_kind = record.metric_kind;
  out.attribute_count = static_cast<std::uint32_t>(attributes.size());
  out.start_ns = record.start_us * 1000;
  out.end_ns = record.end_us * 1000;
  out.value = record.value;
  out.name = slice_of(record.name);
  out.body = slice_of(record.body);
  out.attributes = attributes.data();
  return out;
}

}  // namespace

Result<std::shared_ptr<ObserverAdapter>> ObserverAdapter::make(std::shared_ptr<Instance> instance, bool sees_content) {
  const auto table = instance->interface_table<platos_observer_t>(PLATOS_OBSERVER_INTERFACE);
  if (!table) return fail(table.error());
  if (*table == nullptr || (*table)->consume == nullptr || (*table)->flush == nullptr) {
    return instance->breach("has no complete table for " PLATOS_OBSERVER_INTERFACE);
  }
  return std::shared_ptr<ObserverAdapter>(new ObserverAdapter(std::move(instance), *table, sees_content));
}

Result<void> ObserverAdapter::consume(std::span<const std::shared_ptr<const ports::Record>> records,
                                      std::int64_t deadline_us) {
  std::vector<std::vector<platos_attribute_t>> attributes(records.size());
  std::vector<platos_record_t> rows;
  std::vector<const platos_record_t*> list;
  rows.reserve(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (const auto& attribute : records[i]->attributes) {
      if (attribute.content && !sees_content_) continue;
      attributes[i].push_back(to_attribute(attribute));
    }
    rows.push_back(to_record(*records[i], attributes[i]));
    list.push_back(&rows.back());
  }
  platos_call_t call;
  call.context.deadline_us = deadline_us;
  return instance_->call("observer_", [&](platos_error_t* error) {
    return table_->consume(instance_->handle(), &call, list.data(), list.size(), error);
  });
}

Result<void> ObserverAdapter::flush(std::int64_t deadline_us) {
  platos_call_t call;
  call.context.deadline_us = deadline_us;
  return instance_->call("observer_",
                         [&](platos_error_t* error) { return table_->flush(instance_->handle(), &call, error); });
}

}  // namespace platos::extension
