#include "secrets/key_ring.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "base/text.hpp"
#include "secrets/cipher.hpp"

namespace platos::secrets {
namespace {

Secret copy_of(const Secret& secret) { return Secret(secret.view()); }

struct Ring {
  Secret master = random_key();
  KeyRing keys{copy_of(master)};
  WrappedKey key = keys.make("org_a");
  Ring() { REQUIRE(keys.add(key)); }
  std::string seal(const Place& place, const std::string& text) const { return keys.seal("org_a", place, text); }
};

constexpr Place kPlace = {"messages.content", "env_a", "msg_1"};

}  // namespace

TEST_CASE("AES-256-GCM: what is sealed opens with the same key and bound, and with nothing else") {
  const Secret key = random_key();
  for (const std::string& text : {std::string(), std::string("a"), std::string("a\0b", 3), std::string(100'000, 'x')}) {
    const std::string sealed = seal(key, "bound", text);
    CHECK(sealed.size() == text.size() + kSealedOverhead);
    CHECK(open(key, "bound", sealed) == text);
    CHECK_FALSE(open(key, "bounds", sealed));
    CHECK_FALSE(open(random_key(), "bound", sealed));
    CHECK(seal(key, "bound", text) != sealed);
  }
  const std::string sealed = seal(key, "", "secret text");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(open(key, "", changed));
    CHECK_FALSE(open(key, "", sealed.substr(0, i)));
  }
}

TEST_CASE("No two sealed texts share a nonce, whichever thread seals them") {
  const Secret key = random_key();
  std::array<std::vector<std::string>, 2> nonces;
  std::vector<std::thread> threads;
  for (auto& own : nonces) {
    threads.emplace_back([&key, &own] {
      for (int i = 0; i < 1'000; ++i) own.push_back(seal(key, "", "").substr(0, kSealedOverhead - 16));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> different(nonces[0].begin(), nonces[0].end());
  different.insert(nonces[1].begin(), nonces[1].end());
  CHECK(different.size() == 2'000);
}

TEST_CASE("A text opens where it was sealed, and in no other row, column or tenant") {
  const Ring ring;
  const std::string sealed = ring.seal(kPlace, "a secret");
  CHECK(sealed.find("secret") == std::string::npos);
  CHECK(KeyRing::number_in(sealed) == ring.key.number);
  CHECK(ring.keys.open(kPlace, sealed).value() == "a secret");
  for (const Place& other : {Place{"messages.content", "env_a", "msg_2"}, Place{"messages.content", "env_b", "msg_1"},
                             Place{"messages.thinking", "env_a", "msg_1"}, Place{"messages.content", "env_amsg_1", ""},
                             Place{"messages.conten", "tenv_a", "msg_1"}}) {
    const auto refused = ring.keys.open(other, sealed);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "data_unreadable");
  }
  CHECK(KeyRing::number_in("") == 0);
  CHECK(ring.keys.open(kPlace, "").error().code == "data_key_unknown");
}

TEST_CASE("A data key opens with the master that wrapped it, in the row of its organization") {
  const Ring ring;
  KeyRing stranger(random_key());
  CHECK(stranger.add(ring.key).error().code == "master_key_missing");
  KeyRing again(copy_of(ring.master));
  WrappedKey moved = ring.key;
  moved.organization_id = "org_b";
  CHECK(again.add(moved).error().code == "data_key_unreadable");
  moved = ring.key;
  moved.number += 1;
  CHECK(again.add(moved).error().code == "data_key_unreadable");
  CHECK_FALSE(again.has_key_for("org_a"));
  REQUIRE(again.add(ring.key));
  CHECK(again.open(kPlace, ring.seal(kPlace, "text")).value() == "text");
}

TEST_CASE("After the master changed, rewrapped keys open with the new one alone, and their texts stay as they are") {
  Ring ring;
  const std::string sealed = ring.seal(kPlace, "text");
  const Secret fresh = random_key();
  ring.keys.adopt(copy_of(fresh));
  const auto rewrapped = ring.keys.rewrap(ring.key);
  REQUIRE(rewrapped);
  CHECK(rewrapped->master_id == master_key_id(fresh));
  KeyRing with_old(copy_of(ring.master));
  CHECK(with_old.add(*rewrapped).error().code == "master_key_missing");
  KeyRing with_new(copy_of(fresh));
  REQUIRE(with_new.add(*rewrapped));
  CHECK(with_new.open(kPlace, sealed).value() == "text");
}

TEST_CASE("Hex is read as it is written") {
  CHECK(base::from_hex("00fFAb") == std::string("\0\xFF\xAB", 3));
  CHECK(base::from_hex("") == "");
  for (const char* wrong : {"0", "0g", "xx", "00 "}) CHECK_FALSE(base::from_hex(wrong));
}

}  // namespace platos::secrets
