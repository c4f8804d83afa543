#include "secrets/slots.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "support/survives.hpp"

using platos::secrets::SlotTable;

namespace {
SlotTable bound(const std::string& value) {
  ::setenv("PLATOS_TEST_SECRET", value.c_str(), 1);
  SlotTable slots({"token", "spare"});
  REQUIRE(slots.bind("token", "env:PLATOS_TEST_SECRET"));
  return slots;
}
}  // namespace

TEST_CASE("a placeholder is replaced by its slot's value, wherever and however often it stands") {
  const SlotTable slots = bound("s3cret-value");
  CHECK(*slots.fill_in("Bearer {{secret:token}}") == "Bearer s3cret-value");
  CHECK(*slots.fill_in("{{secret:token}}{{secret:token}}!") == "s3cret-values3cret-value!");
  CHECK(*slots.fill_in("plain {{config.x}}") == "plain {{config.x}}");
  CHECK(slots.fill_in("")->empty());
}

TEST_CASE("a placeholder of an unknown slot, of one without a value, or one not closed is an error that names it") {
  const SlotTable slots = bound("s3cret-value");
  for (const char* text : {"{{secret:other}}", "{{secret:spare}}", "{{secret:token", "{{secret:}}"}) {
    CAPTURE(text);
    const auto filled = slots.fill_in(text);
    REQUIRE_FALSE(filled);
    CHECK(filled.error().code == "secret_unbound");
    CHECK(filled.error().message.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("a value that looks like a placeholder is not expanded again") {
  const SlotTable slots = bound("{{secret:token}}");
  CHECK(*slots.fill_in("{{secret:token}}") == "{{secret:token}}");
}

TEST_CASE("a secret that can be done without leaves no slot unbound") {
  SlotTable slots({"token"});
  ::unsetenv("PLATOS_TEST_OPTIONAL");
  REQUIRE(slots.bind("token", "env:PLATOS_TEST_OPTIONAL"));
  CHECK(slots.unbound() == std::vector<std::string>{"token"});
  REQUIRE(slots.bind("token", "env:PLATOS_TEST_OPTIONAL?"));
  CHECK(slots.unbound().empty());
  CHECK(slots.find("token") == nullptr);
  ::setenv("PLATOS_TEST_OPTIONAL", "here", 1);
  REQUIRE(slots.bind("token", "env:PLATOS_TEST_OPTIONAL?"));
  REQUIRE(slots.find("token") != nullptr);
  CHECK(slots.find("token")->view() == "here");
}

TEST_CASE("only slots that were asked for and granted can be bound, and only to env:") {
  SlotTable slots({"token"});
  CHECK(slots.bind("other", "env:X").error().code == "unknown_slot");
  for (const char* binding : {"s3cret", "env:", "file:/etc/passwd", ""}) {
    CAPTURE(binding);
    const auto result = slots.bind("token", binding);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == "invalid_binding");
    CHECK(result.error().message.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("a slot bound to a variable without a value is unbound; one that nobody bound is not") {
  ::setenv("PLATOS_TEST_EMPTY", "", 1);
  ::unsetenv("PLATOS_TEST_UNSET");
  SlotTable slots({"a", "b", "c"});
  REQUIRE(slots.bind("a", "env:PLATOS_TEST_EMPTY"));
  REQUIRE(slots.bind("b", "env:PLATOS_TEST_UNSET"));
  CHECK(slots.unbound() == std::vector<std::string>{"a", "b"});
  CHECK(slots.find("a") == nullptr);
  CHECK(slots.values().empty());
}

TEST_CASE("what an upstream echoes of a secret is taken out, every time") {
  const SlotTable slots = bound("s3cret-value");
  CHECK(slots.strip("a s3cret-value b s3cret-value") == "a [redacted] b [redacted]");
  CHECK(slots.appears_in("xs3cret-valuex"));
  CHECK_FALSE(slots.appears_in("s3cret"));
  CHECK(slots.strip("nothing here") == "nothing here");
}

TEST_CASE("a secret that is part of the word put in its place is taken out too, and that ends") {
  for (const char* value : {"redacted", "e", "["}) {
    CAPTURE(value);
    CHECK(platos::tests::survives([value] {
      const SlotTable slots = bound(value);
      return slots.strip("one " + std::string(value) + " two") == "one [redacted] two" || std::string(value) == "e";
    }));
  }
}
