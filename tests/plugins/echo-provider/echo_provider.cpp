// POSTs the last user message to {{config.base_url}}/echo; each line of the answer becomes text.
#include <platos/cpp/provider.hpp>
#include <string>
#include <string_view>

#include "last_user_text.hpp"

namespace {

namespace sdk = platos::sdk;

/// One request and its answer. What a step borrows lives in members until the next call.
class EchoExchange : public sdk::Exchange {
 public:
  EchoExchange(const std::string& base_url, std::string_view request_json)
      : url_(base_url + "/echo"), body_("{\"say\":\"" + last_text(request_json) + "\"}") {}

  void next(platos_step_t& step, const sdk::EventSink& sink) override {
    if (sent_) {
      sink.stop(PLATOS_STOP_END);
      step.kind = PLATOS_STEP_DONE;
      return;
    }
    sent_ = true;
    step.kind = PLATOS_STEP_HTTP;
    step.framing = PLATOS_FRAMING_NDJSON;
    step.method = sdk::slice("POST");
    step.url = sdk::slice(url_);
    step.headers = headers_;
    step.header_count = std::size(headers_);
    step.body = sdk::slice(body_);
  }

  void on_head(std::int32_t http_status, std::span<const platos_header_t>) override {
    if (http_status == 200) return;
    throw sdk::Error(http_status == 401 ? PLATOS_UNAUTHENTICATED : PLATOS_UNAVAILABLE,
                     "the echo service answered " + std::to_string(http_status));
  }

  void on_frame(std::string_view, std::string_view line, const sdk::EventSink& sink) override { sink.text(line); }

  void on_end(std::int32_t transport_status, const sdk::EventSink&) override {
    if (transport_status != PLATOS_OK) throw sdk::Error(transport_status, "the echo service broke off");
  }

 private:
  std::string url_;
  std::string body_;
  // The host puts the secret in when it sends; this process's plugin code never holds it.
  platos_header_t headers_[2] = {{sdk::slice("content-type"), sdk::slice("application/json")},
                                 {sdk::slice("authorization"), sdk::slice("Bearer {{secret:token}}")}};
  bool sent_ = false;
};

class EchoProvider : public sdk::Provider {
 public:
  EchoProvider(sdk::Host host, std::string_view config_json) : Provider(host) {
    constexpr std::string_view kMember = "\"base_url\":\"";
    const auto at = config_json.find(kMember);
    if (at == std::string_view::npos)
      throw sdk::Error(PLATOS_INVALID_ARGUMENT, "base_url: expected a URL, found nothing");
    const auto begin = at + kMember.size();
    base_url_ = config_json.substr(begin, config_json.find('"', begin) - begin);
  }

  std::unique_ptr<sdk::Exchange> begin(sdk::Call, std::string_view request_json) override {
    return std::make_unique<EchoExchange>(base_url_, request_json);
  }

 private:
  std::string base_url_;
};

}  // namespace

PLATOS_PLUGIN("com.example.echo-provider", "1.0.0", sdk::component<EchoProvider>("echo"))
