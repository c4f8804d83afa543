#include "backend.hpp"

#include <array>

#include "common/bounded_json.hpp"
#include "platos/cpp/error.hpp"

namespace platos::skill_web {
namespace {

using nlohmann::json;
using plugin_common::JsonRequest;
using plugin_common::query_encoded;
using plugin_common::text_member;

constexpr std::int32_t kSilenceMs = 15'000;
constexpr std::size_t kMostTitleBytes = 500;
constexpr std::size_t kMostUrlBytes = 2048;
constexpr std::size_t kMostSnippetBytes = 2000;

struct Names {
  const char* title;
  const char* url;
  std::array<const char*, 2> snippets;  ///< the first that has a text
  const char* score;                    ///< null: none
};

SearchResult result_of(const json& item, const Names& names) {
  SearchResult result;
  result.title = text_member(item, names.title, kMostTitleBytes);
  result.url = text_member(item, names.url, kMostUrlBytes);
  for (const char* name : names.snippets) {
    if (result.snippet.empty() && name != nullptr) result.snippet = text_member(item, name, kMostSnippetBytes);
  }
  if (names.score != nullptr && item.contains(names.score) && item[names.score].is_number()) {
    result.score = item[names.score].get<double>();
  }
  return result;
}

SearchResults results_in(const json& list, const Names& names) {
  SearchResults results;
  for (const json& item : list) {
    if (!item.is_object()) continue;
    SearchResult result = result_of(item, names);
    const bool on_web = result.url.starts_with("https://") || result.url.starts_with("http://");
    if (on_web) results.push_back(std::move(result));
  }
  return results;
}

const json& list_in(const json& answer, const char* service, const char* name) {
  const auto found = answer.find(name);
  if (found == answer.end() || !found->is_array()) {
    throw sdk::Error(PLATOS_INTERNAL, std::string(service) + ": expected an array \"" + name + "\", found " +
                                          (found == answer.end() ? "none" : plugin_common::describe(*found)));
  }
  return *found;
}

JsonRequest posted(const std::string& url, const char* header, const char* value, json body) {
  JsonRequest request;
  request.url = url;
  request.headers = {{header, value}};
  request.body = std::move(body);
  request.silence_ms = kSilenceMs;
  return request;
}

JsonRequest got(const std::string& url) {
  JsonRequest request;
  request.method = "GET";
  request.url = url;
  request.silence_ms = kSilenceMs;
  return request;
}

JsonRequest ask_tavily(const std::string& base_url, const SearchQuery& query) {
  return posted(base_url + "/search", "Authorization", "Bearer {{secret:tavily}}",
                {{"query", query.text}, {"max_results", query.most_results}});
}
SearchResults read_tavily(const json& answer) {
  return results_in(list_in(answer, "tavily", "results"), {"title", "url", {"content", nullptr}, "score"});
}

JsonRequest ask_exa(const std::string& base_url, const SearchQuery& query) {
  return posted(
      base_url + "/search", "x-api-key", "{{secret:exa}}",
      {{"query", query.text}, {"numResults", query.most_results}, {"contents", {{"text", {{"maxCharacters", 1000}}}}}});
}
SearchResults read_exa(const json& answer) {
  return results_in(list_in(answer, "exa", "results"), {"title", "url", {"text", "summary"}, "score"});
}

JsonRequest ask_brave(const std::string& base_url, const SearchQuery& query) {
  JsonRequest request = got(base_url + "/res/v1/web/search?q=" + query_encoded(query.text) +
                            "&count=" + std::to_string(query.most_results) + "&text_decorations=false");
  request.headers = {{"X-Subscription-Token", "{{secret:brave}}"}};
  return request;
}
SearchResults read_brave(const json& answer) {
  // Without a hit there is no member "web".
  if (!answer.contains("web") || !answer["web"].is_object()) return {};
  return results_in(list_in(answer["web"], "brave", "results"), {"title", "url", {"description", nullptr}, nullptr});
}

JsonRequest ask_serper(const std::string& base_url, const SearchQuery& query) {
  return posted(base_url + "/search", "X-API-KEY", "{{secret:serper}}",
                {{"q", query.text}, {"num", query.most_results}});
}
SearchResults read_serper(const json& answer) {
  return results_in(list_in(answer, "serper", "organic"), {"title", "link", {"snippet", nullptr}, nullptr});
}

JsonRequest ask_searxng(const std::string& base_url, const SearchQuery& query) {
  return got(base_url + "/search?q=" + query_encoded(query.text) + "&format=json");
}
SearchResults read_searxng(const json& answer) {
  return results_in(list_in(answer, "searxng", "results"), {"title", "url", {"content", nullptr}, "score"});
}

constexpr std::array<Backend, 5> kBackends = {{{"tavily", true, ask_tavily, read_tavily},
                                               {"exa", true, ask_exa, read_exa},
                                               {"brave", true, ask_brave, read_brave},
                                               {"serper", true, ask_serper, read_serper},
                                               {"searxng", false, ask_searxng, read_searxng}}};

}  // namespace

std::span<const Backend> backends() noexcept { return kBackends; }

}  // namespace platos::skill_web
