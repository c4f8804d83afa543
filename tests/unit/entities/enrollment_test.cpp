// Registrations of several backends of one entity, which are stored one after the other.
#include <catch2/catch.hpp>
#include <future>

#include "entities/entities.hpp"
#include "support/tenant_rows.hpp"
#include "unit/entities/links_stage.hpp"
#include "unit/store/store_fixture.hpp"

namespace platos::entities {
namespace {

struct EnrollmentFixture : store::DatabaseFixture {
  tenancy::EntityGuest guest;
  std::unique_ptr<Entities> entities;
  std::optional<Result<Enrolled>> enrolled;
  base::TaskSet tasks{loop, [](std::string_view, std::exception_ptr) {}};

  EnrollmentFixture() {
    REQUIRE(open());
    guest.entity.id = "ent_1";
    guest.entity.entity_id = "shop";
    guest.scope = {"org_a", "prj_a", "env_a"};
    const auto tenant = write([this](store::Session& session) -> Result<void> {
      tests::insert_tenant(session, guest.scope);
      return {};
    });
    REQUIRE(tenant);
    const auto no_client = [](base::Loop&) -> egress::Client& { std::abort(); };
    entities = std::make_unique<Entities>(*database, clock, no_client, EntitiesOptions{"host_1", {}, 1}, logger);
  }

  std::string connect(const std::string& instance) {
    const auto id = entities->links().attach(std::make_shared<RecordedLink>(loop), guest, instance, 0);
    REQUIRE(id);
    return *id;
  }
  void begin(const std::string& link, const std::string& tool) {
    const model::Json frame = {{"tools", {{{"name", tool}, {"description", "Does it"}}}}};
    enrolled.reset();
    tasks.start("enroll", enroll(link, frame));
  }
  Enrolled end() {
    loop.run_until([this] { return enrolled.has_value(); });
    REQUIRE(*enrolled);
    return **enrolled;
  }
  Task<void> enroll(std::string link, model::Json frame) {
    enrolled = co_await entities->enroll(loop, guest, std::move(link), std::move(frame));
  }
};

}  // namespace

TEST_CASE_METHOD(EnrollmentFixture, "A registration leaves what another backend has declared while it was stored") {
  begin(connect("one"), "pay");
  CHECK(end().change.added == 1);
  const std::string two = connect("two");
  begin(two, "find");
  CHECK(end().change.tools.size() == 2);
  // As after a restart: what is stored is declared again.
  const std::string again = connect("one");
  entities->links().offer(two, {});
  std::promise<void> writer;
  const auto held = database->write(loop, [&writer](store::Session&) -> Result<void> {
    writer.get_future().wait();
    return {};
  });
  begin(again, "pay");
  loop.run_until([this] {
    for (const auto& view : entities->links().views("ent_1", "env_a")) {
      if (view.instance == "one" && view.tools == 1) return true;
    }
    return false;
  });
  entities->links().offer(two, {"find"});
  writer.set_value();
  CHECK(end().change.removed == 0);
  CHECK(base::run_to_end(loop, await(held)));
}

}  // namespace platos::entities
