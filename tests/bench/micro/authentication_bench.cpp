// Who is asking: what the credentials of each request cost, remembered and looked up in the store.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "base/ids.hpp"
#include "base/task_set.hpp"
#include "secrets/cipher.hpp"
#include "store/database.hpp"
#include "support/temp_dir.hpp"
#include "tenancy/authenticator.hpp"
#include "tenancy/bootstrap.hpp"
#include "tenancy/keys.hpp"

namespace platos::bench {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

/// An entity and a personal token in the default scope. `remember_us`: 0 looks up each time.
class OpenTenancy {
 public:
  explicit OpenTenancy(std::int64_t remember_us) {
    store::DatabaseOptions options;
    options.directory = dir_.path();
    options.durable = false;
    options.keys = &ring_;
    database_ = std::move(*store::Database::open(options, clock_, logger_));
    if (!run(tenancy::Bootstrap::ensure_scope(*database_, loop_, &ring_))) throw std::runtime_error("no default scope");
    authenticator_ = std::make_unique<tenancy::Authenticator>(*database_, auth_options(remember_us));
    keys_ = std::make_unique<tenancy::Keys>(*database_, ids_, *authenticator_);
    const auto entity = run(keys_->create_entity(loop_, administrator_, "shop", {}));
    secret_ = entity.value().secret;
  }

  tenancy::Credentials session_token() {
    tenancy::MintRequest request;
    request.entity_id = "shop";
    request.secret = secret_;
    request.scope = administrator_.scope;
    request.user_id = "alice";
    request.ttl_s = 86'400;
    tenancy::Credentials credentials;
    credentials.session_token = run(keys_->mint(loop_, request)).value().token;
    return credentials;
  }
  tenancy::Credentials personal_token() {
    tenancy::NewToken wanted;
    wanted.name = "Bench";
    const auto made = run(keys_->create_token(loop_, administrator_, wanted));
    tenancy::Credentials credentials;
    credentials.authorization = "Bearer " + made.value().secret;
    credentials.environment_id = administrator_.scope.environment_id;
    return credentials;
  }
  /// True when all were believed. All in one task: starting one is the daemon's cost of a request, not
  /// authentication's.
  bool authenticate(benchmark::State& state, const tenancy::Credentials& credentials) {
    return run(authenticate_each(state, credentials));
  }

 private:
  static tenancy::AuthOptions auth_options(std::int64_t remember_us) {
    tenancy::AuthOptions options;
    options.admin_key = "plt_admin_0123456789abcdef";
    options.remember_us = remember_us;
    return options;
  }
  template <typename T>
  T run(Task<T> task) {
    return base::run_to_end(loop_, std::move(task));
  }
  Task<bool> authenticate_each(benchmark::State& state, const tenancy::Credentials& credentials) {
    // Before the clock runs, so that what may be remembered is.
    const auto first = co_await authenticator_->authenticate(loop_, credentials);
    bool all_good = first.has_value();
    for (auto _ : state) {
      const auto principal = co_await authenticator_->authenticate(loop_, credentials);
      all_good = all_good && principal.has_value();
    }
    co_return all_good;
  }

  tests::TempDir dir_;
  base::SystemClock clock_;
  base::Loop loop_{clock_};
  base::Logger logger_{clock_, base::LogLevel::Error, base::LogFormat::Json, dir_.path() + "/log"};
  base::IdMaker ids_{clock_};
  secrets::KeyRing ring_{secrets::random_key()};
  const model::Principal administrator_ = tenancy::Bootstrap::administrator();
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<tenancy::Authenticator> authenticator_;
  std::unique_ptr<tenancy::Keys> keys_;
  std::string secret_;
};

void session_token_remembered(benchmark::State& state) {
  OpenTenancy open(kHourUs);
  if (!open.authenticate(state, open.session_token())) state.SkipWithError("the token was refused");
}
BENCHMARK(session_token_remembered)->UseRealTime();

void session_token_looked_up(benchmark::State& state) {
  OpenTenancy open(0);
  if (!open.authenticate(state, open.session_token())) state.SkipWithError("the token was refused");
}
// The look-up itself runs on a reader's thread, whose CPU counts.
BENCHMARK(session_token_looked_up)->MeasureProcessCPUTime()->UseRealTime();

void personal_token_remembered(benchmark::State& state) {
  OpenTenancy open(kHourUs);
  if (!open.authenticate(state, open.personal_token())) state.SkipWithError("the token was refused");
}
BENCHMARK(personal_token_remembered)->UseRealTime();

}  // namespace
}  // namespace platos::bench
