// Instances of the plugin, and answers as the vendors write them.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/testing/image_driver.hpp"
#include "support/image_bytes.hpp"

namespace platos::image_vendors::testing {

using Json = nlohmann::json;
using sdk::testing::Generated;
using sdk::testing::ImageAnswer;
using sdk::testing::ImageStep;
using sdk::testing::ImageVendor;

/// One instance in a host of its own. Throws std::runtime_error for a bad configuration.
struct Plugin {
  explicit Plugin(std::string_view component, std::string_view config_json = "{}")
      : instance(host, platos_plugin_v1, component, config_json) {}
  Generated make(const ImageVendor& vendor, std::int64_t width = 1024, std::int64_t height = 1024,
                 const std::string& prompt = "A fox in the snow") const {
    const Json request = {{"v", 1}, {"prompt", prompt}, {"width", width}, {"height", height}};
    return sdk::testing::generate(instance, request.dump(), vendor);
  }
  sdk::testing::FakeHost host;
  sdk::testing::FakeInstance instance;
};

/// Answers one after the other; the last one for ever.
inline ImageVendor in_turn(std::vector<ImageAnswer> answers) {
  return [answers = std::move(answers), at = std::size_t{0}](const ImageStep&) mutable {
    return answers[std::min(at++, answers.size() - 1)];
  };
}

inline std::string reason_of(const Generated& made) {
  const Json detail = Json::parse(made.error.detail_json, nullptr, false);
  return detail.is_object() ? detail.value("reason", "") : "";
}

inline bool says(const Generated& made, const std::string& part) {
  return made.error.message.find(part) != std::string::npos;
}

}  // namespace platos::image_vendors::testing
