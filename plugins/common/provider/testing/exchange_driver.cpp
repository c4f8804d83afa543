#include "common/provider/testing/exchange_driver.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace platos::provider_common::testing {

using sdk::slice;
using sdk::view;

const std::string_view kStreamRequest =
    R"({"v":1,"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"stream":true})";
const std::string_view kWholeRequest =
    R"({"v":1,"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"stream":false})";

Plugin::Plugin(std::string_view config_json)
    : instance(host, platos_plugin_v1, platos_plugin_v1.component_at(0)->id, config_json) {}

std::size_t Result::stops() const {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(), [](const std::string& event) { return event.starts_with("stop:"); }));
}

std::string Result::joined(std::string_view kind) const {
  std::string text;
  for (const std::string& event : events) {
    if (event.starts_with(kind)) text += event.substr(kind.size());
  }
  return text;
}

namespace {

class Driver {
 public:
  Driver(const Plugin& plugin, std::string_view request)
      : provider_(plugin.instance.table<platos_provider_t>(PLATOS_PROVIDER_INTERFACE)) {
    begun_ = !fails(provider_.begin(plugin.instance.handle(), &call_, slice(request), &exchange_, &error_));
  }
  ~Driver() {
    if (begun_) provider_.end(exchange_);
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  Result run(const Answer& answer) {
    result_.done = begun_ && next() == PLATOS_STEP_HTTP && head(answer) && body(answer) &&
                   !fails(provider_.on_end(exchange_, answer.transport_status, &sink_, &error_)) &&
                   next() == PLATOS_STEP_DONE;
    result_.message = error_.message;
    result_.detail_json = error_.detail_json;
    return result_;
  }

  Result run_frames(const std::vector<std::string>& frames) {
    result_.done =
        begun_ && next() == PLATOS_STEP_HTTP && head({}) &&
        std::all_of(frames.begin(), frames.end(), [&](const std::string& data) { return frame({}, data); }) &&
        !fails(provider_.on_end(exchange_, PLATOS_OK, &sink_, &error_)) && next() == PLATOS_STEP_DONE;
    result_.message = error_.message;
    result_.detail_json = error_.detail_json;
    return result_;
  }

 private:
  bool fails(std::int32_t status) { return (result_.status = status) != PLATOS_OK; }

  std::int32_t next() {
    step_ = {};
    step_.struct_size = sizeof step_;
    return fails(provider_.next(exchange_, &step_, &sink_, &error_)) ? 0 : step_.kind;
  }

  bool head(const Answer& answer) {
    std::vector<platos_header_t> headers;
    for (const auto& [name, value] : answer.headers) headers.push_back({slice(name), slice(value)});
    return !fails(provider_.on_head(exchange_, answer.http_status, headers.data(), headers.size(), &error_));
  }

  bool body(const Answer& answer) {
    const bool is_raw = answer.http_status < 200 || answer.http_status > 299;
    const auto feed = [&](std::string_view event, std::string_view data) { return frame(event, data); };
    sdk::testing::PlainSseFramer framer;
    std::string whole;
    for (const std::string_view piece : answer.pieces) {
      if (is_raw) {
        if (!frame({}, piece)) return false;
      } else if (step_.framing == PLATOS_FRAMING_SSE) {
        if (!framer.feed(piece, feed)) return false;
      } else {
        whole += piece;
      }
    }
    return is_raw || step_.framing == PLATOS_FRAMING_SSE || whole.empty() || frame({}, whole);
  }

  bool frame(std::string_view event, std::string_view data) {
    return !fails(provider_.on_frame(exchange_, slice(event), slice(data), &sink_, &error_));
  }

  static std::int32_t collect(void* context, const platos_event_t* event) {
    auto& result = static_cast<Driver*>(context)->result_;
    result.events.push_back(sdk::testing::describe(*event));
    if (event->kind == PLATOS_EVENT_USAGE) {
      result.usages.push_back(std::to_string(event->input_tokens) + "/" + std::to_string(event->output_tokens) + "/" +
                              std::to_string(event->cached_tokens) + "/" + std::to_string(event->reasoning_tokens));
    }
    return PLATOS_OK;
  }

  const platos_provider_t& provider_;
  platos_call_t call_;
  platos_error_t error_;
  platos_exchange_t* exchange_ = nullptr;
  platos_step_t step_{};
  platos_event_sink_t sink_{sizeof(platos_event_sink_t), 0, this, &Driver::collect};
  Result result_;
  bool begun_ = false;
};

}  // namespace

Result exchange(const Plugin& plugin, const Answer& answer, std::string_view request_json) {
  return Driver(plugin, request_json.empty() ? kStreamRequest : request_json).run(answer);
}

Result exchange_frames(const Plugin& plugin, const std::vector<std::string>& frames) {
  return Driver(plugin, kStreamRequest).run_frames(frames);
}

std::pair<std::int32_t, std::string> refusal_of(std::string_view config_json) {
  sdk::testing::FakeHost host;
  const platos_component_t* component = platos_plugin_v1.component_at(0);
  platos_instance_t* instance = nullptr;
  platos_error_t error;
  const std::int32_t status = component->create(host.table(), slice(config_json), &instance, &error);
  if (status == PLATOS_OK) component->destroy(instance);
  return {status, error.message};
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("no file " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string_view> bytes_of(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < text.size(); ++i) pieces.push_back(text.substr(i, 1));
  return pieces;
}

}  // namespace platos::provider_common::testing
