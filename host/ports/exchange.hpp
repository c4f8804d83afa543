// One request to a model vendor and its streamed answer, as a state machine without I/O.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace platos::ports {

struct Header {
  std::string_view name;
  std::string_view value;
};

enum class Framing { Unspecified, Raw, ServerSentEvents, NdJson, Whole };

/// What a codec wants next. Views are borrowed until the next call on the exchange.
struct Step {
  enum class Kind { Unspecified, Done, Http, Wait };
  Kind kind = Kind::Done;
  Framing framing = Framing::Raw;
  std::int64_t silence_timeout_ms = 0;  ///< 0: the default
  std::int64_t wait_ms = 0;
  std::string_view method;
  std::string_view url;
  std::span<const Header> headers;  ///< values may hold {{secret:SLOT}}
  std::string_view body;
};

enum class TransportStatus { Unspecified, Complete, Failed, TimedOut, Cancelled };

/// `egress` and the model caller drive it; adapters in `extension` implement it over a plugin's codec.
/// Bound to the loop of its run: never called by two threads, never re-entered. Model events go to the ChatSink that
/// the exchange was begun with. After any call that returned an error, and after Done, only the destructor is called.
class Exchange {
 public:
  virtual ~Exchange() = default;

  /// What to do next. May already publish events: a codec that needs no network goes straight to Done.
  virtual Result<Step> next() = 0;

  /// Status line and headers of the answer to the last Http step. Once per Http step, before any frame.
  virtual Result<void> on_head(int http_status, std::span<const Header> headers) = 0;

  /// One frame in the framing that the step asked for; raw chunks when the status is not 2xx. Borrowed.
  virtual Result<void> on_frame(std::string_view event, std::string_view data) = 0;

  /// The body ended, or the transport failed. Exactly once per Http step.
  virtual Result<void> on_end(TransportStatus status) = 0;
};

}  // namespace platos::ports
