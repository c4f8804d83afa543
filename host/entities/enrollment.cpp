// What backends say of their tools: which there are, and how they do.
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "entities/entities.hpp"

namespace platos::entities {

// Schemas are compiled by the readers: this loop has others to serve, and so have those of the database.
Task<Result<Enrolled>> Entities::enroll(base::Loop& loop, tenancy::EntityGuest guest, std::string link_id,
                                        model::Json frame) {
  std::shared_ptr<const Shelf> known;
  {
    const std::lock_guard lock(mutex_);
    known = kept(guest.scope.environment_id).shelf;
  }
  const auto reading = readers_.run(loop, [frame = std::move(frame), known, entity = guest.entity.entity_id]() {
    const Shelf::Owner* owner = known->find(entity);
    const std::vector<EntityTool> none;
    return read_registration(frame, kInstancePrefix + entity, owner == nullptr ? none : owner->tools);
  });
  auto registration = co_await reading;
  if (!registration) co_return fail(registration.error());
  if (!registration->callback_url.empty()) {
    if (const auto good = callbacks_.check(registration->callback_url); !good) {
      registration->rejected.push_back({"callback_url", good.error().message});
      registration->callback_url.clear();
    }
  }
  auto change = co_await store_tools(loop, guest, link_id, *registration);
  if (!change) co_return fail(change.error());
  if (change->moved || change->added + change->updated + change->removed > 0) forget(guest.scope.environment_id);
  logger_.info("entities", "tools were registered",
               {{"entity", guest.entity.id},
                {"environment", guest.scope.environment_id},
                {"tools", std::to_string(change->tools.size())},
                {"rejected", std::to_string(registration->rejected.size())}});
  co_return Enrolled{std::move(*change), std::move(registration->rejected)};
}

Task<Result<store::EntityToolChange>> Entities::store_tools(base::Loop& loop, const tenancy::EntityGuest& guest,
                                                            const std::string& link_id,
                                                            const Registration& registration) {
  std::set<std::string> names;
  for (const auto& each : registration.tools) names.insert(each.tool.name);
  if (!links_.offer(link_id, std::move(names))) {
    co_return fail(ErrorKind::Aborted, "superseded", "another connection has taken the place of the one that declares");
  }
  std::vector<store::EntityToolRow> rows;
  for (const auto& each : registration.tools) {
    auto health = links_.health_of(guest.entity.id, guest.scope.environment_id, each.tool.name);
    rows.push_back({guest.entity.id, each.tool.name, each.definition_json, std::move(health.status),
                    std::move(health.details_json)});
  }
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write =
      database_.write(loop, [this, link_id, scope = guest.scope, entity = guest.entity.id, rows = std::move(rows),
                             now_us, url = registration.callback_url](store::Session& session) {
        store::EntityTools store(session);
        const auto before = store.link(scope, entity);
        store.note_connected(scope, entity, host_id_, now_us);
        // Asked now: another connection may have declared its tools since this one did, and be stored already.
        const auto kept = links_.offered_beside(link_id, entity, scope.environment_id);
        auto change = store.declare(scope, entity, rows, kept, now_us);
        const bool is_new_url = store.set_callback(scope, entity, url);
        change.moved = is_new_url || !before || before->host_id != host_id_;
        return Result<store::EntityToolChange>(std::move(change));
      });
  co_return co_await write;
}

Task<Result<void>> Entities::take_health(base::Loop& loop, tenancy::EntityGuest guest, std::string link_id,
                                         HealthReport report) {
  const std::string row = guest.entity.id;
  const std::string environment = guest.scope.environment_id;
  auto said = links_.note_health(link_id, report.tools);
  if (said.empty()) co_return Result<void>{};
  const auto write = database_.write(
      loop, [scope = guest.scope, row, said](store::Session& session) -> Result<std::map<std::string, ToolHealth>> {
        std::map<std::string, ToolHealth> news;
        for (const auto& [tool, health] : said) {
          if (store::EntityTools(session).set_health(scope, row, tool, health.status, health.details_json))
            news.emplace(tool, health);
        }
        return news;
      });
  const auto news = co_await write;
  if (!news) co_return fail(news.error());
  links_.note_told(row, environment, said);
  for (const auto& [tool, health] : *news) {
    const bool alarming = is_alarming(health.status);
    if (alarming) links_.tell(row, environment, alert_frame(tool, health));
    // What it says besides is the customer's, and not for the log.
    logger_.log(alarming ? base::LogLevel::Warn : base::LogLevel::Info, "entities", "the health of a tool has changed",
                {{"entity", row}, {"environment", environment}, {"tool", tool}, {"status", health.status}});
  }
  co_return Result<void>{};
}

}  // namespace platos::entities
