#include <catch2/catch.hpp>

#include "store/rows.hpp"
#include "store/tool_calls.hpp"
#include "store_fixture.hpp"

namespace platos::store {
namespace {
LedgerRow row_of(const std::string& call, std::int64_t at) {
  LedgerRow row;
  row.run_id = "run_1";
  row.call_id = call;
  row.instance = "docs";
  row.tool = "search";
  row.effect = model::Effect::Idempotent;
  row.idempotency_key = "run_1:" + call;
  row.started_us = at;
  return row;
}
}  // namespace

TEST_CASE("The ledger keeps the first start of a call, and its end") {
  SessionFixture f;
  ToolCalls ledger(f.session);
  ledger.start(f.own, row_of("call_b", 1));
  ledger.start(f.own, row_of("call_a", 2));
  ledger.start(f.own, row_of("call_b", 99));
  ledger.settle(f.own, "run_1", "call_a", "succeeded", 3);
  const auto rows = ledger.of_run(f.own, "run_1");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].call_id == "call_b");
  CHECK(rows[0].started_us == 1);
  CHECK(rows[0].state == "started");
  CHECK(rows[0].effect == model::Effect::Idempotent);
  CHECK(rows[0].idempotency_key == "run_1:call_b");
  CHECK(rows[1].state == "succeeded");
}

TEST_CASE("Another environment sees nothing of the ledger and settles nothing of it") {
  SessionFixture f;
  ToolCalls ledger(f.session);
  ledger.start(f.own, row_of("call_a", 1));
  ledger.settle(f.other, "run_1", "call_a", "failed", 3);
  CHECK(ledger.of_run(f.other, "run_1").empty());
  CHECK(ledger.of_run(f.own, "run_1").at(0).state == "started");
}

TEST_CASE("An idempotency key is found by all its parts until it expires, and then taken anew") {
  SessionFixture f;
  IdempotencyKeys keys(f.session);
  const IdempotencyRow row = {"usr", "POST /x", "key", "hash", "run_1", 1000};
  keys.insert(f.own, row);
  const auto found = keys.find(f.own, row, 999);
  REQUIRE(found);
  CHECK(found->body_hash == "hash");
  CHECK(found->run_id == "run_1");
  CHECK(found->expires_us == 1000);
  CHECK_FALSE(keys.find(f.own, row, 1000));
  CHECK_FALSE(keys.find(f.other, row, 1));
  CHECK_FALSE(keys.find(f.own, {"else", "POST /x", "key", "", "", 0}, 1));
  CHECK_FALSE(keys.find(f.own, {"usr", "POST /y", "key", "", "", 0}, 1));
  CHECK_FALSE(keys.find(f.own, {"usr", "POST /x", "other", "", "", 0}, 1));
  keys.insert(f.own, {"usr", "POST /x", "key", "hash2", "run_2", 3000});
  const auto of_another_body = keys.find(f.own, row, 2000);
  REQUIRE(of_another_body);
  CHECK(of_another_body->run_id == "run_2");
  CHECK(of_another_body->body_hash.empty());
}

TEST_CASE("The hash of a body cannot be found by hashing bodies") {
  SessionFixture f;
  IdempotencyKeys(f.session).insert(f.own, {"usr", "POST /x", "key", "hash", "run_1", 1000});
  const auto stored = all_rows<std::string>(f.session, f.own, "SELECT body_hash FROM idempotency_keys", {},
                                            [](const Row& row) { return row.text(0); });
  REQUIRE(stored.size() == 1);
  CHECK(stored.front().size() == 16);
  CHECK(stored.front() != "hash");
}

}  // namespace platos::store
