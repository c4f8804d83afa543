#include "extension/adapters/tool_output.hpp"

#include <openssl/evp.h>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "extension/services/call.hpp"
#include "model/json_line.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;
constexpr std::size_t kMaxInlineBlobBytes = 64 * 1024;

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string text_json(std::string_view text) {
  std::string json;
  base::append_json_string(json, text);
  return json;
}

std::string blob_json(std::string_view bytes, std::string_view mime) {
  std::string json = R"({"type":"blob","mime":)" + text_json(mime) + R"(,"bytes":)" + std::to_string(bytes.size());
  if (bytes.size() <= kMaxInlineBlobBytes) json += R"(,"data_base64":")" + base64(bytes) + '"';
  return json + '}';
}

}  // namespace

ToolOutput::ToolOutput(base::Logger& logger, const std::string& instance) : logger_(logger), instance_(instance) {
  table_ = {sizeof table_, 0, this, [](void* self, const platos_output_t* output) noexcept -> std::int32_t {
              return static_cast<ToolOutput*>(self)->emit(output);
            }};
}

std::int32_t ToolOutput::emit(const platos_output_t* output) {
  if (refusal_) return PLATOS_CANCELLED;
  auto added = output == nullptr || output->struct_size < sizeof(platos_output_t)
                   ? Result<void>(fail(ErrorKind::Internal, "plugin_breach", "an output without a size that can be"))
                   : add(*output);
  if (added) return PLATOS_OK;
  refusal_ = added.error();
  return PLATOS_RESOURCE_EXHAUSTED;
}

Result<void> ToolOutput::add(const platos_output_t& output) {
  const auto data = checked_view(output.data, kMaxBytes, "output");
  const auto label = checked_view(output.label, 256, "label");
  if (!data) return fail(data.error());
  if (!label) return fail(label.error());
  bytes_ += data->size();
  if (bytes_ > kMaxBytes)
    return fail(ErrorKind::ResourceExhausted, "tool_output_too_large", "the tool's output is over 16 MiB");
  switch (output.kind) {
    case PLATOS_OUTPUT_TEXT: text_ += *data; return {};
    case PLATOS_OUTPUT_JSON: {
      auto line = model::one_line(*data, "the tool's JSON output", {kMaxBytes, 64, 1'000'000});
      if (!line) return fail(ErrorKind::Internal, "tool_bad_output", line.error().message);
      values_.push_back(std::move(*line));
      return {};
    }
    case PLATOS_OUTPUT_BLOB: values_.push_back(blob_json(*data, *label)); return {};
    case PLATOS_OUTPUT_ARTIFACT_REF:
      values_.push_back(R"({"type":"artifact","id":)" + text_json(*data) + '}');
      return {};
    case PLATOS_OUTPUT_PROGRESS:
    case PLATOS_OUTPUT_LOG: logger_.debug("plugin", base::cut_utf8(*data, 1024), {{"instance", instance_}}); return {};
    default: return {};
  }
}

Result<std::string> ToolOutput::take() {
  if (refusal_) return fail(*refusal_);
  if (values_.empty()) return text_json(text_);
  if (!text_.empty()) values_.insert(values_.begin(), text_json(text_));
  if (values_.size() == 1) return values_.front();
  std::string array = "[";
  for (std::size_t i = 0; i < values_.size(); ++i) array += (i == 0 ? "" : ",") + values_[i];
  return array + "]";
}

}  // namespace platos::extension
