// What an agent may use, what its model is shown, and what find_tools finds.
#include "tools/catalogue.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/task_set.hpp"
#include "store/tool_settings.hpp"
#include "support/tenant_rows.hpp"
#include "tools/administration.hpp"
#include "unit/store/store_fixture.hpp"

namespace platos::tools {
namespace {

using model::Json;

model::Tool made(const std::string& instance, const std::string& name, const std::string& description,
                 const std::string& category = {}) {
  model::Tool tool;
  tool.instance = instance;
  tool.name = name;
  tool.model_name = model::model_tool_name(instance.substr(instance.find(':') + 1), name);
  tool.description = description;
  tool.category = category;
  tool.input_schema_json = R"({"type":"object","properties":{"tenantId":{"type":"string"},"q":{"type":"string"}}})";
  return tool;
}

/// Two-dimensional "meaning": letters before and after 'm'.
struct LetterEmbedder final : ports::Embedder {
  std::string name = "letters";
  ports::EmbedderInfo about{"letters", 2, 3, 4000};
  mutable int calls = 0;
  bool broken = false;
  const std::string& instance() const override { return name; }
  const ports::EmbedderInfo& info() const override { return about; }
  Task<Result<std::vector<ports::Vector>>> embed(ports::CallContext, std::vector<std::string> texts,
                                                 base::CancelToken) override {
    ++calls;
    CHECK(texts.size() <= about.max_texts);
    if (broken) co_return fail(ErrorKind::Unavailable, "down", "down");
    std::vector<ports::Vector> vectors;
    for (const auto& text : texts) {
      const bool is_money = text.find("pay") != std::string::npos || text.find("refund") != std::string::npos;
      ports::Vector vector = is_money ? ports::Vector{1, 0} : ports::Vector{0, 1};
      vectors.push_back(std::move(vector));
    }
    co_return vectors;
  }
};

struct Source final : ports::ToolSource {
  std::string name;
  std::vector<model::Tool> offered;
  const std::string& instance() const override { return name; }
  const std::vector<model::Tool>& tools() const override { return offered; }
  Task<Result<std::string>> invoke(ports::CallContext, std::string tool, std::string, base::CancelToken) override {
    co_return "\"" + tool + "\"";
  }
};

struct Plugins final : ports::PluginDirectory {
  std::map<std::string, std::shared_ptr<Source>, std::less<>> skills;
  std::shared_ptr<LetterEmbedder> letters = std::make_shared<LetterEmbedder>();
  static tl::unexpected<Error> none() { return fail(ErrorKind::NotFound, "unknown_instance", "not here"); }
  Result<std::shared_ptr<ports::ChatProvider>> provider(std::string_view) const override { return none(); }
  Result<std::shared_ptr<ports::ToolSource>> skill(std::string_view instance) const override {
    const auto found = skills.find(instance);
    if (found == skills.end()) return none();
    return std::shared_ptr<ports::ToolSource>(found->second);
  }
  Result<std::shared_ptr<ports::Embedder>> embedder(std::string_view) const override {
    return std::shared_ptr<ports::Embedder>(letters);
  }
  Result<std::shared_ptr<ports::MemoryStore>> memory(std::string_view) const override { return none(); }
  std::vector<ports::ConfiguredGovernor> governors() const override { return {}; }
  std::vector<std::shared_ptr<ports::Observer>> observers() const override { return {}; }
};

struct Entities final : ports::ScopedTools {
  std::vector<model::Tool> offered;
  bool owns(std::string_view instance) const override { return instance.substr(0, 7) == "entity:"; }
  Task<Result<std::vector<model::SharedTool>>> tools_of(base::Loop&, model::Scope, model::AgentConfig) override {
    std::vector<model::SharedTool> shared;
    for (const auto& tool : offered) shared.push_back(std::make_shared<const model::Tool>(tool));
    co_return shared;
  }
  Task<Result<std::string>> invoke(base::Loop&, ports::CallContext, std::string instance, std::string tool, std::string,
                                   base::CancelToken) override {
    co_return "\"" + instance + " " + tool + "\"";
  }
};

Task<void> keep(Task<SearchAnswer> search, std::optional<SearchAnswer>& answer) { answer = co_await std::move(search); }

struct CatalogueFixture : store::DatabaseFixture {
  Plugins plugins;
  Entities entities;
  Source memory;
  model::Scope own = {"org_a", "prj_a", "env_a"};
  model::AgentConfig agent;
  std::unique_ptr<RuleBook> rules;
  std::unique_ptr<Catalogue> catalogue;

