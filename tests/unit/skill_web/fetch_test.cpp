#include <catch2/catch.hpp>

#include "web_fixture.hpp"

using namespace skill_web_test;
using Page = testing::FakePublicWeb::Page;

namespace {

Outcome fetched(Page page, const Json& config = kAllServices) {
  Web web(config);
  web.on_page = [&](const std::string&) { return page; };
  return web.invoke("fetch_url", {{"url", "https://one.test/"}});
}

Page page(std::string body, std::string type = "text/html", std::int32_t status = 200) {
  return {PLATOS_OK, status, std::move(body), std::move(type)};
}

}  // namespace

TEST_CASE("a page comes as text with its title and where it is") {
  Page moved = page("<title>Hi</title><p>Hello <b>world</b></p>");
  moved.url = "https://two.test/";
  CHECK(fetched(moved).json == Json{{"url", "https://two.test/"}, {"title", "Hi"}, {"text", "Hello world"}});
}

TEST_CASE("plain text and JSON come as they are") {
  CHECK(fetched(page("a <b>\n c", "text/plain; charset=utf-8")).json["text"] == "a <b>\n c");
  CHECK(fetched(page(R"({"a":1})", "application/json")).json["text"] == R"({"a":1})");
  CHECK(fetched(page("<a/>", "application/rss+xml")).json["text"] == "<a/>");
  CHECK(fetched(page("caf\xE9", "text/plain; charset=ISO-8859-1")).json["text"] == "café");
  CHECK(fetched(page("caf\xE9", "text/plain")).json["text"] == "caf\xEF\xBF\xBD");
  CHECK(fetched(page("caf\xE9", "text/plain; charset=nonsense")).json["text"] == "caf\xEF\xBF\xBD");
}

TEST_CASE("what is no text is refused, and says what it is") {
  const auto pdf = fetched(page("%PDF-1.7", "application/pdf"));
  CHECK(pdf.status == PLATOS_INVALID_ARGUMENT);
  CHECK(pdf.error == "\"https://one.test/\" is no text but application/pdf");
  CHECK(fetched(page(std::string("a\0b", 3), "text/plain")).status == PLATOS_INVALID_ARGUMENT);
}

TEST_CASE("a page that answers with an error is an error of its kind") {
  CHECK(fetched(page("x", "text/html", 404)).status == PLATOS_NOT_FOUND);
  CHECK(fetched(page("x", "text/html", 403)).status == PLATOS_PERMISSION_DENIED);
  CHECK(fetched(page("x", "text/html", 429)).status == PLATOS_RESOURCE_EXHAUSTED);
  CHECK(fetched(page("x", "text/html", 503)).status == PLATOS_UNAVAILABLE);
  CHECK(fetched(page("x", "text/html", 302)).error == "\"https://one.test/\" answered with the status 302");
}

TEST_CASE("what the host refuses is refused with its reason") {
  const auto refused = fetched({PLATOS_PERMISSION_DENIED, 0, "\"10.0.0.1\" may not be reached"});
  CHECK(refused.status == PLATOS_PERMISSION_DENIED);
  CHECK(refused.error == "\"10.0.0.1\" may not be reached");
}

TEST_CASE("a long page is cut between characters, and says so") {
  std::string body;
  for (int i = 0; i < 1500; ++i) body += "é";
  Json config = kAllServices;
  config["max_text_characters"] = 1000;
  const auto cut = fetched(page("<meta charset=utf-8><p>" + body), config);
  CHECK(cut.json["truncated"] == true);
  CHECK(cut.json["text"] == body.substr(0, 2000));
  CHECK_FALSE(fetched(page("<p>short</p>"), config).json.contains("truncated"));
  CHECK(fetched(page(std::string(6 * 1024 * 1024, 'a'), "text/plain")).json["truncated"] == true);
}
