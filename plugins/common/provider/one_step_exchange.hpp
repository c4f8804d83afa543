// An exchange of one HTTP request: what every codec does with it, whatever its wire says.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/provider/answer_head.hpp"
#include "common/provider/endpoint.hpp"
#include "common/provider/json_reading.hpp"
#include "platos/cpp/provider.hpp"

namespace platos::provider_common {

/// POSTs a body and reads the answer: a stream as server-sent events, another one as one body. Frames of an answer
/// whose status is not 2xx are raw chunks of the vendor's error, whatever framing was asked for. Not thread-safe.
///
/// A derived class reads frames. It throws sdk::Error, or what json_reading.hpp throws inside of reading().
class OneStepExchange : public sdk::Exchange {
 public:
  void next(platos_step_t& step, const sdk::EventSink& sink) final;
  void on_head(std::int32_t http_status, std::span<const platos_header_t> headers) final;
  void on_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink) final;
  void on_end(std::int32_t transport_status, const sdk::EventSink& sink) final;

 protected:
  /// `endpoint` is borrowed from the instance. `url` stands in place of its url, where the request has a part in it.
  OneStepExchange(sdk::Host host, const Endpoint& endpoint, std::string body, bool stream, std::string url = {});

  enum class Progress { Unspecified, GoesOn, Complete };  ///< Complete: STOP was sent; no frame is read after it

  /// `data` is not blank.
  virtual Progress read_stream_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink) = 0;
  /// Sends everything, STOP included.
  virtual void read_whole_body(std::string_view body, const sdk::EventSink& sink) = 0;
  /// The body ended before a frame said so. Complete when the vendor had said enough to send STOP.
  virtual Progress finish_early(const sdk::EventSink& sink) = 0;

  const Endpoint& endpoint() const noexcept { return endpoint_; }

  /// Calls read(); what is wrong with `data` becomes fail_broken().
  template <typename Read>
  decltype(auto) reading(std::string_view data, Read&& read) const {
    try {
      return read();
    } catch (const WrongType& error) {
      fail_broken(error.what(), data);
    } catch (const simdjson::simdjson_error& error) {
      if (error.error() == simdjson::UTF8_ERROR) fail_broken("expected UTF-8, found other bytes", data);
      fail_broken("expected a JSON object, found other text (" + std::string(error.what()) + ")", data);
    }
  }

  /// Throws INTERNAL with `reason` and the beginning of `data`.
  [[noreturn]] void fail_broken(const std::string& reason, std::string_view data) const;

 private:
  enum class State { Unspecified, Ready, Sent, Complete };

  [[noreturn]] void fail_early_end(std::int32_t transport_status) const;

  sdk::Host host_;
  const Endpoint& endpoint_;
  std::string body_;
  std::string url_;  // empty: the endpoint's
  bool stream_;
  State state_ = State::Ready;
  bool has_frames_ = false;
  AnswerHead head_;
};

}  // namespace platos::provider_common
