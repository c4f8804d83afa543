// Search over what was said.
#include <cmath>
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/wire.hpp"
#include "base/clock.hpp"

namespace platos::api {
namespace {

using Archived = store::ThreadFilter::Archived;

Archived archived_of_search(const std::string& text) {
  if (text == "only") return Archived::Only;
  return text == "true" || text == "1" ? Archived::Included : Archived::Hidden;
}

model::Json page_to_wire(const agent::SearchPage& page, const Call& call) {
  model::Json results = model::Json::array();
  for (const auto& result : page.results) {
    const model::Thread& thread = page.threads[result.thread];
    results.push_back({{"threadId", thread.id},
                       {"threadTitle", thread.title},
                       {"agentId", thread.agent_id},
                       {"messageId", result.message_id},
                       {"role", result.role},
                       {"snippet", result.snippet},
                       {"score", std::round(result.score * 1e4) / 1e4},
                       {"createdAt", base::format_iso8601(result.created_us)}});
  }
  model::Json threads = model::Json::array();
  for (const auto& thread : page.threads) threads.push_back(to_wire(thread, call.who.scope));
  return {{"results", std::move(results)},
          {"threads", std::move(threads)},
          {"total", page.total},
          {"query", call.query_value("q")}};
}

Task<ingress::Response> search_messages(agent::Search& search, Call call) {
  const auto limit = query_number(call, "limit", 20, 1, 50);
  if (!limit) co_return error_response(limit.error(), call.request.request_id);
  agent::SearchQuery query;
  query.text = call.query_value("q");
  query.agent_id = call.query_value("agentId");
  query.archived = archived_of_search(call.query_value("archived"));
  query.limit = *limit;
  const auto page = co_await search.find(call.loop(), call.who, std::move(query));
  co_return answer_with(call, 200, page, [&call](const agent::SearchPage& found) { return page_to_wire(found, call); });
}

}  // namespace

std::vector<Route> search_routes(const Services& services, const ApiOptions&) {
  return {{"GET", "/api/v1/agent/threads/search", model::kChat | model::kRead,
           [&search = services.search](Call call) { return search_messages(search, std::move(call)); },
           "Search the messages of one's own threads: all words of q, best first"}};
}

}  // namespace platos::api
