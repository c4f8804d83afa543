// A configured model provider, and where its events go.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/chat.hpp"
#include "model/scope.hpp"
#include "ports/exchange.hpp"

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

/// The operation that a call into a plugin belongs to. A value.
struct CallContext {
  model::Scope scope;
  std::string user_id;
  std::string run_id;
  std::string idempotency_key;           ///< of a tool call
  std::int64_t deadline_us = INT64_MAX;  ///< monotonic
};

/// Puts secrets into header values when a request leaves. Internally synchronised.
class SecretSource {
 public:
  virtual ~SecretSource() = default;
  /// Replaces every {{secret:SLOT}} in `text`. FailedPrecondition "secret_unbound" names a slot without a value.
  virtual Result<std::string> fill_in(std::string_view text) const = 0;
};

/// One instance of a provider plugin. Immutable; begin() is called on loops. Implemented by `extension` and tests.
class ChatProvider {
 public:
  virtual ~ChatProvider() = default;
  virtual const std::string& instance() const = 0;

  /// Starts an exchange over canonical JSON (sdk/schema/chat-request.json). `sink` must outlive the exchange.
  virtual Result<std::unique_ptr<Exchange>> begin(CallContext context, std::string_view request_json,
                                                  ChatSink& sink) = 0;

  /// Whether a request may go to `url`: it must match a granted pattern. PermissionDenied "url_not_granted" otherwise.
  virtual Result<void> may_reach(std::string_view url) const = 0;

  /// The slots that this instance binds.
  virtual const SecretSource& secrets() const = 0;
};

}  // namespace platos::ports
