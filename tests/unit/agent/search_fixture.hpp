// A store with users of two organizations, whose messages are indexed when a test says so.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "agent/message_indexer.hpp"
#include "agent/search.hpp"
#include "secrets/cipher.hpp"
#include "store/data_keys.hpp"
#include "support/tenant_rows.hpp"
#include "unit/store/store_fixture.hpp"

namespace platos::agent {

struct SearchFixture : store::DatabaseFixture {
  secrets::KeyRing ring{secrets::random_key()};
  model::Principal alice{{"org_a", "prj_a", "env_a"}, "alice"};
  model::Principal bob{{"org_a", "prj_a", "env_a"}, "bob"};
  model::Principal other{{"org_b", "prj_b", "env_b"}, "alice"};
  std::unique_ptr<MessageIndexer> indexer;
  std::unique_ptr<Search> search;
  std::int64_t now = 1000;

  /// `url`: of a store that is not the one of the other tests.
  explicit SearchFixture(const std::string& url = {}) {
    if (!url.empty()) options.url = url;
    options.keys = &ring;
    REQUIRE(open());
    for (const auto& scope : {alice.scope, other.scope}) add_tenant(scope);
    indexer = make_indexer("host_1");
    search = std::make_unique<Search>(*database);
    for (const auto* who : {&alice, &bob, &other}) add_thread(*who, thread_of(*who), "agt_1");
  }

  void add_tenant(const model::Scope& scope) {
    const auto done = write([&](store::Session& session) -> Result<void> {
      tests::insert_tenant(session, scope);
      store::DataKeys(session).insert(store::Connection::everywhere(), ring.make(scope.organization_id), 1);
      return {};
    });
    REQUIRE(done);
  }
  static std::string thread_of(const model::Principal& who) {
    return "thr_" + who.user_id + "_" + who.scope.environment_id;
  }
  std::unique_ptr<MessageIndexer> make_indexer(const std::string& host) {
    IndexerOptions settings;
    settings.host_id = host;
    return std::make_unique<MessageIndexer>(*database, logger, settings);
  }
  void add_thread(const model::Principal& who, const std::string& id, const std::string& agent) {
    model::Thread thread;
    thread.id = id;
    thread.agent_id = agent;
    thread.user_id = who.user_id;
    thread.title = "Title of " + id;
    REQUIRE(talk([&](store::Conversations& talk) { talk.insert_thread(who.scope, thread); }));
  }
  template <typename Work>
  bool talk(Work work) {
    return write([&](store::Session& session) -> Result<void> {
             store::Conversations conversations(session);
             work(conversations);
             return {};
           })
        .has_value();
  }
  model::Message message(const model::Principal& who, const std::string& id, const std::string& content) {
    model::Message made;
    made.id = id;
    made.thread_id = thread_of(who);
    made.run_id = "run_" + id;
    made.role = "user";
    made.state = "active";
    made.content = content;
    made.created_us = ++now;
    return made;
  }
  void add(const model::Principal& who, const model::Message& made) {
    REQUIRE(talk([&](store::Conversations& talk) { talk.insert_message(who.scope, made); }));
  }
  void say(const model::Principal& who, const std::string& id, const std::string& content) {
    add(who, message(who, id, content));
  }

  /// Until nothing is left to do.
  MessageIndexer::Outcome index(MessageIndexer& with) {
    for (int i = 0; i < 10'000; ++i) {
      const auto done = base::run_to_end(loop, with.step(loop));
      if (!done) FAIL(done.error().message);
      if (*done == MessageIndexer::Outcome::Elsewhere) return *done;
      if (*done == MessageIndexer::Outcome::Done && number("SELECT revision FROM search_progress") == revision_) break;
      revision_ = *number("SELECT revision FROM search_progress");
    }
    return MessageIndexer::Outcome::Done;
  }
  void index() { index(*indexer); }

  SearchPage page(const model::Principal& who, SearchQuery query) {
    auto found = base::run_to_end(loop, search->find(loop, who, std::move(query)));
    if (!found) FAIL(found.error().message);
    return *found;
  }
  /// Ids in their order.
  std::string found(const model::Principal& who, const std::string& text) {
    SearchQuery query;
    query.text = text;
    query.limit = 50;
    std::string ids;
    for (const auto& result : page(who, query).results) ids += (ids.empty() ? "" : " ") + result.message_id;
    return ids;
  }

 private:
  std::int64_t revision_ = -1;
};

}  // namespace platos::agent