  CatalogueFixture() {
    REQUIRE(open());
    const auto tenant = write([&](store::Session& session) -> Result<void> {
      tests::insert_tenant(session, own);
      return {};
    });
    REQUIRE(tenant);
    auto mail = std::make_shared<Source>();
    mail->name = "mail";
    mail->offered = {made("mail", "send", "Send a letter", "email"), made("mail", "read", "Read letters", "email")};
    plugins.skills["mail"] = mail;
    entities.offered = {made("entity:shop", "order.refund", "Pay an order back"),
                        made("entity:shop", "order.find", "Look up an order")};
    memory.name = "platos.memory";
    memory.offered = {made("platos.memory", "recall", "What is remembered", "memory")};
    memory.offered[0].model_name = "recall";
    agent.skills = {"mail"};
    rules = std::make_unique<RuleBook>(*database);
    make("");
  }
  void make(const std::string& embedder) {
    CatalogueOptions options_of;
    options_of.rules = rules.get();
    options_of.embedder = embedder;
    catalogue = std::make_unique<Catalogue>(plugins, std::vector<ports::ToolSource*>{&memory},
                                            std::vector<ports::ScopedTools*>{&entities}, options_of);
  }
  model::AllowedTools allowed;
  void allow(std::vector<std::string> patterns) {
    allowed = std::make_shared<const std::vector<std::string>>(std::move(patterns));
  }
  Result<ToolSet> visible(const std::string& session = {}) {
    return base::run_to_end(loop, catalogue->visible_to(loop, own, agent, session, allowed));
  }
  std::string shown(const std::string& session = {}) {
    const auto set = visible(session);
    if (!set) return set.error().code;
    std::string names;
    for (const auto& tool : set->displayed()) names += (names.empty() ? "" : " ") + tool->model_name;
    return names;
  }
  Result<std::string> find(const std::string& arguments, const std::string& session = {}) {
    ports::CallContext context;
    context.scope = own;
    context.session_json = session;
    context.allowed_tools = allowed;
    return base::run_to_end(loop, catalogue->invoke(loop, context, find_tools_tool(), arguments, base::CancelToken()));
  }
  void set(const std::string& tool, bool enabled, model::Permission permission) {
    auto work = [this, tool, enabled, permission](store::Session& session) -> Result<void> {
      store::ToolSettings(session).put(own, {tool, enabled, permission, model::Effect::Unspecified, 0, "u", 1});
      return {};
    };
    REQUIRE(base::run_to_end(loop, rules->change(loop, own, work)));
  }
};

}  // namespace

TEST_CASE("An agent has its skills, its environment's tools and the meta-tools, without what is blocked") {
  CatalogueFixture f;
  CHECK(f.shown() == "mail__send mail__read shop__order_refund shop__order_find recall");
  f.set("mail__read", false, model::Permission::Unspecified);
  f.set("shop__order_find", true, model::Permission::Block);
  f.set("shop__order_refund", true, model::Permission::RequireApproval);
  CHECK(f.shown() == "mail__send shop__order_refund recall");
  CHECK(f.visible()->find("shop__order_refund")->requires_approval);
  CHECK(f.visible()->find("mail__read") == nullptr);
  f.agent.tools_block_json = R"({"enabledTools":["mail__*"]})";
  CHECK(f.shown() == "mail__send recall");
  f.agent.meta_tools["recall"] = false;
  CHECK(f.shown() == "mail__send");
  f.agent.skills = {"gone"};
  CHECK(f.shown() == "skill_unavailable");
  f.agent.skills.clear();
  f.agent.tools_block_json = "{\"displayMode\":5}";
  CHECK(f.shown() == "invalid_field");
}

TEST_CASE("The caller of a turn narrows its tools, and cannot widen them") {
  CatalogueFixture f;
  f.allow({"mail__*", "entity:shop/order.find"});
  CHECK(f.shown() == "mail__send mail__read shop__order_find");
  const auto set = f.visible();
  CHECK(set->withholds("shop__order_refund"));
  CHECK(set->withholds("recall"));
  CHECK_FALSE(set->withholds("mail__send"));
  CHECK_FALSE(set->withholds("invented"));
  CHECK(set->allowed() == f.allowed);
  f.agent.tools_block_json = R"({"enabledTools":["mail__read"]})";
  CHECK(f.shown() == "mail__read");
  CHECK_FALSE(f.visible()->withholds("mail__send"));
  f.agent.tools_block_json.clear();
  f.set("mail__send", true, model::Permission::Block);
  CHECK(f.shown() == "mail__read shop__order_find");
  f.allow({"no such tool", "mail"});
  CHECK(f.shown().empty());
  f.allow({});
  CHECK(f.shown().empty());
  f.allow({"*"});
  CHECK(f.shown() == "mail__read shop__order_refund shop__order_find recall");
  CHECK_FALSE(f.visible()->withholds("mail__send"));
}

TEST_CASE("What searches tools stays while there is something to find, and finds what is allowed") {
  CatalogueFixture f;
  f.agent.tools_block_json = R"({"displayMode":"meta-tool"})";
  f.allow({"shop__order_find"});
  CHECK(f.shown() == "find_tools execute_tools");
  CHECK(Json::parse(*f.find(R"({"query":"order"})"))["results"].size() == 1);
  CHECK(Json::parse(*f.find(R"({"query":"order"})"))["results"][0]["name"] == "shop__order_find");
  f.allow({"recall"});
  CHECK(f.shown() == "recall");
  CHECK(Json::parse(*f.find(R"({"query":"order"})"))["results"].empty());
}

TEST_CASE("An entity whose tools are not allowed need not be told from others") {
  CatalogueFixture f;
  f.agent.skills.clear();
  f.entities.offered.push_back(made("entity:bank", "pay", "Pay a bill"));
  CHECK(f.shown() == "ENTITY_IDS_REQUIRED");
  f.allow({"bank__*"});
  CHECK(f.shown() == "bank__pay");
}

TEST_CASE("The prompt says what is left to give, of listed tools that the session fills in for") {
  CatalogueFixture f;
  CHECK(f.visible(R"({"tenant_id":"t9"})")->prompt().empty());
  f.agent.context_mapping_json = R"({"declaredKeys":["tenant_id"]})";
  CHECK(f.visible()->prompt().empty());
  f.entities.offered = {made("entity:shop", "find", "Find")};
  f.agent.skills.clear();
  f.memory.offered[0].input_schema_json = "{}";
  f.entities.offered[0].input_schema_json = R"({"type":"object","required":["q","tenantId"],"properties":{
    "tenantId":{"type":"string"},"q":{"type":"string","description":"Words\n### Obey"},"limit":{"type":"integer"}}})";
  const std::string heading =
      "## Tool argument expectations\n\nGive these tools the arguments below; others are filled in for you.";
  CHECK(f.visible(R"({"tenant_id":"t9"})")->prompt() ==
        heading + "\n\n### shop__find\n\n- `limit`\n- `q` (required): Words ### Obey");
  // What is not listed is found with its arguments.
  f.agent.tools_block_json = R"({"displayMode":"meta-tool"})";
  CHECK(f.visible(R"({"tenant_id":"t9"})")->prompt().empty());
  f.agent.tools_block_json = R"({"displayMode":"hybrid","pinnedTools":["shop__find"]})";
  CHECK(f.visible(R"({"tenant_id":"t9"})")->prompt().find(heading) != std::string::npos);
  f.agent.tools_block_json.clear();
  f.entities.offered[0].input_schema_json = R"({"type":"object","properties":{"tenantId":{"type":"string"}}})";
  CHECK(f.visible(R"({"tenant_id":"t9"})")->prompt() ==
        heading + "\n\n### shop__find\n\nNo arguments: all of them are filled in.");
}

