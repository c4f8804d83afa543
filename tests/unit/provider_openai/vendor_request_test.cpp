// What each shipped configuration makes of a request.
#include <catch2/catch.hpp>

#include "driver.hpp"
#include "shipped_instance.hpp"

using namespace platos::provider_openai::testing;
using Json = nlohmann::json;
using HeaderList = std::vector<std::pair<std::string, std::string>>;

namespace {

platos::sdk::testing::Outcome outcome_of(const ShippedInstance& instance, std::string_view request) {
  const Plugin plugin(instance.config_json());
  return run_exchange(plugin.instance, request, 200, {"data: [DONE]\n\n"});
}

Json body_of(const std::string& vendor, const std::string& request) {
  return Json::parse(outcome_of(usable(vendor), request).body);
}

std::string request_with(const std::string& members) {
  return R"({"v":1,"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],)" + members + "}";
}

// A conversation in which the ids come from elsewhere.
const std::string kConversation = R"({"v":1,"model":"m","messages":[
    {"role":"user","content":[{"type":"text","text":"Weather?"}]},
    {"role":"assistant","content":[{"type":"thinking","text":"I should look.","signature":"s"}],"tool_calls":[
      {"id":"call_1","name":"get_weather","arguments":{}},{"id":"D681PevKs","name":"get_weather","arguments":{}}]},
    {"role":"tool","tool_call_id":"D681PevKs","content":[{"type":"text","text":"rain"}]},
    {"role":"tool","tool_call_id":"call_1","content":[{"type":"text","text":"sun"}]}]})";

}  // namespace

TEST_CASE("the key goes where the vendor looks for it, and nowhere else") {
  for (const std::string& vendor : shipped_names()) {
    INFO(vendor);
    HeaderList expected = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}};
    if (vendor == "azure") {
      expected.emplace_back("api-key", "{{secret:api_key}}");
    } else if (vendor != "ollama") {
      expected.emplace_back("Authorization", "Bearer {{secret:api_key}}");
    }
    CHECK(outcome_of(usable(vendor), kStreamRequest).headers == expected);
  }
}

TEST_CASE("which limit each vendor is sent, and who is asked for counts") {
  struct Vendor {
    const char* name;
    const char* limit;
    bool asks_for_usage;
  };
  const Vendor vendors[] = {
      {"azure", "max_tokens", true},
      {"cerebras", "max_completion_tokens", false},
      {"deepseek", "max_tokens", true},
      {"fireworks", "max_tokens", false},
      {"groq", "max_completion_tokens", false},
      {"mistral", "max_tokens", false},
      {"ollama", "max_tokens", true},
      {"openai", "max_completion_tokens", true},
      {"openrouter", "max_tokens", true},
      {"perplexity", "max_tokens", false},
      {"together", "max_tokens", false},
      {"xai", "max_completion_tokens", true},
  };
  for (const Vendor& vendor : vendors) {
    INFO(vendor.name);
    const Json body = body_of(vendor.name, request_with(R"("stream":true,"max_output_tokens":7)"));
    Json expected = {{"model", "m"}, {"stream", true}, {"messages", {{{"role", "user"}, {"content", "hi"}}}}};
    expected[vendor.limit] = 7;
    if (vendor.asks_for_usage) expected["stream_options"] = {{"include_usage", true}};
    CHECK(body == expected);
  }
}

TEST_CASE("thoughts are sent back to nobody") {
  for (const std::string& vendor : shipped_names()) {
    if (!usable(vendor).config.value("tools", true)) continue;
    INFO(vendor);
    const std::string body = outcome_of(usable(vendor), kConversation).body;
    CHECK(body.find("I should look.") == std::string::npos);
    CHECK(body.find("reasoning") == std::string::npos);
  }
}

TEST_CASE("Mistral gets ids of its own form, the same for a call and its result, and keeps its own") {
  const Json messages = body_of("mistral", kConversation).at("messages");
  const std::string mapped = messages[1]["tool_calls"][0]["id"];
  CHECK(mapped.size() == 9);
  CHECK(mapped.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
        std::string::npos);
  CHECK(messages[1]["tool_calls"][1]["id"] == "D681PevKs");
  CHECK(messages[2]["tool_call_id"] == "D681PevKs");
  CHECK(messages[3]["tool_call_id"] == mapped);
  CHECK(body_of("mistral", kConversation).at("messages") == messages);
  CHECK(body_of("openai", kConversation).at("messages")[3]["tool_call_id"] == "call_1");
}

