#include "parallel_skill.hpp"

#include <algorithm>

#include "common/bounded_json.hpp"
#include "common/json_arguments.hpp"
#include "parallel_api.hpp"
#include "tool_list.hpp"

namespace platos::skill_parallel {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using plugin_common::JsonArguments;

constexpr std::int64_t kMarginMs = 5'000;  // of the call's time, for the answer
// A service that answers before its time is over is not asked without end.
constexpr int kMostAsks = 60;

json output_schema(const JsonArguments& arguments) {
  if (arguments.has("outputSchema") && arguments.value("outputSchema").is_object()) {
    return {{"type", "json"}, {"json_schema", arguments.value("outputSchema")}};
  }
  const std::string kind = arguments.one_of("outputSchema", {"auto", "markdown", "text"});
  if (kind == "auto") return {{"type", "auto"}};
  const char* description = kind == "markdown" ? "A report in markdown with headings and citations." : "A plain text.";
  return {{"type", "text"}, {"description", description}};
}

std::int64_t remaining_ms(const sdk::Host& host, const sdk::Call& call, std::int64_t until_ns) {
  return (std::min(until_ns, call.deadline_ns()) - host.monotonic_ns()) / 1'000'000;
}

/// The result, or that the task is still running when the time is over.
ordered_json wait_for(const sdk::Host& host, const sdk::Call& call, const ParallelApi& api, const std::string& run_id,
                      std::int64_t wait_ms) {
  const std::int64_t until_ns = host.monotonic_ns() + wait_ms * 1'000'000;
  for (int asked = 0; asked < kMostAsks; ++asked) {
    if (call.is_cancelled()) throw sdk::Error(PLATOS_CANCELLED, "the call was cancelled");
    const std::int64_t left_ms = remaining_ms(host, call, until_ns);
    const std::int64_t call_left_ms = remaining_ms(host, call, call.deadline_ns());
    if (asked > 0 && (left_ms <= 0 || call_left_ms <= kMarginMs)) break;
    if (auto done = api.result(run_id, std::min(left_ms, call_left_ms - kMarginMs))) return *done;
  }
  return {{"runId", run_id}, {"status", "running"}};
}

ordered_json research(const sdk::Host& host, const sdk::Call& call, const ParallelApi& api, const Config& config,
                      std::string_view args_json) {
  const JsonArguments arguments(kResearch, args_json, {"instructions", "outputSchema", "processor"});
  const std::string instructions = arguments.text("instructions", kMostInstructionCharacters);
  const json schema = output_schema(arguments);
  std::string processor = "base";
  if (arguments.has("processor")) {
    processor = arguments.one_of("processor", {"lite", "base", "core", "pro", "ultra", "ultra8x"});
  }
  const std::string run_id = api.start_task(instructions, schema, processor);
  if (config.research_wait_ms == 0) return {{"runId", run_id}, {"status", "running"}};
  try {
    return wait_for(host, call, api, run_id, config.research_wait_ms);
  } catch (const sdk::HostFailure& failure) {
    // The task goes on and has been paid for: the model gets what it needs to ask again.
    if (failure.code() == PLATOS_CANCELLED) throw;
    return {{"runId", run_id}, {"status", "running"}};
  }
}

// For the books: what was asked for, and how many pages came.
std::string with_usage(ordered_json answer, std::size_t asked) {
  const std::size_t pages = answer.contains("results") ? answer["results"].size() : 0;
  answer["_usage"] = {{"provider", "parallel"}, {"inputUnits", asked}, {"outputUnits", pages}};
  return plugin_common::dumped(answer);
}

}  // namespace

ParallelSkill::ParallelSkill(sdk::Host host, std::string_view config_json)
    : Skill(host), config_(parse_config(config_json)) {}

void ParallelSkill::list(sdk::JsonWriter& out) { out.raw(kTools); }

void ParallelSkill::invoke(sdk::Call call, std::string_view name, std::string_view args_json,
                           const sdk::ToolSink& sink) {
  const ParallelApi api(host(), call, config_.base_url);
  if (name == kSearch) {
    const JsonArguments arguments(name, args_json, {"objective", "searchQueries"});
    const auto queries = arguments.texts("searchQueries", kMostQueries, kMostQueryCharacters);
    sink.json(with_usage(api.search(arguments.text("objective", kMostObjectiveCharacters), queries), queries.size()));
  } else if (name == kExtract) {
    const JsonArguments arguments(name, args_json, {"urls", "objective"});
    const auto urls = arguments.texts("urls", kMostUrls, kMostUrlCharacters);
    sink.json(with_usage(api.extract(urls, arguments.text("objective", kMostObjectiveCharacters)), urls.size()));
  } else if (name == kResearch) {
    sink.json(with_usage(research(host(), call, api, config_, args_json), 1));
  } else if (name == kResult) {
    const JsonArguments arguments(name, args_json, {"runId"});
    const std::string run_id = arguments.text("runId", 128);
    if (!is_run_id(run_id)) {
      plugin_common::refuse("argument \"runId\" of " + std::string(name), "a runId of parallel_deep_research",
                            plugin_common::in_quotes(run_id));
    }
    const auto done = api.result(run_id, 0);
    sink.json(with_usage(done ? *done : ordered_json{{"runId", run_id}, {"status", "running"}}, 0));
  } else {
    throw sdk::Error(PLATOS_NOT_FOUND,
                     "tool of parallel: expected one that it lists, found " + plugin_common::in_quotes(name));
  }
}

}  // namespace platos::skill_parallel
