#include "parallel_api.hpp"

#include <algorithm>

#include "common/bounded_json.hpp"
#include "common/clean_text.hpp"
#include "platos/cpp/error.hpp"

namespace platos::skill_parallel {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using plugin_common::text_member;

constexpr const char* kBeta = "search-extract-2025-10-10";
constexpr std::size_t kMostResults = 10;
constexpr std::size_t kMostExcerptBytes = 8'000;
constexpr std::size_t kMostOutputBytes = 200'000;
constexpr std::int32_t kSilenceMs = 60'000;

const json& array_in(const json& answer, const char* name) {
  static const json nothing = json::array();
  const auto found = answer.find(name);
  if (found == answer.end() || found->is_null()) return nothing;
  if (found->is_array()) return *found;
  throw sdk::Error(PLATOS_INTERNAL, std::string("parallel: expected an array \"") + name + "\", found " +
                                        plugin_common::describe(*found));
}

ordered_json excerpts_in(const json& item) {
  auto excerpts = ordered_json::array();
  std::size_t room = kMostExcerptBytes;
  for (const json& excerpt : array_in(item, "excerpts")) {
    if (!excerpt.is_string() || room < 8) continue;
    std::string text = plugin_common::clean_text(excerpt.get_ref<const std::string&>(), room);
    room -= std::min(room, text.size());
    excerpts.push_back(std::move(text));
  }
  return excerpts;
}

ordered_json page_in(const json& item) {
  ordered_json page = {{"url", text_member(item, "url", 2048)}, {"title", text_member(item, "title", 500)}};
  if (const std::string date = text_member(item, "publish_date", 40); !date.empty()) page["publishDate"] = date;
  page["excerpts"] = excerpts_in(item);
  return page;
}

ordered_json pages_in(const json& answer) {
  auto pages = ordered_json::array();
  for (const json& item : array_in(answer, "results")) {
    if (item.is_object()) pages.push_back(page_in(item));
  }
  return pages;
}

// What supports the output: each field's citations, without their excerpts.
ordered_json basis_in(const json& output) {
  auto basis = ordered_json::array();
  for (const json& each : array_in(output, "basis")) {
    if (!each.is_object() || basis.size() == 100) continue;
    auto citations = ordered_json::array();
    for (const json& citation : array_in(each, "citations")) {
      if (!citation.is_object() || citations.size() == 20) continue;
      citations.push_back(
          {{"url", text_member(citation, "url", 2048)}, {"title", text_member(citation, "title", 500)}});
    }
    ordered_json entry = {{"field", text_member(each, "field", 200)}, {"citations", std::move(citations)}};
    if (const std::string trust = text_member(each, "confidence", 40); !trust.empty()) entry["confidence"] = trust;
    basis.push_back(std::move(entry));
  }
  return basis;
}

ordered_json content_in(const json& output) {
  const auto found = output.find("content");
  if (found == output.end()) return nullptr;
  if (found->is_string()) return plugin_common::clean_text(found->get_ref<const std::string&>(), kMostOutputBytes);
  ordered_json whole = *found;
  std::string text = plugin_common::dumped(whole);
  if (text.size() <= kMostOutputBytes) return whole;
  return plugin_common::clean_text(text, kMostOutputBytes);
}

}  // namespace

bool is_run_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

plugin_common::JsonRequest ParallelApi::request(std::string_view path) const {
  plugin_common::JsonRequest request;
  request.url = base_url_ + std::string(path);
  request.headers = {{"x-api-key", "{{secret:api_key}}"}};
  request.silence_ms = kSilenceMs;
  return request;
}

json ParallelApi::ask(const plugin_common::JsonRequest& request) const {
  return plugin_common::ask_json(host_, call_, "parallel", request);
}

ordered_json ParallelApi::search(const std::string& objective, const std::vector<std::string>& queries) const {
  auto wanted = request("/v1beta/search");
  wanted.headers.emplace_back("parallel-beta", kBeta);
  wanted.body = {{"objective", objective},
                 {"search_queries", queries},
                 {"max_results", kMostResults},
                 {"excerpts", {{"max_chars_per_result", kMostExcerptBytes}}}};
  const json answer = ask(wanted);
  return {{"searchId", text_member(answer, "search_id", 128)}, {"results", pages_in(answer)}};
}

ordered_json ParallelApi::extract(const std::vector<std::string>& urls, const std::string& objective) const {
  auto wanted = request("/v1beta/extract");
  wanted.headers.emplace_back("parallel-beta", kBeta);
  wanted.body = {{"urls", urls}, {"objective", objective}, {"excerpts", true}, {"full_content", false}};
  const json answer = ask(wanted);
  auto errors = ordered_json::array();
  for (const json& item : array_in(answer, "errors")) {
    if (!item.is_object()) continue;
    ordered_json error = {{"url", text_member(item, "url", 2048)}, {"error", text_member(item, "error_type", 200)}};
    if (item.contains("http_status_code") && item["http_status_code"].is_number_integer()) {
      error["status"] = item["http_status_code"].get<std::int64_t>();
    }
    errors.push_back(std::move(error));
  }
  return {{"results", pages_in(answer)}, {"errors", std::move(errors)}};
}

std::string ParallelApi::start_task(const std::string& instructions, const json& output_schema,
                                    const std::string& processor) const {
  auto wanted = request("/v1/tasks/runs");
  wanted.body = {{"input", instructions}, {"processor", processor}, {"task_spec", {{"output_schema", output_schema}}}};
  const std::string run_id = text_member(ask(wanted), "run_id", 128);
  if (!is_run_id(run_id)) throw sdk::Error(PLATOS_INTERNAL, "parallel: expected a \"run_id\", found none that is one");
  return run_id;
}

std::string ParallelApi::status_of(const std::string& run_id) const {
  auto wanted = request("/v1/tasks/runs/" + run_id);
  wanted.method = "GET";
  return text_member(ask(wanted), "status", 40);
}

std::optional<ordered_json> ParallelApi::result(const std::string& run_id, std::int64_t wait_ms) const {
  // The service holds the answer back until there is one, or its own time is over.
  const std::int64_t seconds = std::clamp<std::int64_t>(wait_ms / 1000, 1, 25);
  auto wanted = request("/v1/tasks/runs/" + run_id + "/result?timeout=" + std::to_string(seconds));
  wanted.method = "GET";
  json answer;
  try {
    answer = ask(wanted);
  } catch (const sdk::HostFailure&) {
    throw;
  } catch (const sdk::Error& error) {
    if (error.code() == PLATOS_DEADLINE) return std::nullopt;  // 408: the task goes on
    // Of a task that has failed there is no result either, and the answer is one of several errors.
    if (error.code() != PLATOS_NOT_FOUND && error.code() != PLATOS_FAILED_PRECONDITION) throw;
    const std::string status = status_of(run_id);
    if (status == "failed" || status == "cancelled") {
      throw sdk::Error(PLATOS_ABORTED,
                       "parallel: the task " + run_id + " has " + (status == "failed" ? "failed" : "been cancelled"));
    }
    throw;
  }
  const auto output = answer.find("output");
  if (output == answer.end() || !output->is_object()) {
    throw sdk::Error(PLATOS_INTERNAL, "parallel: expected an object \"output\", found none");
  }
  ordered_json done = {{"runId", run_id}, {"status", "completed"}, {"output", content_in(*output)}};
  if (ordered_json basis = basis_in(*output); !basis.empty()) done["basis"] = std::move(basis);
  return done;
}

}  // namespace platos::skill_parallel
