#include "tools/rule_book.hpp"

#include "store/tool_settings.hpp"

namespace platos::tools {
namespace {
constexpr std::size_t kMaxKnownEnvironments = 10'000;
constexpr std::int64_t kFreshUs = 2'000'000;
}  // namespace

std::uint64_t RuleBook::forget(const std::string& environment_id) {
  const std::lock_guard lock(mutex_);
  known_.erase(environment_id);
  return ++changes_;
}

Task<Result<RuleBook::Rules>> RuleBook::of(base::Loop& loop, model::Scope scope) {
  std::uint64_t before = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(scope.environment_id);
    const std::int64_t now_us = loop.clock().monotonic_us();
    const bool is_fresh = found != known_.end() && now_us - found->second.read_us < kFreshUs;
    if (is_fresh) co_return found->second.rules;
    before = changes_;
  }
  const std::int64_t asked_us = loop.clock().monotonic_us();
  const auto read = database_.read(loop, [scope](store::Session& session) -> Result<model::ToolRules> {
    return store::ToolSettings(session).all(scope);
  });
  auto rules = co_await read;
  if (!rules) co_return fail(rules.error());
  Rules kept = std::make_shared<const model::ToolRules>(std::move(*rules));
  const std::lock_guard lock(mutex_);
  if (before == changes_) {
    if (known_.size() >= kMaxKnownEnvironments) known_.clear();
    known_[scope.environment_id] = {kept, asked_us};
  }
  co_return kept;
}

Task<Result<void>> RuleBook::change(base::Loop& loop, model::Scope scope,
                                    std::function<Result<void>(store::Session&)> work) {
  const auto write = database_.write(loop, std::move(work));
  auto written = co_await write;
  // Also when it failed: it may have been written all the same.
  forget(scope.environment_id);
  co_return written;
}

}  // namespace platos::tools
