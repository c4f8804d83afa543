#include "secrets/slots.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "support/survives.hpp"

namespace platos::secrets {
namespace {

using tests::survives;

SlotTable table_of(const std::vector<std::pair<std::string, std::string>>& values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values) names.push_back(name);
  SlotTable table(names);
  for (const auto& [name, value] : values) {
    ::setenv("PLATOS_TEST_SECRET", value.c_str(), 1);
    REQUIRE(table.bind(name, "env:PLATOS_TEST_SECRET"));
    ::unsetenv("PLATOS_TEST_SECRET");
  }
  return table;
}

}  // namespace

TEST_CASE("Slots are filled in wherever they stand") {
  const auto table = table_of({{"key", "K1"}, {"other", "{{secret:key}}"}});
  CHECK(*table.fill_in("no slot") == "no slot");
  CHECK(table.fill_in("")->empty());
  CHECK(*table.fill_in("Bearer {{secret:key}}") == "Bearer K1");
  CHECK(*table.fill_in("{{secret:key}}{{secret:key}}x") == "K1K1x");
  CHECK(*table.fill_in("{{ secret:key}} {{secret}} }} {{") == "{{ secret:key}} {{secret}} }} {{");
  // A value is not looked at again.
  CHECK(*table.fill_in("{{secret:other}}") == "{{secret:key}}");
}

TEST_CASE("A slot without a value, an unknown one and one that is not closed are errors that name the slot") {
  SlotTable table({"key"});
  ::unsetenv("PLATOS_TEST_SECRET");
  REQUIRE(table.bind("key", "env:PLATOS_TEST_SECRET"));
  for (const char* text : {"a {{secret:key}}", "a {{secret:key", "a {{secret:keyx}}", "a {{secret:}}"}) {
    const auto filled = table.fill_in(text);
    INFO(text);
    REQUIRE_FALSE(filled);
    CHECK(filled.error().kind == ErrorKind::FailedPrecondition);
    CHECK(filled.error().code == "secret_unbound");
  }
  CHECK(table.fill_in("{{secret:key}}").error().message.find("\"key\"") != std::string::npos);
  const auto long_name = table.fill_in("{{secret:" + std::string(10'000, 'x') + "}}");
  CHECK(long_name.error().message.size() < 300);
}

TEST_CASE("Binding says which slot is unknown and which binding is not one") {
  SlotTable table({"key"});
  const auto unknown = table.bind("kay", "env:X");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == "unknown_slot");
  CHECK(unknown.error().message.find("kay") != std::string::npos);
  for (const char* binding : {"", "env:", "sk-123", "ENV:X", "file:/x"}) {
    const auto bad = table.bind("key", binding);
    INFO(binding);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().kind == ErrorKind::InvalidArgument);
    CHECK(bad.error().code == "invalid_binding");
    CHECK(bad.error().message.find("secrets.key") == 0);
    CHECK(bad.error().message.find("sk-123") == std::string::npos);
  }
  CHECK(table.unbound().empty());
}

TEST_CASE("Slots whose variable is missing or empty are unbound, in order; slots without a binding are not listed") {
  SlotTable table({"b", "a", "c", "never"});
  ::setenv("PLATOS_TEST_EMPTY", "", 1);
  ::setenv("PLATOS_TEST_SECRET", "v", 1);
  ::unsetenv("PLATOS_TEST_MISSING");
  REQUIRE(table.bind("a", "env:PLATOS_TEST_MISSING"));
  REQUIRE(table.bind("b", "env:PLATOS_TEST_EMPTY"));
  REQUIRE(table.bind("c", "env:PLATOS_TEST_SECRET"));
  CHECK(table.unbound() == std::vector<std::string>{"a", "b"});
  REQUIRE(table.find("c") != nullptr);
  CHECK(table.find("c")->view() == "v");
  CHECK(table.find("a") == nullptr);
  CHECK(table.find("never") == nullptr);
  CHECK(table.values() == std::vector<std::string_view>{"v"});
  CHECK_FALSE(table.empty());
  CHECK(SlotTable({}).empty());
}

TEST_CASE("Values are stripped from text wherever they stand") {
  const auto table = table_of({{"a", "sk-first"}, {"b", "sk-second"}});
  CHECK(table.strip("x sk-first sk-second sk-firstsk-first") == "x [redacted] [redacted] [redacted][redacted]");
  CHECK(table.strip("nothing") == "nothing");
  CHECK(table.appears_in("..sk-second.."));
  CHECK_FALSE(table.appears_in("sk-secon"));
}

TEST_CASE("A value that begins like another does not leave the rest of the longer one") {
  const auto table = table_of({{"a", "sk-abc"}, {"b", "sk-abcREST"}});
  CHECK(table.strip("sk-abcREST").find("REST") == std::string::npos);
}

TEST_CASE("Stripping a value that is part of the replacement comes to an end") {
  const auto table = table_of({{"a", "red"}});
  CHECK(survives([&] { return !table.strip("a red key").empty(); }));
}

}  // namespace platos::secrets
