#include "driver.hpp"

#include <bit>
#include <nlohmann/json.hpp>

namespace platos::embedder_openai::testing {

using nlohmann::json;
using sdk::slice;
using sdk::view;

const std::string_view kThreeDimensions = R"({"base_url":"https://vendor.example/v1","model":"tiny","dimensions":3})";

Plugin::Plugin(std::string_view config_json) : instance(host, platos_plugin_v1, "openai", config_json) {}

namespace {

class Driver {
 public:
  Driver(const Plugin& plugin, const std::vector<std::string>& texts)
      : embedder_(plugin.instance.table<platos_embedder_t>(PLATOS_EMBEDDER_INTERFACE)) {
    std::vector<platos_slice_t> slices;
    for (const std::string& text : texts) slices.push_back(slice(text));
    fails(embedder_.begin(plugin.instance.handle(), &call_, slices.data(), slices.size(), &embedding_, &error_));
  }
  ~Driver() {
    if (embedding_ != nullptr) embedder_.end(embedding_);
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  Result run(const Answer& answer) {
    while (result_.status == PLATOS_OK && next() && exchange(answer)) continue;
    result_.message = error_.message;
    result_.detail_json = error_.detail_json;
    result_.vectors = collector_.vectors;
    result_.input_tokens = collector_.input_tokens;
    return result_;
  }

 private:
  bool fails(std::int32_t status) { return (result_.status = status) != PLATOS_OK; }

  bool next() {
    platos_step_t step{};
    step.struct_size = sizeof step;
    if (fails(embedder_.next(embedding_, &step, &collector_.table, &error_))) return false;
    result_.done = step.kind == PLATOS_STEP_DONE;
    if (step.kind != PLATOS_STEP_HTTP) return false;
    result_.method = view(step.method);
    result_.url = view(step.url);
    result_.headers.clear();
    for (std::size_t i = 0; i < step.header_count; ++i) {
      result_.headers.emplace_back(view(step.headers[i].name), view(step.headers[i].value));
    }
    result_.bodies.emplace_back(view(step.body));
    result_.framings.push_back(step.framing);
    return true;
  }

  bool exchange(const Answer& answer) {
    std::vector<platos_header_t> headers;
    for (const auto& [name, value] : answer.headers) headers.push_back({slice(name), slice(value)});
    if (fails(embedder_.on_head(embedding_, answer.http_status, headers.data(), headers.size(), &error_))) return false;
    if (answer.has_frame && !frames(answer)) return false;
    return !fails(embedder_.on_end(embedding_, answer.transport_status, &collector_.table, &error_));
  }

  // An error body comes in chunks.
  bool frames(const Answer& answer) {
    const bool is_raw = answer.http_status < 200 || answer.http_status > 299;
    const std::size_t chunk = is_raw ? 7 : std::max<std::size_t>(answer.body.size(), 1);
    std::size_t at = 0;
    do {
      const std::string data = answer.body.substr(at, chunk);
      if (fails(embedder_.on_frame(embedding_, {}, slice(data), &collector_.table, &error_))) return false;
      at += chunk;
    } while (at < answer.body.size());
    return true;
  }

  const platos_embedder_t& embedder_;
  platos_call_t call_;
  platos_error_t error_;
  platos_embedding_t* embedding_ = nullptr;
  sdk::testing::VectorCollector collector_;
  Result result_;
};

}  // namespace

Result embed(const Plugin& plugin, const std::vector<std::string>& texts, const Answer& answer) {
  return Driver(plugin, texts).run(answer);
}

std::string vendor_answer(const std::string& request_body, std::size_t dimensions) {
  json data = json::array();
  std::int64_t index = 0;
  const json request = json::parse(request_body);
  for (const json& text : request.at("input")) {
    json vector = json::array();
    for (std::size_t i = 0; i < dimensions; ++i) {
      vector.push_back(static_cast<double>(std::hash<std::string>()(text.get<std::string>()) % 1000 + i) / 1000);
    }
    data.push_back({{"object", "embedding"}, {"index", index++}, {"embedding", vector}});
  }
  return json{{"object", "list"}, {"data", data}, {"model", "tiny"}, {"usage", {{"prompt_tokens", index}}}}.dump();
}

}  // namespace platos::embedder_openai::testing
