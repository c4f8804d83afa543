// What codecs of every kind hand over and are handed: steps, heads, the end of a transport.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "extension/adapters/instance.hpp"
#include "platos/provider.h"
#include "ports/exchange.hpp"

namespace platos::extension {

/// Checks a step that a codec filled. The result's views live as long as the step's and this object.
class StepReader {
 public:
  /// A breach switches the instance off; Unimplemented "provider_unimplemented" for a WebSocket step.
  Result<ports::Step> read(const platos_step_t& step, Instance& instance);

 private:
  Result<ports::Step> read_http(const platos_step_t& step, Instance& instance);
  std::vector<ports::Header> headers_;
};

std::int32_t status_of(ports::TransportStatus status);

/// The headers of an answer as a plugin may see them: what an upstream echoes of a secret is taken out.
class StrippedHeaders {
 public:
  StrippedHeaders(std::span<const ports::Header> headers, const secrets::SlotTable& slots);
  const platos_header_t* data() const { return list_.data(); }
  std::size_t size() const { return list_.size(); }

 private:
  std::vector<std::string> values_;
  std::vector<platos_header_t> list_;
};

/// The same for one frame; a view on `data` when there is nothing to take out.
class StrippedFrame {
 public:
  StrippedFrame(std::string_view data, const secrets::SlotTable& slots);
  platos_slice_t slice() const { return {view_.data(), view_.size()}; }

 private:
  std::string stripped_;
  std::string_view view_;
};

}  // namespace platos::extension
