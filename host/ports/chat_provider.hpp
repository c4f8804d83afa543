// A configured model provider, and where its events go.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/chat.hpp"
#include "ports/call_context.hpp"
#include "ports/exchange.hpp"
#include "ports/upstream.hpp"

namespace platos::ports {

/// Receives what a model says, in order, on the loop of the run. A returned error ends the exchange with it.
/// Views are borrowed for the call; text is valid UTF-8. The model caller in `agent` implements it.
class ChatSink {
 public:
  virtual ~ChatSink() = default;
  virtual Result<void> on_text(std::string_view text) = 0;
  virtual Result<void> on_reasoning(std::string_view text) = 0;
  virtual Result<void> on_tool_begin(int index, std::string_view provider_id, std::string_view name) = 0;
  virtual Result<void> on_tool_args(int index, std::string_view piece) = 0;
  virtual Result<void> on_tool_end(int index) = 0;
  virtual Result<void> on_usage(const model::Usage& usage) = 0;
  virtual Result<void> on_stop(model::StopReason reason) = 0;
  virtual Result<void> on_extra(std::string_view json) = 0;
};

/// One instance of a provider plugin. Immutable; begin() is called on loops. Implemented by `extension` and tests.
class ChatProvider : public Upstream {
 public:
  virtual const std::string& instance() const = 0;

  /// Starts an exchange over canonical JSON (sdk/schema/chat-request.json). `sink` must outlive the exchange.
  virtual Result<std::unique_ptr<Exchange>> begin(CallContext context, std::string_view request_json,
                                                  ChatSink& sink) = 0;
};

}  // namespace platos::ports
