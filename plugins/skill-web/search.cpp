#include "search.hpp"

namespace platos::skill_web {
namespace {

std::string answer_json(const SearchQuery& query, std::string_view source, const SearchResults& results) {
  auto list = nlohmann::ordered_json::array();
  for (const SearchResult& result : results) {
    if (list.size() == query.most_results) break;
    nlohmann::ordered_json item = {{"title", result.title}, {"url", result.url}, {"snippet", result.snippet}};
    if (result.score) item["score"] = *result.score;
    list.push_back(std::move(item));
  }
  const nlohmann::ordered_json usage = {
      {"provider", std::string(source)}, {"inputUnits", 1}, {"outputUnits", list.size()}};
  const nlohmann::ordered_json answer = {
      {"query", query.text}, {"source", std::string(source)}, {"results", std::move(list)}, {"_usage", usage}};
  return plugin_common::dumped(answer);
}

bool is_over(const sdk::Host& host, const sdk::Call& call) noexcept {
  return call.is_cancelled() || host.monotonic_ns() >= call.deadline_ns();
}

}  // namespace

std::vector<ConfiguredBackend> usable(const sdk::Host& host, const std::vector<ConfiguredBackend>& all) {
  std::vector<ConfiguredBackend> services;
  for (const ConfiguredBackend& each : all) {
    if (!each.backend->needs_key || sdk::has_secret(host, each.backend->name)) services.push_back(each);
  }
  return services;
}

std::string search(const sdk::Host& host, const sdk::Call& call, const std::vector<ConfiguredBackend>& services,
                   const SearchQuery& query) {
  std::string reasons;
  std::int32_t status = PLATOS_FAILED_PRECONDITION;
  for (const auto& [backend, base_url] : services) {
    try {
      const auto answer = plugin_common::ask_json(host, call, backend->name, backend->request(base_url, query));
      return answer_json(query, backend->name, backend->results(answer));
    } catch (const sdk::HostFailure& failure) {
      if (is_over(host, call) || services.size() == 1) throw;
      status = failure.code();
      reasons.append(reasons.empty() ? "" : "; ").append(backend->name).append(" gave no answer");
    } catch (const sdk::Error& error) {
      if (services.size() == 1) throw;
      status = error.code();
      reasons.append(reasons.empty() ? "" : "; ").append(error.what());
    }
  }
  if (services.empty()) {
    reasons = "none is set up; set TAVILY_API_KEY, EXA_API_KEY, BRAVE_API_KEY, SERPER_API_KEY or SEARXNG_URL";
  }
  throw sdk::Error(status, "no search service answered: " + reasons);
}

}  // namespace platos::skill_web
