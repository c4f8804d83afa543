// Drives an image codec as a host does, against a vendor that a test plays. Include in tests only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platos/cpp/testing/fake_host.hpp"
#include "platos/image.h"

namespace platos::sdk {
inline namespace v1_0 {
namespace testing {

/// One HTTP step as the codec wrote it.
struct ImageStep {
  std::string method, url, body;
  std::vector<std::pair<std::string, std::string>> headers;

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

/// What the vendor answers to one step; the body arrives in pieces of `piece_bytes`.
struct ImageAnswer {
  std::string body;
  std::int32_t http_status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::int32_t transport_status = PLATOS_OK;
  std::size_t piece_bytes = std::numeric_limits<std::size_t>::max();
};
using ImageVendor = std::function<ImageAnswer(const ImageStep&)>;

/// Collects the image. `refuse_above`: the sink fails when more bytes than this were given.
struct ImageCollector {
  std::string bytes;
  std::vector<std::string> abouts;
  std::size_t restarts = 0;   ///< pieces at 0 after others
  bool broken_order = false;  ///< an offset that is neither 0 nor the end
  std::size_t refuse_above = PLATOS_IMAGE_MAX_BYTES;
  platos_image_sink_t table{sizeof(platos_image_sink_t), 0, this,
                            [](void* self, std::uint64_t offset, platos_slice_t piece) -> std::int32_t {
                              auto& image = *static_cast<ImageCollector*>(self);
                              if (offset == 0 && !image.bytes.empty()) {
                                ++image.restarts;
                                image.bytes.clear();
                              }
                              image.broken_order = image.broken_order || offset != image.bytes.size();
                              if (image.bytes.size() + piece.size > image.refuse_above) return PLATOS_CANCELLED;
                              image.bytes += view(piece);
                              return PLATOS_OK;
                            },
                            [](void* self, platos_slice_t json) -> std::int32_t {
                              static_cast<ImageCollector*>(self)->abouts.emplace_back(view(json));
                              return PLATOS_OK;
                            }};
};

/// What one generation did.
struct Generated {
  std::int32_t status = PLATOS_OK;  ///< of the first call that failed
  platos_error_t error;
  bool done = false;
  std::string bytes;
  std::vector<std::string> abouts;
  bool broken_order = false;
  std::vector<ImageStep> steps;
  std::vector<std::int64_t> waits;  ///< milliseconds; over at once
};

/// One generation from begin() to end(), step by step. The request is overwritten when begin() has returned.
class OpenGeneration {
 public:
  OpenGeneration(const FakeInstance& instance, std::string request_json, ImageVendor vendor,
                 std::size_t refuse_above = PLATOS_IMAGE_MAX_BYTES)
      : maker_(instance.table<platos_image_maker_t>(PLATOS_IMAGE_INTERFACE)), vendor_(std::move(vendor)) {
    image_.refuse_above = refuse_above;
    fails(maker_.begin(instance.handle(), &call_, slice(request_json), &generation_, &out_.error));
    request_json.assign(request_json.size(), '#');
  }
  ~OpenGeneration() {
    if (generation_ != nullptr) maker_.end(generation_);
  }
  OpenGeneration(const OpenGeneration&) = delete;
  OpenGeneration& operator=(const OpenGeneration&) = delete;

  /// Asks for one step and carries it out. False after DONE or a failure.
  bool step() {
    if (out_.status != PLATOS_OK || out_.done) return false;
    platos_step_t step{};
    step.struct_size = sizeof step;
    if (fails(maker_.next(generation_, &step, &image_.table, &out_.error))) return false;
    out_.done = step.kind == PLATOS_STEP_DONE;
    if (step.kind == PLATOS_STEP_WAIT) out_.waits.push_back(step.wait_ms);
    return !out_.done && (step.kind != PLATOS_STEP_HTTP || exchange(step));
  }

  /// What it did so far.
  Generated result() const {
    Generated now = out_;
    now.bytes = image_.bytes;
    now.abouts = image_.abouts;
    now.broken_order = image_.broken_order;
    return now;
  }

 private:
  bool fails(std::int32_t status) { return (out_.status = status) != PLATOS_OK; }

  bool exchange(const platos_step_t& step) {
    ImageStep sent{std::string(view(step.method)), std::string(view(step.url)), std::string(view(step.body)), {}};
    for (std::size_t i = 0; i < step.header_count; ++i)
      sent.headers.emplace_back(view(step.headers[i].name), view(step.headers[i].value));
    out_.steps.push_back(sent);
    const bool wants_whole = step.framing == PLATOS_FRAMING_WHOLE;
    const ImageAnswer answer = vendor_(sent);
    std::vector<platos_header_t> headers;
    for (const auto& [name, value] : answer.headers) headers.push_back({slice(name), slice(value)});
    if (fails(maker_.on_head(generation_, answer.http_status, headers.data(), headers.size(), &out_.error)))
      return false;
    const bool is_ok = answer.http_status >= 200 && answer.http_status < 300;
    return frames(answer, is_ok && wants_whole) &&
           !fails(maker_.on_end(generation_, answer.transport_status, &image_.table, &out_.error));
  }

  bool frames(const ImageAnswer& answer, bool is_whole) {
    const std::string_view body = answer.body;
    const std::size_t size = is_whole ? body.size() : std::max<std::size_t>(answer.piece_bytes, 1);
    for (std::size_t at = 0; at < body.size(); at += std::min(size, body.size() - at)) {
      if (fails(maker_.on_frame(generation_, {}, slice(body.substr(at, size)), &image_.table, &out_.error)))
        return false;
    }
    return true;
  }

  const platos_image_maker_t& maker_;
  ImageVendor vendor_;
  ImageCollector image_;
  Generated out_;
  platos_call_t call_;
  platos_generation_t* generation_ = nullptr;
};

/// Runs one generation to its end, at most `most_steps` of HTTP and WAIT.
inline Generated generate(const FakeInstance& instance, std::string request_json, ImageVendor vendor,
                          std::size_t most_steps = 64, std::size_t refuse_above = PLATOS_IMAGE_MAX_BYTES) {
  OpenGeneration open(instance, std::move(request_json), std::move(vendor), refuse_above);
  for (std::size_t i = 0; i < most_steps && open.step(); ++i) continue;
  return open.result();
}

}  // namespace testing
}  // namespace v1_0
}  // namespace platos::sdk
