#include "tenancy/master_key.hpp"

#include <nlohmann/json.hpp>

#include "secrets/master_key.hpp"
#include "store/sealing.hpp"
#include "tenancy/audit.hpp"
#include "tenancy/tenant.hpp"

namespace platos::tenancy {
namespace {
constexpr std::int64_t kKeysAtOnce = 100;
}

Task<Result<std::int64_t>> MasterKey::rotate(base::Loop& loop, model::Principal who) {
  if (rotating_.exchange(true)) {
    co_return fail(ErrorKind::Conflict, "rotation_under_way", "the master key is being replaced already");
  }
  const auto former = begin();
  if (!former) {
    rotating_ = false;
    co_return fail(former.error());
  }
  auto wrapped = co_await finish(loop);
  rotating_ = false;
  if (!wrapped) co_return wrapped;
  if (!source_.empty() && *wrapped == 0) {
    co_return fail(ErrorKind::FailedPrecondition, "no_new_master_key",
                   "the key that secrets.master_key names has wrapped every data key already; to replace it, let "
                   "secrets.master_key name the new one and secrets.other_master_keys this one, start every host "
                   "again, and repeat this");
  }
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(
      loop, [this, who, former = *former, count = *wrapped, now_us](store::Session& session) -> Result<void> {
        write_audit(session, ids_, who, "master_key.rotate", keys_.master_id(),
                    {{"former", former}, {"dataKeys", count}}, now_us);
        return {};
      });
  if (auto told = co_await write; !told) co_return fail(told.error());
  co_return wrapped;
}

Result<std::vector<std::string>> MasterKey::begin() {
  if (!source_.empty()) return keys_.former_ids();
  auto masters = secrets::begin_master_rotation(data_dir_);
  if (!masters) return fail(masters.error());
  keys_.adopt(std::move(masters->current));
  return keys_.former_ids();
}

Task<Result<std::int64_t>> MasterKey::finish_begun(base::Loop& loop) {
  if (!source_.empty() || !secrets::master_rotation_begun(data_dir_)) co_return std::int64_t{0};
  co_return co_await finish(loop);
}

Task<Result<std::int64_t>> MasterKey::finish(base::Loop& loop) {
  std::int64_t total = 0;
  for (;;) {
    const auto write = database_.write(loop, [this](store::Session& session) -> Result<std::int64_t> {
      return store::rewrap_data_keys(session, Tenant::across(), keys_, kKeysAtOnce);
    });
    const auto count = co_await write;
    if (!count) co_return count;
    if (*count == 0) break;
    total += *count;
  }
  if (source_.empty()) {
    if (auto ended = secrets::end_master_rotation(data_dir_); !ended) co_return fail(ended.error());
  }
  co_return total;
}

}  // namespace platos::tenancy
