#include "extension/adapters/image_exchange.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "extension/loader/manifest.hpp"
#include "model/json.hpp"

namespace platos::extension {
namespace {

struct Reason {
  std::string_view word;
  ErrorKind kind;
  const char* code;
};

constexpr std::array<Reason, 4> kReasons = {{
    {"content_policy", ErrorKind::PermissionDenied, "image_content_policy"},
    {"quota", ErrorKind::ResourceExhausted, "image_quota"},
    {"size", ErrorKind::InvalidArgument, "image_size_unsupported"},
    {"model", ErrorKind::NotFound, "image_model_gone"},
}};

// The plugin's own word for it, which tells more than a status.
Error with_reason(Error error, const std::string& detail_json) {
  if (detail_json.empty() || error.code == "plugin_breach") return error;
  const auto detail = model::parse_bounded(detail_json, "detail", {64 * 1024, 16, 1000});
  if (!detail || !detail->is_object()) return error;
  const auto word = model::optional_text(*detail, "reason");
  const auto known = std::find_if(kReasons.begin(), kReasons.end(),
                                  [&](const Reason& reason) { return word && *word && reason.word == **word; });
  if (known == kReasons.end()) return error;
  error.kind = known->kind;
  error.code = known->code;
  error.retryable = false;
  return error;
}

bool wants_keys(const ports::Step& step) {
  return std::any_of(step.headers.begin(), step.headers.end(), [](const ports::Header& header) {
    return header.value.find("{{secret:") != std::string_view::npos;
  });
}

}  // namespace

ImageExchange::ImageExchange(std::shared_ptr<Instance> instance, const platos_image_maker_t* table,
                             std::unique_ptr<secrets::SlotTable> own_slots)
    : instance_(std::move(instance)), table_(table), own_slots_(std::move(own_slots)) {}

ImageExchange::~ImageExchange() {
  if (generation_ == nullptr || instance_->failed()) return;
  const CodecGuard guard(instance_->watchdog(), instance_->plugin_id());
  (void)instance_->call("image_", [&](platos_error_t*) -> std::int32_t {
    table_->end(generation_);
    return PLATOS_OK;
  });
}

template <typename Body>
Result<void> ImageExchange::call(Body body) {
  std::string detail;
  auto called = instance_->call("image_", [&](platos_error_t* error) {
    const std::int32_t status = body(error);
    detail = error->detail_json;
    return status;
  });
  if (gate_.problem()) return instance_->breach(*gate_.problem());
  if (gate_.refusal()) return fail(*gate_.refusal());
  if (!called) return fail(with_reason(called.error(), detail));
  return called;
}

Result<void> ImageExchange::begin(platos_call_t& context, std::string_view request_json) {
  auto begun = call([&](platos_error_t* error) {
    return table_->begin(instance_->handle(), &context, slice_of(request_json), &generation_, error);
  });
  if (begun && generation_ == nullptr) return instance_->breach("begin() succeeded without a generation");
  return begun;
}

Result<ports::Step> ImageExchange::next() {
  const CodecGuard guard(instance_->watchdog(), instance_->plugin_id());
  platos_step_t step{};
  step.struct_size = sizeof step;
  const auto asked =
      call([&](platos_error_t* error) { return table_->next(generation_, &step, gate_.table(), error); });
  if (!asked) return fail(asked.error());
  auto read = steps_.read(step, *instance_);
  if (!read || read->kind != ports::Step::Kind::Http) return read;
  if (!wants_keys(*read) || may_have_keys(read->url)) return read;
  return fail(ErrorKind::PermissionDenied, "url_not_granted",
              instance_->name() + ": " + base::printable(read->url, 200) +
                  " wants a key, and matches no pattern that manifest and grant both allow");
}

Result<void> ImageExchange::on_head(int status, std::span<const ports::Header> headers) {
  const CodecGuard guard(instance_->watchdog(), instance_->plugin_id());
  const StrippedHeaders seen(headers, slots());
  return call(
      [&](platos_error_t* error) { return table_->on_head(generation_, status, seen.data(), seen.size(), error); });
}

Result<void> ImageExchange::on_frame(std::string_view event, std::string_view data) {
  const CodecGuard guard(instance_->watchdog(), instance_->plugin_id());
  const StrippedFrame seen(data, slots());
  return call([&](platos_error_t* error) {
    return table_->on_frame(generation_, slice_of(event), seen.slice(), gate_.table(), error);
  });
}

Result<void> ImageExchange::on_end(ports::TransportStatus status) {
  const CodecGuard guard(instance_->watchdog(), instance_->plugin_id());
  return call(
      [&](platos_error_t* error) { return table_->on_end(generation_, status_of(status), gate_.table(), error); });
}

bool ImageExchange::may_have_keys(std::string_view url) const {
  const auto& patterns = instance_->host().http_patterns();
  return url_matches(patterns, url) || url_matches_below(patterns, url);
}

Result<void> ImageExchange::may_reach(std::string_view url) const {
  if (may_have_keys(url) || instance_->host().public_web()) return {};
  return instance_->may_reach(url);
}

bool ImageExchange::is_tenants(std::string_view url) const {
  return !url_matches(instance_->host().http_patterns(), url);
}

Result<ports::GeneratedImage> ImageExchange::take() {
  if (!gate_.has_image()) return instance_->breach("done without an image");
  return gate_.take();
}

}  // namespace platos::extension
