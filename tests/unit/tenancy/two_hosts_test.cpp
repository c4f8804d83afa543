// What two hosts change at once, on one PostgreSQL.
#include <atomic>
#include <thread>

#include "store/credentials.hpp"
#include "store/organizations.hpp"
#include "support/waiting.hpp"
#include "tenancy_stage.hpp"

namespace platos::tenancy {
namespace {

using store::Session;

struct OwnStore {
  static inline int made = 0;
  std::string name = "two_hosts_" + std::to_string(++made);
};

struct TwoHosts : OwnStore, TenancyStage {
  model::SystemScope system = model::SystemScopeForTest::make();
  model::Principal own = admin();
  std::unique_ptr<store::Database> there;

  TwoHosts() : TenancyStage(10, tests::PostgresServer::shared().database(name)) {
    there = std::move(*store::Database::open(options, clock, logger));
  }
  bool somebody_waits() const {
    return tests::PostgresServer::shared().run(name, "SELECT count(*) FROM pg_locks WHERE NOT granted") != "0";
  }
  /// `theirs` in a transaction of the other host, which ends when `ours` waits for it, or is done.
  template <typename Theirs, typename Ours>
  auto at_once(Theirs theirs, Ours ours) {
    std::atomic<bool> begun{false};
    std::atomic<bool> done{false};
    const auto work = [&](Session& session) -> Result<void> {
      theirs(session);
      session.query(system, "SELECT 1", {}, [](const store::Row&) { return false; });  // it is done, not only said
      begun = true;
      tests::wait_until([&] { return done || somebody_waits(); });
      return {};
    };
    std::thread other([&] {
      base::Loop own_loop{clock};
      (void)base::run_to_end(own_loop, await(there->write(own_loop, work)));
    });
    tests::wait_until([&] { return begun.load(); });
    auto outcome = ours();
    done = true;
    other.join();
    return outcome;
  }
  model::Entity shop() const {
    const auto found = run(keys->entity(loop, own, "shop"));
    REQUIRE(found);
    return *found;
  }
};

}  // namespace

TEST_CASE_METHOD(TwoHosts, "A secret that one host replaces is not put back by a change that another one makes",
                 "[postgres]") {
  REQUIRE(run(keys->create_entity(loop, own, "shop", {})));
  model::Entity rotated = shop();
  rotated.former_secret = rotated.secret;
  rotated.former_until_us = clock.wall_us() + 60'000'000;
  rotated.secret = "another-secret-of-the-shop";
  const auto rotate = [&](Session& session) { store::Credentials(session).update(system, rotated); };
  EntityPatch patch;
  patch.name = "Renamed";
  CHECK(at_once(rotate, [&] { return run(keys->update_entity(loop, own, "shop", patch)); }));
  CHECK(shop().name == "Renamed");
  CHECK(shop().secret == rotated.secret);
  CHECK(shop().former_secret == rotated.former_secret);
  // What was good last is what stays good for a while.
  rotated.secret = "a-third-secret-of-the-shop";
  CHECK(at_once(rotate, [&] { return run(keys->rotate_entity(loop, own, "shop", 60)); }));
  CHECK(shop().former_secret == rotated.secret);
}

TEST_CASE_METHOD(TwoHosts, "Of two owners whom two hosts remove at once one stays", "[postgres]") {
  const auto second = run(administration->add_member(loop, own, "org_default", {"Bob", "bob@example.com", "owner"}));
  REQUIRE(second);
  const auto remove = [&](Session& session) {
    store::Organizations organizations(session);
    organizations.lock(system, "org_default");
    organizations.remove_member(system, "org_default", second->user_id);
  };
  const auto removed =
      at_once(remove, [&] { return run(administration->remove_member(loop, own, "org_default", "usr_admin")); });
  REQUIRE_FALSE(removed);
  CHECK(removed.error().code == "last_owner");
}

TEST_CASE_METHOD(TwoHosts, "Origins that one host sets are those of the access key that another one makes",
                 "[postgres]") {
  REQUIRE(run(keys->generate_access_key(loop, own)));
  const auto restrict = [&](Session& session) {
    store::Credentials(session).set_origins(own.scope, {"https://shop.example"});
  };
  CHECK(at_once(restrict, [&] { return run(keys->generate_access_key(loop, own)); }));
  CHECK(run(keys->access_key(loop, own))->origins == std::vector<std::string>{"https://shop.example"});
}

}  // namespace platos::tenancy
