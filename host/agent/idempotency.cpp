#include "agent/idempotency.hpp"

#include "model/json.hpp"

namespace platos::agent {
namespace {

constexpr std::int64_t kIdempotencyUs = 24LL * 3600 * 1'000'000;
constexpr std::size_t kMaxKeyBytes = 255;

}  // namespace

Result<void> check_key(const std::string& key) {
  if (key.size() <= kMaxKeyBytes) return {};
  return fail(model::invalid_field("Idempotency-Key", "at most 255 characters", std::to_string(key.size())));
}

Result<std::optional<std::string>> made_by_key(store::Session& session, const model::Scope& scope,
                                               const store::IdempotencyRow& wanted, std::int64_t now_us) {
  if (wanted.key.empty()) return std::nullopt;
  const auto row = store::IdempotencyKeys(session).find(scope, wanted, now_us);
  if (!row) return std::nullopt;
  if (row->body_hash != wanted.body_hash) {
    return fail(ErrorKind::Mismatch, "idempotency_mismatch",
                "this Idempotency-Key was used with another request within 24 hours; use a new key for a new request");
  }
  return row->run_id;
}

void keep_key(store::Session& session, const model::Scope& scope, store::IdempotencyRow row, const std::string& made_id,
              std::int64_t now_us) {
  if (row.key.empty()) return;
  row.run_id = made_id;
  row.expires_us = now_us + kIdempotencyUs;
  store::IdempotencyKeys(session).insert(scope, row);
}

}  // namespace platos::agent
