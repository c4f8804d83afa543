#include "flux_images.hpp"

#include <algorithm>
#include <utility>

#include "openai_images.hpp"

namespace platos::image_vendors {
namespace {

constexpr std::int32_t kFluxTimeoutMs = 60'000;
// A question that comes before the task has reached all of the vendor's machines.
constexpr int kPatientQuestions = 3;

Config usual_flux() {
  Config config;
  config.base_url = "https://api.bfl.ai/v1";
  config.model = "flux-pro-1.1";
  // Sides of this model are multiples of 32, at most 1440.
  config.sizes = {{1024, 1024, 1024, 1024, 40'000}, {1024, 1792, 832, 1440, 70'000}, {1792, 1024, 1440, 832, 70'000}};
  config.options = {{"output_format", "\"png\""}};
  return config;
}

Endpoint flux_endpoint(Config config) {
  Endpoint endpoint;
  endpoint.submit_url = config.base_url + "/" + config.model;
  endpoint.submit_timeout_ms = kFluxTimeoutMs;
  endpoint.poll_headers = {{sdk::slice("Accept"), sdk::slice("application/json")}};
  if (config.api_key_required) endpoint.poll_headers.push_back({sdk::slice("x-key"), sdk::slice("{{secret:api_key}}")});
  endpoint.submit_headers = endpoint.poll_headers;
  endpoint.submit_headers.push_back({sdk::slice("Content-Type"), sdk::slice("application/json")});
  endpoint.config = std::move(config);
  return endpoint;
}

std::string flux_body(const Config& config, const Request& request) {
  std::string body;
  sdk::JsonWriter json(body);
  json.begin_object().key("prompt").value(request.prompt);
  json.key("width").value(request.size.sent_width).key("height").value(request.size.sent_height);
  for (const auto& [name, value] : config.options) json.key(name).raw(value);
  json.end_object();
  return body;
}

bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= 128 &&
         std::all_of(id.begin(), id.end(), [](char letter) { return wire::is_name_letter(letter) || letter == '.'; });
}

}  // namespace

/// What an answer says of the task.
struct FluxGeneration::Task {
  std::string id, polling_url, status, sample;
};

FluxGeneration::FluxGeneration(sdk::Host host, const Endpoint& endpoint, const Request& request)
    : VendorGeneration(host, endpoint, flux_body(endpoint.config, request)) {}

void FluxGeneration::read_answer(std::string_view data, const sdk::ImageSink&) {
  if (data.size() > kMaxAnswerBytes - answer_.size()) {
    fail_broken("expected at most " + std::to_string(kMaxAnswerBytes) + " bytes, found more", answer_);
  }
  answer_ += data;
}

FluxGeneration::Task FluxGeneration::read_task() const {
  Task task;
  wire::JsonText json;
  wire::for_each_member(json.parse(answer_), [&](std::string_view key, wire::ondemand::value& value) {
    if (key == "id") task.id = wire::text_at(value, "id");
    if (key == "polling_url") task.polling_url = wire::text_at(value, "polling_url");
    if (key == "status") task.status = wire::text_at(value, "status");
    if (key != "result") return;
    wire::for_each_member(wire::object_at(value, "result"), [&](std::string_view name, wire::ondemand::value& each) {
      if (name == "sample") task.sample = wire::text_at(each, "result.sample");
    });
  });
  json.expect_end();
  return task;
}

void FluxGeneration::finish_answer(const sdk::ImageSink&) {
  Task task;
  try {
    task = read_task();
  } catch (const wire::WrongType& error) {
    fail_broken(error.what(), answer_);
  } catch (const simdjson::simdjson_error& error) {
    fail_broken("expected a JSON object, found other text (" + std::string(error.what()) + ")", answer_);
  }
  if (is_submission()) {
    polling_url_ = std::move(task.polling_url);
    // The older form of the interface: the vendor has one address for all tasks.
    if (polling_url_.empty() && is_plain_id(task.id)) polling_url_ = config().base_url + "/get_result?id=" + task.id;
    if (polling_url_.empty()) fail_broken("expected polling_url, found none", answer_);
    ask_later(polling_url_);
  } else {
    follow(task);
  }
}

void FluxGeneration::follow(const Task& task) {
  if (task.status == "Ready") {
    if (task.sample.empty()) fail_broken("expected result.sample, found none", answer_);
    return fetch(task.sample);
  }
  if (task.status == "Request Moderated" || task.status == "Content Moderated")
    throw moderated(config().base_url, task.status);
  const bool is_lost = task.status == "Task not found" && questions() > kPatientQuestions;
  if (task.status == "Error" || task.status == "Failed" || task.status.empty() || is_lost)
    fail_broken("expected an image, found the status " + wire::in_quotes(wire::printable(task.status, 80)), answer_);
  // Whatever else it says, such as "Pending": it has not ended.
  ask_later(polling_url_);
}

FluxImages::FluxImages(sdk::Host host, std::string_view config_json)
    : ImageMaker(host), endpoint_(flux_endpoint(parse_config(config_json, usual_flux()))) {}

void FluxImages::describe(sdk::JsonWriter& out) { write_description(out, endpoint_.config); }

std::unique_ptr<sdk::Generation> FluxImages::begin(sdk::Call, std::string_view request_json) {
  return std::make_unique<FluxGeneration>(host(), endpoint_, parse_request(request_json, endpoint_.config));
}

}  // namespace platos::image_vendors