TEST_CASE("Expectations of arguments cannot fill the prompt") {
  CatalogueFixture f;
  f.agent.skills.clear();
  f.agent.context_mapping_json = R"({"declaredKeys":["tenant_id"]})";
  f.entities.offered.clear();
  for (int i = 0; i < 120; ++i) {
    f.entities.offered.push_back(made("entity:shop", "t" + std::to_string(i), "Tool"));
    f.entities.offered.back().input_schema_json =
        Json{{"type", "object"},
             {"properties",
              {{"tenantId", {{"type", "string"}}},
               {"q", {{"type", "string"}, {"description", std::string(5000, 'x')}}}}}}
            .dump();
  }
  const std::string prompt = f.visible(R"({"tenant_id":"t9"})")->prompt();
  CHECK(prompt.size() <= 16'000);
  CHECK(prompt.find("more tools are not listed here.") != std::string::npos);
}

TEST_CASE("Each display mode shows what it says, and all tools may be called in each") {
  CatalogueFixture f;
  const std::string searching = "recall find_tools execute_tools";
  f.agent.tools_block_json = R"({"displayMode":"meta-tool"})";
  CHECK(f.shown() == searching);
  CHECK(f.visible()->prompt().empty());
  CHECK(f.visible()->find("mail__send") != nullptr);
  f.agent.tools_block_json = R"({"displayMode":"summary","categoryDescriptions":{"order":"Orders of the shop"}})";
  CHECK(f.shown() == searching);
  const std::string prompt = f.visible()->prompt();
  CHECK(prompt.find("- **email** (2 tools) - read and send mail\n- **order** (2 tools) - Orders of the shop") !=
        std::string::npos);
  f.agent.tools_block_json = R"({"displayMode":"hybrid","pinnedTools":["mail__*"]})";
  CHECK(f.shown() == "mail__send mail__read " + searching);
  CHECK(f.visible()->prompt().find("email") == std::string::npos);
  f.agent.meta_tools["execute_tools"] = false;
  CHECK(f.shown() == "mail__send mail__read recall find_tools");
  // Nothing to search for.
  f.agent.skills.clear();
  f.entities.offered.clear();
  CHECK(f.shown() == "recall");
}

TEST_CASE("Categories cannot fill the prompt, nor begin lines of their own") {
  CatalogueFixture f;
  f.agent.skills.clear();
  f.agent.tools_block_json = R"({"displayMode":"summary"})";
  f.entities.offered.clear();
  for (int i = 0; i < 100; ++i) {
    f.entities.offered.push_back(made("entity:shop", "t" + std::to_string(i), "Tool",
                                      "c" + std::to_string(i) + "\n## Obey\n" + std::string(999, 'x')));
  }
  const std::string prompt = f.visible()->prompt();
  CHECK(prompt.find("\n## Obey") == std::string::npos);
  CHECK(prompt.find("- and 60 more") != std::string::npos);
  CHECK(prompt.size() < 20'000);
}

TEST_CASE("More tools than a provider takes are searched instead of listed") {
  CatalogueFixture f;
  f.entities.offered.clear();
  for (int i = 0; i < 200; ++i) f.entities.offered.push_back(made("entity:shop", "t" + std::to_string(i), "Tool"));
  const auto set = f.visible();
  REQUIRE(set);
  CHECK(set->displayed().size() == 3);
  CHECK(set->tools().size() == 205);
  CHECK(set->prompt().find("(200 tools)") != std::string::npos);
}

TEST_CASE("Names that no provider takes are left out, and two tools of one name are an error") {
  CatalogueFixture f;
  f.entities.offered.clear();
  for (int i = 0; i < 1000; ++i) {
    const std::string odd[] = {"a b", std::string(200, 'x'), "\xff", "\n", "{{x}}", "a/b", "\"", ""};
    f.entities.offered.push_back(made("entity:shop", odd[i % 8] + (i % 8 == 7 ? std::to_string(i) : ""), "Hostile"));
  }
  const auto set = f.visible();
  REQUIRE(set);
  for (const auto& tool : set->tools()) CHECK(is_callable_name(tool->model_name));
  CHECK(set->tools().size() == 3 + 125);
  f.entities.offered = {made("entity:shop", "a.b", "One"), made("entity:shop", "a-b", "Other")};
  CHECK(f.shown() == "tool_name_clash");
}

TEST_CASE("Several entities want the session to say which of them is meant") {
  CatalogueFixture f;
  f.agent.skills.clear();
  f.entities.offered.push_back(made("entity:bank", "pay", "Pay a bill"));
  CHECK(f.shown() == "ENTITY_IDS_REQUIRED");
  CHECK(f.shown(R"({"entity_ids":["bank"]})") == "bank__pay recall");
  CHECK(f.shown(R"({"entity_ids":"shop"})") == "shop__order_refund shop__order_find recall");
  CHECK(f.shown(R"({"entity_ids":[]})") == "ENTITY_IDS_REQUIRED");
  f.agent.tools_block_json = R"({"entityIdsRequired":false})";
  CHECK(f.shown() == "shop__order_refund shop__order_find bank__pay recall");
  f.agent.tools_block_json = R"({"entityIdsRequired":true})";
  f.entities.offered = {made("entity:bank", "pay", "Pay a bill")};
  CHECK(f.shown() == "ENTITY_IDS_REQUIRED");
  f.agent.context_mapping_json = R"({"entityIdsKey":"banks"})";
  CHECK(f.shown(R"({"banks":["bank"]})") == "bank__pay recall");
}

TEST_CASE("Arguments that the session fills in are hidden from the model, and sent") {
  CatalogueFixture f;
  f.agent.context_mapping_json = R"({"declaredKeys":["tenant_id"]})";
  const std::string session = R"({"tenant_id":"t9"})";
  const auto set = f.visible(session);
  REQUIRE(set);
  CHECK(set->displayed()[0]->input_schema_json.find("tenantId") == std::string::npos);
  CHECK(set->find("mail__send")->input_schema_json.find("tenantId") != std::string::npos);
  CHECK(Json::parse(*set->resolve(*set->find("mail__send"), R"({"tenantId":"evil","q":"x"})")) ==
        Json::parse(R"({"tenantId":"t9","q":"x"})"));
}

TEST_CASE("find_tools finds what the agent may use, and nothing else") {
  CatalogueFixture f;
  f.agent.skills = {"mail"};
  // Without a store to ask, the agent is one without skills.
  const Json found = Json::parse(*f.find(R"({"query":"refund an order"})"));
  REQUIRE(found["results"].size() >= 1);
  CHECK(found["results"][0]["name"] == "shop__order_refund");
  CHECK(found["results"][0]["params"] == Json::array({"q", "tenantId"}));
  CHECK(found["results"][0]["category"] == "order");
  CHECK(found["results"][0]["entity"] == "shop");
  f.set("shop__order_refund", true, model::Permission::Block);
  CHECK(Json::parse(*f.find(R"({"query":"refund"})"))["results"].empty());
  CHECK(Json::parse(*f.find(R"({"query":"refund"})")).contains("message"));
  CHECK(Json::parse(*f.find(R"({"query":"order","source":"nobody"})"))["results"].empty());
  CHECK(Json::parse(*f.find(R"({"query":"order","source":"shop","limit":0})"))["results"].size() == 1);
  CHECK(Json::parse(*f.find(R"({"query":"order"})", R"({"entity_ids":["shop"]})"))["source"] == "entity:shop");
  for (const char* bad :
       {"", "[]", "{}", R"({"query":5})", R"({"query":"a","limit":"x"})", R"({"query":"a","source":1})"}) {
    INFO(bad);
    const auto refused = f.find(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::InvalidArgument);
  }
}

TEST_CASE("Vectors find what words do not, are made once, and are done without when they cannot be had") {
  CatalogueFixture f;
  f.make("letters");
  const auto best = [&f] {
    const Json found = Json::parse(*f.find(R"({"query":"pay someone back"})"));
    return found["results"].empty() ? std::string() : found["results"][0]["name"].get<std::string>();
  };
  f.entities.offered = {made("entity:shop", "order.find", "Look up"), made("entity:shop", "order.refund", "Money")};
  CHECK(best() == "shop__order_refund");
  const int calls = f.plugins.letters->calls;
  CHECK(calls > 0);
  CHECK(best() == "shop__order_refund");
  CHECK(f.plugins.letters->calls == calls);
  f.make("letters");
  f.plugins.letters->broken = true;
  CHECK(best().empty());
}

TEST_CASE("An index of tools is made beside the loop, and the next search has it at once") {
  CatalogueFixture f;
  const auto set = f.visible();
  std::optional<SearchAnswer> answer;
  base::TaskSet tasks(f.loop, [](std::string_view, std::exception_ptr) {});
  const auto search = [&]() {
    answer.reset();
    tasks.start("search",
                keep(f.catalogue->search(f.loop, {}, set->tools(), "letter", 5, base::CancelToken()), answer));
  };
  search();
  CHECK_FALSE(answer);
  f.loop.run_until([&] { return answer.has_value(); });
  CHECK(answer->hits.size() == 2);
  search();
  REQUIRE(answer);
  CHECK(answer->hits.size() == 2);
}

TEST_CASE("execute_tools is for the dispatcher, and says how many calls it takes") {
  CatalogueFixture f;
  const auto alone = base::run_to_end(
      f.loop, f.catalogue->invoke(f.loop, {}, execute_tools_tool(), R"({"calls":[]})", base::CancelToken()));
  REQUIRE_FALSE(alone);
  CHECK(alone.error().code == "not_callable_alone");
  const auto schema = model::parse_bounded(execute_tools_tool().input_schema_json, "the schema");
  CHECK((*schema)["properties"]["calls"]["maxItems"] == kMaxExecuted);
}

}  // namespace platos::tools
