#include "tools/search_index.hpp"

#include <catch2/catch.hpp>
#include <map>

namespace platos::tools {
namespace {

struct Shelf {
  std::vector<model::Tool> tools;

  void add(const std::string& instance, const std::string& name, const std::string& description,
           const std::string& schema = R"({"properties":{}})") {
    model::Tool tool;
    tool.instance = instance;
    tool.name = name;
    tool.model_name = model::model_tool_name(instance, name);
    tool.description = description;
    tool.input_schema_json = schema;
    tools.push_back(std::move(tool));
  }
  std::vector<const model::Tool*> pointers() const {
    std::vector<const model::Tool*> list;
    for (const auto& tool : tools) list.push_back(&tool);
    return list;
  }
  std::string best(const std::string& query) const {
    const auto hits = SearchIndex(pointers()).search(query, 5);
    return hits.empty() ? "" : tools[hits[0].position].name;
  }
};

using Words = std::vector<std::string>;

Shelf office() {
  Shelf shelf;
  shelf.add("mail", "send_email", "Send a message to one or more people",
            R"({"properties":{"to":{},"subject":{},"body":{}}})");
  shelf.add("mail", "listInboxMessages", "Show what has arrived");
  shelf.add("calendar", "calendar.create-event", "Put an appointment into the calendar",
            R"({"properties":{"startTime":{},"attendees":{}}})");
  shelf.add("crm", "findCustomer", "Look up a customer by name or number");
  shelf.add("crm", "deleteCustomer", "Remove a customer for good");
  shelf.add("files", "read_file", "The content of a file");
  shelf.add("files", "write_file", "Replace the content of a file");
  shelf.add("shop", "refundOrder", "Pay an order back", R"({"properties":{"orderId":{},"amountCents":{}}})");
  shelf.add("weather", "forecast", "Temperature and rain of the next days");
  shelf.add("db", "runSQLQuery", "Ask the database");
  return shelf;
}

}  // namespace

TEST_CASE("Names are split where words begin, and stand as a whole, too") {
  CHECK(search_words("send_email: Send Email!") == Words{"send", "email", "send_email", "send", "email"});
  CHECK(search_words("runSQLQuery") == Words{"run", "sql", "query", "runsqlquery"});
  CHECK(search_words("calendar.create-event") == Words{"calendar", "create", "event", "calendar.create-event"});
  CHECK(search_words("a I x").empty());
  CHECK(search_words("the tools of it") == Words{"tool"});
  CHECK(search_words("categories boxes class status").size() == 4);
  CHECK(search_words("categories boxes class status") == Words{"category", "box", "class", "status"});
  CHECK(search_words("Zürich größe") == Words{"zürich", "größe"});
  CHECK(search_words(std::string(100'000, '_')).empty());
  CHECK(search_words(std::string(100'000, 'A')).size() == 1);
}

TEST_CASE("What somebody asks for in words is found first") {
  const Shelf shelf = office();
  const std::map<std::string, std::string> wanted = {
      {"send email", "send_email"},
      {"sendEmail", "send_email"},
      {"emails", "send_email"},
      {"inbox", "listInboxMessages"},
      {"create an event", "calendar.create-event"},
      {"start time attendees", "calendar.create-event"},
      {"find a customer", "findCustomer"},
      {"delete customers", "deleteCustomer"},
      {"write a file", "write_file"},
      {"refund an order", "refundOrder"},
      {"order id amount", "refundOrder"},
      {"rain tomorrow", "forecast"},
      {"sql", "runSQLQuery"},
      {"query database", "runSQLQuery"},
  };
  for (const auto& [query, name] : wanted) {
    INFO(query);
    CHECK(shelf.best(query) == name);
  }
  CHECK(shelf.best("xylophone").empty());
  CHECK(shelf.best("").empty());
  CHECK(shelf.best("the of and").empty());
  CHECK(SearchIndex({}).search("anything", 5).empty());
}

TEST_CASE("Rarity counts as BM25 says, and equal tools stay in their order") {
  Shelf shelf;
  for (const char* name : {"one", "two", "three"}) shelf.add("x", name, "common");
  const auto hits = SearchIndex(shelf.pointers()).search("common", 10);
  REQUIRE(hits.size() == 3);
  CHECK(hits[0].position == 0);
  CHECK(hits[2].position == 2);
  CHECK(hits[0].score == Approx(0.1335).epsilon(0.35));
  CHECK(SearchIndex(shelf.pointers()).search("common", 2).size() == 2);
}

TEST_CASE("Fusion likes what both lists have") {
  const auto fused = fuse({{1, 9.0}, {2, 8.0}}, {{3, 0.9}, {2, 0.8}}, 10);
  REQUIRE(fused.size() == 3);
  CHECK(fused[0].position == 2);
  CHECK(fused[0].score == Approx(2.0 / 62));
  CHECK(fused[1].position == 1);
  CHECK(fuse({{1, 1.0}, {2, 1.0}}, {}, 1).size() == 1);
}

TEST_CASE("The fingerprint follows every text that is searched") {
  Shelf shelf = office();
  const auto before = fingerprint_of(shelf.pointers());
  CHECK(fingerprint_of(shelf.pointers()) == before);
  shelf.tools[3].description += ".";
  CHECK(fingerprint_of(shelf.pointers()) != before);
}

TEST_CASE("A thousand tools with hostile names are indexed and searched") {
  Shelf shelf;
  for (int i = 0; i < 1000; ++i) {
    const std::string odd[] = {std::string(5000, '_'), "\xff\xfe",           "",           "../../etc/passwd", "a\nb",
                               "'; DROP TABLE x",      std::string(1, '\0'), "{{user.id}}"};
    shelf.add("x", odd[i % 8] + std::to_string(i), odd[(i + 1) % 8], i % 2 == 0 ? "not JSON" : R"({"properties":5})");
  }
  CHECK(SearchIndex(shelf.pointers()).search("passwd", 50).size() == 50);
}

}  // namespace platos::tools
