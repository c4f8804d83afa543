#include "entities/health.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "entities/declaration.hpp"

namespace platos::entities {
namespace {

using model::Json;

constexpr std::size_t kMaxErrorBytes = 500;
constexpr double kMaxLatencyMs = 86'400'000;
constexpr std::array<std::string_view, 4> kFromGoodToBad = {"healthy", "", "degraded", "down"};

std::size_t badness(std::string_view status) {
  for (std::size_t i = 0; i < kFromGoodToBad.size(); ++i) {
    if (kFromGoodToBad[i] == status) return i;
  }
  return kFromGoodToBad.size();
}

/// Null when the member is not there; else it must be what `fits` wants.
template <typename Fits>
Result<Json> health_member(const Json& said, const char* name, const char* expected, Fits fits) {
  const auto found = said.find(name);
  if (found == said.end() || found->is_null()) return Json();
  if (!fits(*found)) return fail(model::invalid_field(name, expected, model::kind_of(*found)));
  return *found;
}

Result<ToolHealth> read_one(const Json& said) {
  if (!said.is_object()) return fail(model::invalid_field("it", "an object", model::kind_of(said)));
  const auto status = model::required_text(said, "status");
  if (!status) return fail(status.error());
  if (status->empty() || badness(*status) == kFromGoodToBad.size()) {
    return fail(model::invalid_field("status", "healthy, degraded or down", base::printable(*status, 40)));
  }
  const auto latency = health_member(said, "avg_latency_ms", "milliseconds of at most a day", [](const Json& value) {
    return value.is_number() && value.get<double>() >= 0 && value.get<double>() <= kMaxLatencyMs;
  });
  const auto errors = health_member(said, "error_count_1h", "a whole number, not negative",
                                    [](const Json& value) { return value.is_number_unsigned(); });
  const auto last = health_member(said, "last_error", "a text", [](const Json& value) { return value.is_string(); });
  for (const auto* each : {&latency, &errors, &last}) {
    if (!*each) return fail(each->error());
  }
  Json details = Json::object();
  if (!latency->is_null()) details["avg_latency_ms"] = *latency;
  if (!errors->is_null()) details["error_count_1h"] = *errors;
  if (!last->is_null()) details["last_error"] = base::cut_utf8(last->get_ref<const std::string&>(), kMaxErrorBytes);
  return ToolHealth{*status, model::dump(details)};
}

}  // namespace

HealthReport read_health(const Json& frame) {
  HealthReport report;
  const auto said = frame.find("tools_health");
  if (said == frame.end() || said->is_null()) return report;
  if (!said->is_object()) {
    report.problem = "heartbeat: tools_health: expected an object, found " + model::kind_of(*said);
    return report;
  }
  for (const auto& [name, value] : said->items()) {
    std::string problem;
    if (report.tools.size() >= kMaxTools) {
      problem = "expected at most " + std::to_string(kMaxTools) + " tools";
    } else if (auto health = read_one(value)) {
      report.tools.emplace(name, std::move(*health));
    } else {
      problem = health.error().message;
    }
    if (!problem.empty() && report.problem.empty()) {
      report.problem = "heartbeat: tools_health of \"" + base::printable(name, 80) + "\": " + problem;
    }
  }
  return report;
}

bool is_better(const std::string& status, const std::string& than) { return badness(status) < badness(than); }

bool is_alarming(const std::string& status) { return status == "degraded" || status == "down"; }

std::string alert_frame(const std::string& tool, const ToolHealth& health) {
  const auto details = model::parse_bounded(health.details_json.empty() ? "{}" : health.details_json, "the details");
  return model::dump({{"type", "tool_health_alert"},
                      {"tool", tool},
                      {"status", health.status},
                      {"details", details.value_or(Json::object())}});
}

}  // namespace platos::entities