TEST_CASE("an id of the request comes back from Mistral as the host knows it") {
  const std::string mapped = body_of("mistral", kConversation).at("messages")[3]["tool_call_id"];
  const std::string frame = R"(data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":")" + mapped +
                            R"(","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})"
                            "\n\n";
  const Plugin plugin(usable("mistral").config_json());
  CHECK(exchange(plugin, {.pieces = {frame}}, kConversation).events.at(0) == "tool_begin:0:call_1:f");
  CHECK(exchange(plugin, {.pieces = {frame}}).events.at(0) == "tool_begin:0:" + mapped + ":f");
}

TEST_CASE("Perplexity is asked for no tools: the request is refused before it is sent, with the reason") {
  const Plugin plugin(usable("perplexity").config_json());
  const std::string tools = request_with(R"("tools":[{"name":"t","input_schema":{}}])");
  for (const std::string& request : {tools, kConversation}) {
    const Result result = exchange(plugin, {.pieces = {"data: [DONE]\n\n"}}, request);
    INFO(result.message);
    CHECK(result.status == PLATOS_UNIMPLEMENTED);
    CHECK(result.message.find("https://api.perplexity.ai takes no tools") != std::string::npos);
    CHECK(result.detail_json == R"({"retryable":false})");
  }
  CHECK(exchange(plugin, {.pieces = {"data: [DONE]\n\n"}}, request_with(R"("tools":[],"tool_choice":"auto")")).done);
}

TEST_CASE("Azure: the deployment is a segment of the path, the version is a query") {
  const auto url_of = [](const std::string& model, const Variables& more = {}) {
    Variables variables = {{"AZURE_OPENAI_BASE_URL", "https://demo.openai.azure.com/openai/deployments/"}};
    variables.insert(more.begin(), more.end());
    const Json request = {{"v", 1}, {"model", model}, {"messages", Json::array()}};
    return outcome_of(shipped("azure", variables), request.dump()).url;
  };
  const std::string base = "https://demo.openai.azure.com/openai/deployments/";
  CHECK(url_of("gpt-4.1") == base + "gpt-4.1/chat/completions?api-version=2024-10-21");
  CHECK(url_of("my model?a=b#c%é") == base + "my%20model%3Fa%3Db%23c%25%C3%A9/chat/completions?api-version=2024-10-21");
  CHECK(url_of("m", {{"AZURE_OPENAI_API_VERSION", "2025-01-01&x"}}) ==
        base + "m/chat/completions?api-version=2025-01-01%26x");
}

TEST_CASE("Azure: a model that would leave its segment is refused") {
  const Plugin plugin(usable("azure").config_json());
  for (const char* model : {"", ".", "..", "a/b", "a\\\\b"}) {
    const std::string request = R"({"v":1,"messages":[],"model":")" + std::string(model) + "\"}";
    const Result result = exchange(plugin, {}, request);
    INFO(model << " -> " << result.message);
    CHECK(result.status == PLATOS_INVALID_ARGUMENT);
    CHECK(result.message.find("model: expected a name for one segment of a URL") != std::string::npos);
  }
  CHECK(exchange(plugin, {}, R"({"v":1,"messages":[],"model":7})").message.find("expected a string at model") !=
        std::string::npos);
}

TEST_CASE("OpenRouter is told who asks when the operator says so") {
  const ShippedInstance told =
      shipped("openrouter", {{"OPENROUTER_HTTP_REFERER", "https://shop.example"}, {"OPENROUTER_X_TITLE", "Shop"}});
  CHECK(outcome_of(told, kStreamRequest).headers == HeaderList{{"Content-Type", "application/json"},
                                                               {"Accept", "text/event-stream"},
                                                               {"Authorization", "Bearer {{secret:api_key}}"},
                                                               {"HTTP-Referer", "https://shop.example"},
                                                               {"X-Title", "Shop"}});
}
