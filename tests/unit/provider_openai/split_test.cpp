// The recorded answers, cut everywhere: the cases are those of the stream contract.
#include <catch2/catch.hpp>

#include "contract/stream_contract.hpp"
#include "driver.hpp"

using namespace platos::provider_openai::testing;

const std::vector<platos::tests::Recording>& platos::tests::complete_streams() {
  static const auto all = recordings(
      PROVIDER_OPENAI_RECORDED,
      {"openai_text", "openai_two_tools", "ollama_tool", "vllm_no_index", "deepseek_reasoning",
       "openrouter_usage_twice", "multibyte", "groq_usage", "mistral_parts", "azure_content_filter", "openai_refusal",
       "vendors/perplexity/text", "vendors/xai/text", "vendors/together/tools", "vendors/ollama/tools"});
  return all;
}

TEST_CASE("an error inside a stream fails it, split at every byte") {
  const Plugin plugin;
  const auto broken_off = platos::tests::recording(PROVIDER_OPENAI_RECORDED, "openrouter_error");
  const std::string_view text = broken_off.body;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const Result result = exchange(plugin, {.pieces = {text.substr(0, at), text.substr(at)}});
    INFO("split at byte " << at);
    REQUIRE(result.status == PLATOS_UNAVAILABLE);
    REQUIRE(result.events == broken_off.events);
    REQUIRE(result.message.find("\"Upstream connection lost\"") != std::string::npos);
  }
}
