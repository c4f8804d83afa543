// One prompt to several models, side by side; and where clients connect to.
#include <nlohmann/json.hpp>

#include "agent/completion.hpp"
#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/openapi/schemas.hpp"
#include "engine/subscription.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

constexpr std::size_t kMaxModels = 4;
constexpr std::size_t kMaxPromptBytes = 256 * 1024;
constexpr std::int64_t kDeadlineUs = 300'000'000;

/// The events of several runs as they come, each with the number of its side. Bound to its loop.
class SideBySide final : public ingress::ByteStream {
 public:
  SideBySide(engine::Engine& engine, base::Loop& loop, const model::Scope& scope,
             const std::vector<std::string>& run_ids) {
    for (std::size_t i = 0; i < run_ids.size(); ++i) {
      sides_.push_back({",\"side\":" + std::to_string(i) + "}\n\n",
                        std::make_unique<engine::Subscription>(engine, loop, scope, run_ids[i], 0, [this] {
                          if (ready_) ready_();
                        })});
    }
  }

  State pull(std::string& out, std::size_t max_bytes) override {
    const std::size_t before = out.size();
    bool open = false;
    for (auto& side : sides_) {
      if (!side.subscription) continue;
      std::vector<engine::LoggedEvent> events;
      const auto state = side.subscription->pull(max_bytes, events);
      for (const auto& event : events) {
        out.append("data: ").append(event.json, 0, event.json.size() - 1).append(side.suffix);
      }
      if (state == engine::Subscription::State::Failed) return State::Broken;
      if (state == engine::Subscription::State::End) side.subscription.reset();
      open = open || side.subscription;
    }
    if (!open) return State::End;
    return out.size() > before ? State::Bytes : State::Pending;
  }
  void on_ready(std::function<void()> ready) override { ready_ = std::move(ready); }

 private:
  struct Side {
    std::string suffix;
    std::unique_ptr<engine::Subscription> subscription;  // null: it has ended
  };
  std::vector<Side> sides_;
  std::function<void()> ready_;
};

Result<std::vector<agent::CompletionRequest>> read_comparison(const Json& body) {
  const auto prompt = required_text(body, "prompt");
  const auto system = optional_text(body, "system");
  const auto models = optional_texts(body, "models");
  if (!prompt) return fail(prompt.error());
  if (!system) return fail(system.error());
  if (!models) return fail(models.error());
  const std::size_t count = *models ? (*models)->size() : 0;
  if (count < 2 || count > kMaxModels) return fail(invalid_field("models", "2 to 4 models", std::to_string(count)));
  if (prompt->size() + system->value_or("").size() > kMaxPromptBytes)
    return fail(invalid_field("prompt", "at most 262144 bytes with the system prompt", "more"));
  std::vector<agent::CompletionRequest> requests;
  for (const auto& name : **models) {
    if (name.empty() || name.size() > 200)
      return fail(invalid_field("models", "\"instance:model\"", "\"" + name + "\""));
    requests.push_back({name, system->value_or(""), *prompt});
  }
  return requests;
}

struct CompareHandlers {
  Services services;
  ApiOptions options;

  Task<Response> compare(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return stream_refusal(body.error(), call.request);
    const auto requests = read_comparison(*body);
    if (!requests) co_return stream_refusal(requests.error(), call.request);
    std::vector<std::string> runs;
    for (const auto& request : *requests) {
      auto run = co_await agent::begin_completion(call.loop(), services.engine, call.who, request, kDeadlineUs);
      if (!run) {
        // Nobody would hear those that have begun.
        for (const auto& begun : runs) (void)co_await services.engine.cancel(call.loop(), call.who.scope, begun);
        co_return stream_refusal(run.error(), call.request);
      }
      runs.push_back(std::move(*run));
    }
    Response response;
    response.headers = {
        {"Content-Type", "text/event-stream"}, {"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
    response.stream = std::make_unique<SideBySide>(services.engine, call.loop(), call.who.scope, runs);
    co_return response;
  }

  // As the client reached us: whatever stands in between, it gets there again.
  Task<Response> connect(Call call) const {
    const bool encrypted = call.request.encrypted || call.request.header("x-forwarded-proto") == "https";
    const std::string host(call.request.header("host"));
    const std::string rest = (encrypted ? "https://" : "http://") + host;
    const std::string socket = (encrypted ? "wss://" : "ws://") + host;
    const Json types = openapi::sent_events();
    co_return json_response(
        200,
        {{"websocket",
          {{"url", socket + "/agent"},
           {"path", "/socket.io/"},
           {"auth", {{"token", "session token, in the connect packet"}}},
           {"events", {{"send", "message"}, {"receive", "agent_event"}, {"types", types}}}}},
         {"rest",
          {{"baseUrl", rest + "/api/v1/agent"},
           {"auth", {{"headers", {"Authorization", "X-Platos-Api-Key"}}, {"alternative", "X-Platos-Session-Token"}}}}},
         {"toolSync", {{"url", socket + "/tools/sync"}, {"auth", "Authorization: Bearer <entity secret>"}}}});
  }
};

}  // namespace

std::vector<Route> compare_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const CompareHandlers>(CompareHandlers{services, options});
  const auto to = [handlers](Task<Response> (CompareHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"POST", "/api/v1/agent/models/compare", kWrite, to(&CompareHandlers::compare),
       "One prompt to two to four models, streamed side by side", true, true},
      {"GET", "/api/v1/agent/connect", kChat | kRead, to(&CompareHandlers::connect), "Where and how to connect"},
  };
}

}  // namespace platos::api
