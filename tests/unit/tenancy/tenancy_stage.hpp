// A database with the default scope, keys, and the services of the room.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "base/task_set.hpp"
#include "secrets/cipher.hpp"
#include "store/database.hpp"
#include "support/postgres.hpp"
#include "support/system_scope.hpp"
#include "support/temp_dir.hpp"
#include "tenancy/administration.hpp"
#include "tenancy/authenticator.hpp"
#include "tenancy/bootstrap.hpp"
#include "tenancy/keys.hpp"

namespace platos::tenancy {

inline const std::string kAdminKey = "plt_admin_0123456789abcdef";
inline const std::string kPlatformSecret = "the-platform's-own-secret";

struct TenancyStage {
  tests::TempDir folder;
  base::SystemClock clock;
  mutable base::Loop loop{clock};
  base::Logger logger{clock, base::LogLevel::Error, base::LogFormat::Json, folder.path() + "/log"};
  mutable base::IdMaker ids{clock};
  mutable secrets::KeyRing ring{secrets::random_key()};
  store::DatabaseOptions options;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<Authenticator> authenticator;
  std::unique_ptr<Administration> administration;
  std::unique_ptr<Keys> keys;

  /// `url`: of a store; empty: one of its own.
  explicit TenancyStage(std::int64_t max_failures = 10, const std::string& url = {}) {
    options.directory = folder.path();
    options.url = url.empty() ? tests::store_url(folder.path()) : url;
    options.durable = false;
    options.keys = &ring;
    database = std::move(*store::Database::open(options, clock, logger));
    REQUIRE(run(Bootstrap::ensure_scope(*database, loop, &ring)));
    authenticator =
        std::make_unique<Authenticator>(*database, AuthOptions{kAdminKey, kPlatformSecret, 5'000'000, max_failures});
    administration = std::make_unique<Administration>(*database, ids, ring, *authenticator);
    keys = std::make_unique<Keys>(*database, ids, *authenticator);
  }

  template <typename T>
  T run(Task<T> task) const {
    return base::run_to_end(loop, std::move(task));
  }
  template <typename Work>
  auto read(Work work) const {
    return run(await(database->read(loop, std::move(work))));
  }
  /// Until what was written so far is there: writes keep their order.
  void settle() const {
    REQUIRE(run(await(database->write(loop, [](store::Session&) -> Result<void> { return {}; }))));
  }
  Result<model::Principal> ask(const Credentials& credentials) const {
    return run(authenticator->authenticate(loop, credentials));
  }
  /// The code of the refusal, or the principal's user and environment.
  std::string who(const Credentials& credentials) const {
    const auto principal = ask(credentials);
    return principal ? principal->user_id + " in " + principal->scope.environment_id : principal.error().code;
  }

  model::Principal admin() const {
    auto principal = Bootstrap::administrator();
    principal.actor = "admin_key";
    return principal;
  }
  /// An organization with a project and an environment: a principal with all rights there.
  model::Principal other_tenant(const std::string& name) const {
    const auto made = run(administration->create_organization(loop, admin(), {name, {}}));
    REQUIRE(made);
    const auto project = run(administration->create_project(loop, admin(), made->id, {"Main", {}}));
    REQUIRE(project);
    const auto environment = run(administration->create_environment(loop, admin(), project->id, {"Dev", {}}));
    REQUIRE(environment);
    auto principal = admin();
    principal.scope = {made->id, project->id, environment->id};
    principal.rights &= ~model::kOperator;
    return principal;
  }

 protected:
  template <typename T>
  static Task<T> await(base::Completion<T> completion) {
    T value = co_await completion;
    co_return value;
  }
};

inline Credentials bearer(const std::string& key) {
  Credentials credentials;
  credentials.authorization = "Bearer " + key;
  return credentials;
}

inline Credentials session(const std::string& token) {
  Credentials credentials;
  credentials.session_token = token;
  return credentials;
}

}  // namespace platos::tenancy
