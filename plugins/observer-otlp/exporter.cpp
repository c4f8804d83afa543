#include "exporter.hpp"

#include <algorithm>
#include <random>

#include "common/clean_text.hpp"
#include "otlp_json.hpp"
#include "platos/cpp/services.hpp"

namespace platos::observer_otlp {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

/// A random UUID (version 4). Two daemons must not send the same cumulative series.
std::string random_uuid() {
  static constexpr char kHex[] = "0123456789abcdef";
  std::random_device random;
  std::string text = "00000000-0000-4000-8000-000000000000";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '0') text[i] = kHex[random() & 15U];
    if (text[i] == '8' && i == 19) text[i] = kHex[8U + (random() & 3U)];
  }
  return text;
}

std::string make_resource(const Config& config) {
  constexpr std::size_t kMaxBytes = 256;
  std::string text;
  sdk::JsonWriter json(text);
  json.begin_object().key("attributes").begin_array();
  write_text_attribute(json, "service.name", "platos");
  if (!config.service_version.empty()) {
    write_text_attribute(json, "service.version", plugin_common::clean_text(config.service_version, kMaxBytes));
  }
  const std::string id = config.service_instance_id.empty() ? random_uuid() : config.service_instance_id;
  write_text_attribute(json, "service.instance.id", plugin_common::clean_text(id, kMaxBytes));
  json.end_array().end_object();
  return text;
}

}  // namespace

Exporter::Exporter(sdk::Host host, const Config& config)
    : host_(host), config_(config), resource_(make_resource(config)), headers_(config.headers) {
  headers_.emplace_back("content-type", "application/json");
}

Verdict Exporter::send(const sdk::Call& call, const Signal& signal, std::string_view items, std::size_t count) const {
  std::string body;
  sdk::JsonWriter json(body);
  json.begin_object().key(signal.envelope).begin_array().begin_object().key("resource").raw(resource_);
  json.key(signal.scope_envelope).begin_array().begin_object();
  json.key("scope").begin_object().key("name").value("platos").end_object();
  json.key(signal.items).begin_array().raw(items).end_array();
  json.end_object().end_array().end_object().end_array().end_object();
  const std::int64_t left_ms = (call.deadline_ns() - host_.monotonic_ns()) / kNsPerMs;
  const auto timeout_ms = static_cast<std::int32_t>(std::clamp<std::int64_t>(left_ms, 1, config_.timeout_ms));
  try {
    const auto answer = sdk::http_exchange(host_, call, "POST", config_.endpoint + std::string(signal.path), headers_,
                                           body, timeout_ms);
    return judge_answer(answer, signal.rejected_member, count, wall_ns() / kNsPerMs);
  } catch (const sdk::Error& failure) {
    return judge_failure(failure.code());
  }
}

bool Exporter::has_time(const sdk::Call& call) const {
  return !call.is_cancelled() && call.deadline_ns() > host_.monotonic_ns();
}

std::int64_t Exporter::wall_ns() const { return host_.table()->now_ns(host_.table(), PLATOS_CLOCK_WALL); }

}  // namespace platos::observer_otlp
