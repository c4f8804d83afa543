#include "extension/adapters/codec_step.hpp"

#include <algorithm>

#include "extension/services/call.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxBodyBytes = 16 * 1024 * 1024;
constexpr std::size_t kMaxUrlBytes = 8 * 1024;
constexpr std::size_t kMaxHeaders = 64;
constexpr std::int64_t kMaxWaitMs = 24LL * 3600 * 1000;

ports::Framing framing_of(std::int32_t framing) {
  switch (framing) {
    case PLATOS_FRAMING_SSE: return ports::Framing::ServerSentEvents;
    case PLATOS_FRAMING_NDJSON: return ports::Framing::NdJson;
    case PLATOS_FRAMING_WHOLE: return ports::Framing::Whole;
    default: return ports::Framing::Raw;
  }
}

}  // namespace

Result<ports::Step> StepReader::read(const platos_step_t& step, Instance& instance) {
  ports::Step result;
  switch (step.kind) {
    case PLATOS_STEP_DONE: result.kind = ports::Step::Kind::Done; return result;
    case PLATOS_STEP_WAIT:
      result.kind = ports::Step::Kind::Wait;
      result.wait_ms = std::min(std::max<std::int64_t>(step.wait_ms, 0), kMaxWaitMs);
      return result;
    case PLATOS_STEP_HTTP: return read_http(step, instance);
    case PLATOS_STEP_WS:
      return fail(ErrorKind::Unimplemented, "provider_unimplemented",
                  instance.name() + ": WebSocket steps are reserved");
    default: return instance.breach("next() gave a step of kind " + std::to_string(step.kind));
  }
}

Result<ports::Step> StepReader::read_http(const platos_step_t& step, Instance& instance) {
  const auto method = checked_view(step.method, 16, "method");
  const auto url = checked_view(step.url, kMaxUrlBytes, "url");
  const auto body = checked_view(step.body, kMaxBodyBytes, "body");
  if (!method || !url || !body || step.header_count > kMaxHeaders ||
      (step.header_count > 0 && step.headers == nullptr)) {
    return instance.breach("next() gave an HTTP step whose sizes cannot be");
  }
  headers_.clear();
  for (std::size_t i = 0; i < step.header_count; ++i) {
    const auto name = checked_view(step.headers[i].name, 256, "header name");
    const auto value = checked_view(step.headers[i].value, kMaxUrlBytes, "header value");
    const bool one_line = name && value && name->find_first_of("\r\n") == std::string_view::npos &&
                          value->find_first_of("\r\n") == std::string_view::npos;
    if (!one_line) return instance.breach("next() gave a header that cannot be");
    headers_.push_back({*name, *value});
  }
  ports::Step result;
  result.kind = ports::Step::Kind::Http;
  result.framing = framing_of(step.framing);
  result.silence_timeout_ms = step.timeout_ms;
  result.method = *method;
  result.url = *url;
  result.headers = headers_;
  result.body = *body;
  return result;
}

std::int32_t status_of(ports::TransportStatus status) {
  switch (status) {
    case ports::TransportStatus::Complete: return PLATOS_OK;
    case ports::TransportStatus::TimedOut: return PLATOS_DEADLINE;
    case ports::TransportStatus::Cancelled: return PLATOS_CANCELLED;
    default: return PLATOS_UNAVAILABLE;
  }
}

StrippedHeaders::StrippedHeaders(std::span<const ports::Header> headers, const secrets::SlotTable& slots) {
  values_.reserve(headers.size());
  for (const auto& header : headers) {
    values_.push_back(slots.strip(header.value));
    list_.push_back({{header.name.data(), header.name.size()}, {values_.back().data(), values_.back().size()}});
  }
}

StrippedFrame::StrippedFrame(std::string_view data, const secrets::SlotTable& slots) : view_(data) {
  if (!slots.appears_in(data)) return;
  stripped_ = slots.strip(data);
  view_ = stripped_;
}

}  // namespace platos::extension
