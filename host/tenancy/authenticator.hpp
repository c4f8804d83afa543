// Who is asking: credentials of a request become a Principal.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "model/scope.hpp"
#include "secrets/secret.hpp"
#include "store/database.hpp"
#include "tenancy/failed_tries.hpp"
#include "tenancy/page_origins.hpp"
#include "tenancy/session_token.hpp"

namespace platos::tenancy {

/// What a request says about itself. A value; empty means absent.
struct Credentials {
  std::string authorization;  ///< "Bearer <key or token>"
  std::string session_token;
  std::string api_key;
  std::string organization_id;
  std::string project_id;
  std::string environment_id;
  std::string user_id;
  std::string user_token;
  std::string origin;
  std::string address;
};

struct AuthOptions {
  std::string admin_key;
  std::string session_secret;                  ///< of tokens that the platform issues; empty: there are none
  std::int64_t remember_us = 5'000'000;        ///< how long another host's revocation may take to be seen here
  std::int64_t max_failures_per_minute = 100;  ///< of one address that is not this machine's; 0: no limit
};

/// Internally synchronised.
///
/// In order: a session token (which is believed or refused, never passed over); a key or token as bearer; an access key
/// in X-Platos-Api-Key. Scope headers may narrow what the credential is good for, never widen it. An environment that
/// has an access key wants it beside session tokens, too.
///
/// What was found out is remembered for `remember_us`, and forgotten at once when forget() is called. With each look
/// the use of a key or token is noted, at most once a minute.
class Authenticator {
 public:
  Authenticator(store::Database& database, AuthOptions options);

  /// Unauthenticated "unauthenticated", "invalid_session_token", "invalid_access_key", "token_revoked",
  /// "token_expired"; NotFound "scope_not_found"; InvalidArgument "scope_required"; ResourceExhausted
  /// "too_many_failures".
  Task<Result<model::Principal>> authenticate(base::Loop& loop, Credentials credentials);

  /// Credentials, members, environments or entities changed.
  void forget();

  /// Whose requests browsers may make, besides the pages that the configuration names.
  PageOrigins& pages() { return pages_; }

  /// For credentials that somebody else looks at, too.
  FailedTries& failures() { return failures_; }

 private:
  struct Known {
    model::Principal principal;
    std::int64_t until_us = 0;
    std::string used_hash = {};  ///< of a key or token whose use is noted
  };
  Result<Known> look_up(store::Session& session, const Credentials& credentials, std::int64_t now_us) const;
  Result<Known> from_session(store::Session& session, const Credentials& credentials, std::string_view token,
                             std::int64_t now_us) const;
  Result<Known> from_admin_key(store::Session& session, const Credentials& credentials, std::int64_t now_us) const;
  Result<Known> from_access_key(store::Session& session, const Credentials& credentials, std::string_view key,
                                std::int64_t now_us) const;
  Result<Known> from_personal_token(store::Session& session, const Credentials& credentials, std::string_view token,
                                    std::int64_t now_us) const;
  bool is_admin_key(std::string_view key) const;
  bool find_known(const std::string& fingerprint, std::int64_t now_us, model::Principal& principal);
  void note_use(base::Loop& loop, const Known& known, std::int64_t now_us);
  void remember(const std::string& fingerprint, const Known& known, std::uint64_t generation);

  store::Database& database_;
  secrets::Secret session_secret_;
  std::string admin_key_hash_;
  std::int64_t remember_us_;
  FailedTries failures_;
  PageOrigins pages_;
  std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::map<std::string, Known> known_;
};

}  // namespace platos::tenancy
