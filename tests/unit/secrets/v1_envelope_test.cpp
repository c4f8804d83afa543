// Sealed texts of the first Platos. The vectors were made by Node's crypto module.
#include "secrets/v1_envelope.hpp"

#include <catch2/catch.hpp>

namespace platos::secrets {
namespace {

const std::string kHexKey = "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";
const std::string kByteKey = "an old key of thirty-two bytes!!";
const std::string kGreeting = "AQIDBAUGBwgJCgsMDQ4PEPQ5FdOCnva0fjnf1QWIeBxQJLd2Bw6ZGQsjT9bd/wjMhhVoQYpsezp6SbM=";
const std::string kEmpty = "BwcHBwcHBwcHBwcHBwcHB5yEr+yHXBY5oZef5JTG4lI=";
const std::string kArguments = "CQkJCQkJCQkJCQkJCQkJCa597HnHUOaDm/yuR4JvcaCNrs/D693FFoNZE7NrKrGB";

}  // namespace

TEST_CASE("what the first Platos sealed opens with its key") {
  V1Keys keys;
  REQUIRE(keys.set(1, kHexKey));
  REQUIRE(keys.set(2, kByteKey));
  CHECK(keys.open(1, kGreeting) == "Grüße from the old Platos");
  CHECK(keys.open(1, kEmpty) == "");
  CHECK(keys.open(2, kArguments) == R"({"args":["x",1]})");
}

TEST_CASE("what does not open is told apart: no key, another key, altered, no base64") {
  V1Keys keys;
  REQUIRE(keys.set(1, kHexKey));
  REQUIRE(keys.set(2, kByteKey));
  CHECK(keys.open(3, kGreeting).error().code == "key_missing");
  CHECK(keys.open(3, kGreeting).error().message.find("version 3") != std::string::npos);
  CHECK(keys.open(2, kGreeting).error().code == "envelope_unreadable");
  for (std::size_t at = 0; at + 1 < kGreeting.size(); ++at) {
    std::string altered = kGreeting;
    altered[at] = altered[at] == 'A' ? 'B' : 'A';
    if (altered != kGreeting) CHECK_FALSE(keys.open(1, altered));
  }
  for (const char* text : {"", "A", "====", "not base64!!", "AQIDBAUGBwgJCgsMDQ4PEA=="}) {
    CAPTURE(text);
    CHECK(keys.open(1, text).error().code == "envelope_unreadable");
  }
}

TEST_CASE("a key of another length is refused, and not repeated") {
  V1Keys keys;
  for (const std::string& key : {std::string(), std::string(31, 'k'), std::string(63, 'a'), std::string(64, 'g')}) {
    const auto done = keys.set(1, key);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == "invalid_key");
    CHECK((key.empty() || done.error().message.find(key) == std::string::npos));
  }
}

}  // namespace platos::secrets
