// The service "seal" as a plugin sees it.
#include <catch2/catch.hpp>

#include "extension/services/call.hpp"
#include "extension/services/host_table.hpp"
#include "platos/cpp/services.hpp"
#include "secrets/cipher.hpp"

namespace platos::extension {
namespace {

/// A host with keys for the organizations "org_1" and "org_2".
struct Host {
  base::SystemClock clock;
  base::Logger logger{clock, base::LogLevel::Error, base::LogFormat::Json, "/dev/null"};
  secrets::KeyRing keys{secrets::random_key()};

  Host() {
    for (const char* organization : {"org_1", "org_2"}) REQUIRE(keys.add(keys.make(organization)));
  }
  std::unique_ptr<HostTable> table(const std::string& instance) {
    HostServices services;
    services.keys = &keys;
    return std::make_unique<HostTable>(instance, clock, logger, services,
                                       std::make_shared<secrets::SlotTable>(std::vector<std::string>()));
  }
};

/// One call of a tenant to one instance.
struct Caller {
  platos_call_t call;
  platos_error_t error;
  sdk::Host host;
  sdk::Sealer sealer{host};

  Caller(const HostTable& table, model::Scope scope) : host(table.table()) { call.context.scope = std::move(scope); }
  sdk::Call made() { return {host.table(), &call, &error}; }
  std::int32_t status_of_open(const std::string& place, const std::string& sealed) {
    try {
      sealer.open(made(), place, sealed);
      return PLATOS_OK;
    } catch (const sdk::HostFailure& failure) {
      return failure.code();
    }
  }
};

}  // namespace

TEST_CASE("a plugin seals and opens for the tenant of its call") {
  Host host;
  const auto table = host.table("memory");
  Caller caller(*table, {"org_1", "prj_1", "env_1"});
  const std::string text = "what the user said";
  const std::string sealed = caller.sealer.seal(caller.made(), "notes/1", text);
  CHECK(sealed.size() == text.size() + PLATOS_SEAL_OVERHEAD_BYTES);
  CHECK(sealed.find("user") == std::string::npos);
  CHECK(caller.sealer.seal(caller.made(), "notes/1", text) != sealed);
  CHECK(caller.sealer.open(caller.made(), "notes/1", sealed) == text);
  CHECK(caller.sealer.open(caller.made(), "empty", caller.sealer.seal(caller.made(), "empty", "")).empty());
}

TEST_CASE("a sealed text opens at no other place, for no other tenant, in no other instance, and not when altered") {
  Host host;
  const auto table = host.table("memory");
  const auto other_table = host.table("other");
  Caller caller(*table, {"org_1", "prj_1", "env_1"});
  Caller other_environment(*table, {"org_1", "prj_1", "env_2"});
  Caller other_organization(*table, {"org_2", "prj_2", "env_3"});
  Caller other_instance(*other_table, {"org_1", "prj_1", "env_1"});
  const std::string sealed = caller.sealer.seal(caller.made(), "notes/1", "text");
  CHECK(caller.status_of_open("notes/1", sealed) == PLATOS_OK);
  CHECK(caller.status_of_open("notes/2", sealed) == PLATOS_DATA_LOSS);
  CHECK(other_environment.status_of_open("notes/1", sealed) == PLATOS_DATA_LOSS);
  CHECK(other_organization.status_of_open("notes/1", sealed) == PLATOS_DATA_LOSS);
  CHECK(other_instance.status_of_open("notes/1", sealed) == PLATOS_DATA_LOSS);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    std::string altered = sealed;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    CHECK(caller.status_of_open("notes/1", altered) == PLATOS_DATA_LOSS);
    CHECK(caller.status_of_open("notes/1", sealed.substr(0, at)) == PLATOS_DATA_LOSS);
  }
}

TEST_CASE("token hashes are equal for equal tokens of one tenant and instance, also after another master key") {
  Host host;
  const auto table = host.table("memory");
  const auto other_table = host.table("other");
  Caller caller(*table, {"org_1", "prj_1", "env_1"});
  const std::vector<std::string> words = {"apple", "pear", "apple", ""};
  const std::string hashes = caller.sealer.hash(caller.made(), words);
  REQUIRE(hashes.size() == words.size() * PLATOS_SEAL_HASH_BYTES);
  const auto part = [&](std::size_t i) { return hashes.substr(i * PLATOS_SEAL_HASH_BYTES, PLATOS_SEAL_HASH_BYTES); };
  CHECK(part(0) == part(2));
  CHECK(part(0) != part(1));
  CHECK(part(3) != part(0));
  host.keys.adopt(secrets::random_key());
  REQUIRE(host.keys.add(host.keys.make("org_3")));
  CHECK(caller.sealer.hash(caller.made(), words) == hashes);
  Caller other_environment(*table, {"org_1", "prj_1", "env_2"});
  Caller other_organization(*table, {"org_2", "prj_2", "env_1"});
  Caller other_instance(*other_table, {"org_1", "prj_1", "env_1"});
  for (Caller* other : {&other_environment, &other_organization, &other_instance})
    CHECK(other->sealer.hash(other->made(), words) != hashes);
}

TEST_CASE("calls that make no sense are refused with the reason") {
  Host host;
  const auto table = host.table("memory");
  const auto* seal = sdk::Host(table->table()).service<platos_host_seal_t>(PLATOS_HOST_SEAL);
  REQUIRE(seal != nullptr);
  Caller stranger(*table, {"org_unknown", "prj_1", "env_1"});
  std::string out;
  const platos_writer_t writer = {sizeof writer, 0, &out, [](void*, platos_slice_t) -> std::int32_t { return 0; }};
  platos_error_t error;
  CHECK(seal->seal(table->table(), &stranger.call, {}, {}, &writer, &error) == PLATOS_UNAVAILABLE);
  CHECK(error.message.find("try again") != std::string::npos);
  CHECK(seal->seal(table->table(), nullptr, {}, {}, &writer, &error) == PLATOS_INVALID_ARGUMENT);
  CHECK(seal->seal(table->table(), &stranger.call, {}, {}, nullptr, &error) == PLATOS_INVALID_ARGUMENT);
  CHECK(seal->open(table->table(), &stranger.call, {nullptr, 5}, {}, &writer, &error) == PLATOS_INVALID_ARGUMENT);
  const std::string place(2'000, 'p');
  CHECK(seal->seal(table->table(), &stranger.call, sdk::slice(place), {}, &writer, &error) == PLATOS_INVALID_ARGUMENT);
  CHECK(seal->hash(table->table(), &stranger.call, nullptr, 3, &writer, nullptr) == PLATOS_INVALID_ARGUMENT);
}

}  // namespace platos::extension
