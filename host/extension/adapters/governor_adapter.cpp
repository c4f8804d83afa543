#include "extension/adapters/governor_adapter.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "extension/services/call.hpp"
#include "model/json.hpp"

namespace platos::extension {
namespace {

constexpr std::uint32_t kAllPoints = 127;
constexpr std::size_t kMaxReplacementBytes = 16 * 1024 * 1024;
constexpr std::size_t kMaxFindingsBytes = 256 * 1024;

ports::Decision decision_of(std::int32_t decision) {
  switch (decision) {
    case PLATOS_ALLOW: return ports::Decision::Allow;
    case PLATOS_REDACT: return ports::Decision::Redact;
    case PLATOS_REQUIRE_APPROVAL: return ports::Decision::RequireApproval;
    default: return ports::Decision::Deny;
  }
}

class PluginCheck final : public ports::Check {
 public:
  PluginCheck(std::shared_ptr<Instance> instance, const platos_governor_t* table, ports::CallContext context)
      : instance_(std::move(instance)), table_(table) {
    call_.context = std::move(context);
  }
  ~PluginCheck() override {
    if (check_ == nullptr || instance_->failed()) return;
    (void)call([&](platos_error_t*) -> std::int32_t {
      table_->end(check_);
      return PLATOS_OK;
    });
  }

  Result<void> begin(ports::Point point, std::string_view subject_json) {
    auto begun = call([&](platos_error_t* error) {
      return table_->begin(instance_->handle(), &call_, static_cast<std::uint32_t>(point),
                           {subject_json.data(), subject_json.size()}, &check_, error);
    });
    if (begun && check_ == nullptr) return instance_->breach("begin() succeeded without a check");
    return begun;
  }

  Result<ports::Verdict> feed(std::string_view chunk, bool is_last) override {
    platos_verdict_t given{};
    given.struct_size = sizeof given;
    const auto fed = call([&](platos_error_t* error) {
      return table_->feed(check_, {chunk.data(), chunk.size()}, is_last ? 1 : 0, &given, error);
    });
    if (!fed) return fail(fed.error());
    return to_verdict(given);
  }

 private:
  template <typename Body>
  Result<void> call(Body body) {
    const CodecGuard guard(instance_->watchdog(), instance_->plugin_id());
    return instance_->call("governor_", body);
  }

  Result<ports::Verdict> to_verdict(const platos_verdict_t& given) {
    const auto replacement = checked_view(given.replacement, kMaxReplacementBytes, "replacement");
    const auto rule = checked_view(given.rule_id, 64, "rule_id");
    const auto reason = checked_view(given.reason, 4096, "reason");
    const auto findings = checked_view(given.findings_json, kMaxFindingsBytes, "findings");
    const auto approval = checked_view(given.approval_json, kMaxFindingsBytes, "approval");
    for (const auto* each : {&replacement, &rule, &reason, &findings, &approval}) {
      if (!*each) return instance_->breach(each->error().message);
      if (!base::is_valid_utf8(**each)) return instance_->breach("a verdict whose text is not UTF-8");
    }
    if (!findings->empty()) {
      const auto parsed = model::parse_bounded(*findings, "findings", {kMaxFindingsBytes, 16, 10'000});
      if (!parsed || !parsed->is_array()) return instance_->breach("findings that are not a JSON array");
    }
    ports::Verdict verdict;
    verdict.decision = decision_of(given.decision);
    verdict.release_bytes = given.release_bytes;
    verdict.replacement = *replacement;
    verdict.rule_id = *rule;
    verdict.reason = *reason;
    verdict.findings_json = *findings;
    verdict.approval_json = *approval;
    return verdict;
  }

  std::shared_ptr<Instance> instance_;
  const platos_governor_t* table_;
  platos_call_t call_;
  platos_check_t* check_ = nullptr;
};

}  // namespace

Result<std::shared_ptr<GovernorAdapter>> GovernorAdapter::make(std::shared_ptr<Instance> instance) {
  const auto table = instance->interface_table<platos_governor_t>(PLATOS_GOVERNOR_INTERFACE);
  if (!table) return fail(table.error());
  const platos_governor_t* t = *table;
  if (t == nullptr || t->points == nullptr || t->begin == nullptr || t->feed == nullptr || t->end == nullptr) {
    return instance->breach("has no complete table for " PLATOS_GOVERNOR_INTERFACE);
  }
  std::uint32_t points = 0;
  const auto asked = instance->call("governor_", [&](platos_error_t*) {
    points = t->points(instance->handle());
    return PLATOS_OK;
  });
  if (!asked) return fail(asked.error());
  return std::shared_ptr<GovernorAdapter>(new GovernorAdapter(std::move(instance), t, points & kAllPoints));
}

Result<std::unique_ptr<ports::Check>> GovernorAdapter::begin(ports::CallContext context, ports::Point point,
                                                             std::string_view subject_json) {
  auto check = std::make_unique<PluginCheck>(instance_, table_, std::move(context));
  if (auto begun = check->begin(point, subject_json); !begun) return fail(begun.error());
  return std::unique_ptr<ports::Check>(std::move(check));
}

}  // namespace platos::extension
