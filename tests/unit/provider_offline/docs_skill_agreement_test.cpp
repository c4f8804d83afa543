// The offline model and the docs skill together, as the host joins them.
#include <array>
#include <catch2/catch.hpp>

#include "platos/cpp/testing/fake_host.hpp"
#include "reply.hpp"
#include "requests.hpp"
#include "skill-docs/docs_skill.hpp"

namespace platos::skill_docs {

std::span<const Section> embedded_sections() noexcept {
  static constexpr std::array<Section, 2> kSections = {{
      {"runs.md", "Runs > Cancel", "Stop one with the command line:\n\n```sh\nplatos runs cancel <id>\n```"},
      {"agents.md", "Agents", "An agent is a versioned prompt."},
  }};
  return kSections;
}

}  // namespace platos::skill_docs

using namespace platos::provider_offline;

namespace {

std::string answer_to(std::string_view question) {
  platos::sdk::testing::FakeHost host;
  platos::skill_docs::DocsSkill skill(platos::sdk::Host(host.table()), "{}");
  platos::sdk::testing::OutputCollector output;
  platos_call_t call;
  const auto request = ask(question);
  const Reply search = plan_reply(parse_chat_request(request.dump()));
  REQUIRE(search.tool_call);
  skill.invoke({host.table(), &call, nullptr}, "search", search.tool_call->arguments_json,
               platos::sdk::ToolSink(&output.table));
  REQUIRE(output.items.size() == 1);
  return plan_reply(parse_chat_request(answered(request, output.items[0].data).dump())).text;
}

}  // namespace

TEST_CASE("a question is searched, found and answered with its place") {
  CHECK(answer_to("How do I cancel a run?") ==
        "Stop one with the command line:\n\n```sh\nplatos runs cancel <id>\n```\n\nFrom: Runs > Cancel (runs.md)");
  CHECK(answer_to("What is an agent?") == "An agent is a versioned prompt.\n\nFrom: Agents (agents.md)");
  CHECK_THAT(answer_to("xylophones"), Catch::StartsWith("I found nothing about that"));
}
