#include "fetch.hpp"

#include <algorithm>

#include "common/bounded_json.hpp"
#include "common/characters.hpp"
#include "common/clean_text.hpp"
#include "common/json_api.hpp"
#include "page_text.hpp"

namespace platos::skill_web {
namespace {

constexpr std::uint64_t kMostPageBytes = 5 * 1024 * 1024;
constexpr std::uint32_t kMostRedirects = 3;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string header(const sdk::WebPage& page, std::string_view name) {
  for (const auto& [key, value] : page.headers) {
    if (lower(key) == name) return value;
  }
  return {};
}

struct ContentType {
  std::string type;
  std::string charset;
};

ContentType content_type(const sdk::WebPage& page) {
  const std::string whole = lower(header(page, "content-type"));
  ContentType content;
  content.type = plugin_common::trimmed(std::string_view(whole).substr(0, whole.find(';')));
  if (const auto at = whole.find("charset="); at != std::string::npos) {
    std::string_view rest = std::string_view(whole).substr(at + 8);
    rest = plugin_common::trimmed(rest.substr(0, rest.find(';')));
    if (rest.starts_with('"') && rest.ends_with('"') && rest.size() > 1) rest = rest.substr(1, rest.size() - 2);
    if (rest.size() <= 40) content.charset = rest;
  }
  return content;
}

bool is_html(const std::string& type) { return type == "text/html" || type == "application/xhtml+xml"; }

bool is_text(const std::string& type) {
  return type.empty() || type.starts_with("text/") || type == "application/json" || type == "application/xml" ||
         type == "application/javascript" || type.ends_with("+json") || type.ends_with("+xml");
}

// Of an answer that is no page: what a model, or the host, may do about it.
std::int32_t status_of(std::int32_t http_status) noexcept {
  if (http_status == 404 || http_status == 410) return PLATOS_NOT_FOUND;
  if (http_status == 429) return PLATOS_RESOURCE_EXHAUSTED;
  if (http_status == 401 || http_status == 403) return PLATOS_PERMISSION_DENIED;
  return http_status >= 500 ? PLATOS_UNAVAILABLE : PLATOS_INVALID_ARGUMENT;
}

[[noreturn]] void fail(std::int32_t status, const sdk::WebPage& page, const std::string& what) {
  throw sdk::Error(status, plugin_common::in_quotes(page.url) + " " + what);
}

PageText read(const sdk::WebPage& page) {
  if (page.status < 200 || page.status > 299) {
    fail(status_of(page.status), page, "answered with the status " + std::to_string(page.status));
  }
  const std::string coding = lower(header(page, "content-encoding"));
  if (!coding.empty() && coding != "identity") fail(PLATOS_INVALID_ARGUMENT, page, "was sent compressed, unasked");
  const ContentType content = content_type(page);
  if (is_html(content.type)) return text_of_html(page.body, content.charset);
  const bool looks_like_html = content.type.empty() && page.body.find("<html") != std::string::npos;
  if (looks_like_html) return text_of_html(page.body, content.charset);
  const bool binary = page.body.find('\0') != std::string::npos;
  if (!is_text(content.type) || binary) {
    fail(PLATOS_INVALID_ARGUMENT, page,
         "is no text but " + (content.type.empty() ? "data" : plugin_common::clean_text(content.type, 80)));
  }
  return {{}, text_of_plain(page.body, content.charset)};
}

}  // namespace

std::string fetch_page(const sdk::Host& host, const sdk::Call& call, const std::string& url,
                       std::size_t most_characters) {
  sdk::WebRequest request;
  request.url = url;
  request.accept = "text/html,application/xhtml+xml,text/plain,application/json;q=0.9,*/*;q=0.5";
  request.max_bytes = kMostPageBytes;
  request.max_redirects = kMostRedirects;
  const sdk::WebPage page = sdk::fetch_public(host, call, request);
  const PageText read_page = read(page);
  const std::string_view text = plugin_common::first_characters(read_page.text, most_characters);
  nlohmann::ordered_json answer = {{"url", page.url}};
  if (!read_page.title.empty()) answer["title"] = read_page.title;
  answer["text"] = std::string(text);
  if (page.truncated || text.size() < read_page.text.size()) answer["truncated"] = true;
  return plugin_common::dumped(answer);
}

}  // namespace platos::skill_web
