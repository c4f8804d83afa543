#include "cli/connection.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "support/temp_dir.hpp"

using namespace platos::cli;

TEST_CASE("The administrator's key is for this machine, and for no name that only looks like it") {
  for (const char* name : {"PLATOS_API_KEY", "PLATOS_URL", "PLATOS_DATA_DIR"}) ::unsetenv(name);
  const platos::tests::TempDir data;
  data.write("admin.key", "the-key\n");
  const auto key_for = [&](const std::string& host) {
    CAPTURE(host);
    Globals globals;
    globals.url = "http://" + host + ":3100";
    globals.data_dir = data.path();
    const auto address = find_address(globals);
    REQUIRE(address);
    return address->key;
  };
  for (const char* host : {"localhost", "127.0.0.1", "127.9.8.7", "[::1]"}) CHECK(key_for(host) == "the-key");
  for (const char* host : {"127.evil.example", "127.0.0.1.evil.example", "128.0.0.1", "[::2]"})
    CHECK(key_for(host).empty());
}
