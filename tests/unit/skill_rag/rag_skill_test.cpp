// The tools through the plugin's entry, over a real file.
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "platos/cpp/testing/fake_services.hpp"
#include "support/skill_tools.hpp"
#include "support/temp_dir.hpp"

namespace platos::skill_rag {
namespace {

using json = tests::Json;
namespace fakes = sdk::testing;
using tests::has;

struct ShelfHost {
  tests::TempDir dir;
  fakes::FakeHost host;
  fakes::FakeStateDir state{host, dir.path()};
  fakes::FakeSeal seal{host};
};

struct Shelf : ShelfHost, tests::SkillTools {
  explicit Shelf(const json& config = json::object()) : SkillTools(host, "rag", config) {
    call.attributes["environment"] = "env_1";
  }
  json keep(const std::string& name, const std::string& content, json more = json::object()) {
    more["source"] = name;
    more["content"] = content;
    return answer("rag_ingest_document", more);
  }
};

}  // namespace

TEST_CASE("a document that is kept is found by words and by likeness, listed, and gone when deleted") {
  Shelf shelf;
  CHECK(shelf.keep("handbook.md",
                   "# Harbour\nThe harbour master opens the lock at seven.\n\n# Kitchen\nSoup is served at noon.",
                   {{"tags", json::array({"house"})}, {"chunkSize", 200}})["totalChunks"] == 1);
  shelf.keep("menu.html", "<html><p>Pancakes with maple syrup</p><script>harbour</script></html>",
             {{"tags", json::array({"food"})}});
  const json found = shelf.answer("rag_retrieve", {{"query", "When does the harbor master open?"}});
  REQUIRE(found["totalChunks"] >= 1);
  CHECK(found["chunks"][0]["sourceUrl"] == "handbook.md");
  CHECK(found["chunks"][0]["chunkIndex"] == 0);
  CHECK(found["chunks"][0]["score"] > 0);
  CHECK(found["chunks"][0]["score"] <= 1);
  CHECK(found["reranked"] == false);
  CHECK(shelf.answer("rag_retrieve", {{"query", "pancake"}, {"topK", 1}})["chunks"][0]["sourceUrl"] == "menu.html");
  CHECK(shelf.answer("rag_retrieve", {{"query", "pancake"}, {"topK", 1}, {"rerank", true}})["reranked"] == true);
  const json food = shelf.answer("rag_retrieve", {{"query", "harbour"}, {"filterTags", json::array({"food"})}});
  for (const json& chunk : food["chunks"]) CHECK(chunk["sourceUrl"] == "menu.html");
  CHECK(shelf.answer("rag_retrieve", {{"query", "harbour"}, {"filterTags", json::array({"none"})}})["totalChunks"] ==
        0);
  const json listed = shelf.answer("rag_list_sources");
  REQUIRE(listed["total"] == 2);
  CHECK(listed["sources"][0]["sourceUrl"] == "handbook.md");
  CHECK(listed["sources"][0]["tags"] == json::array({"house"}));
  CHECK(listed["sources"][0]["ingestedAt"].get<std::string>().size() == 20);
  CHECK(shelf.answer("rag_delete_source", {{"sourceUrl", "handbook.md"}})["deleted"] == true);
  CHECK(shelf.answer("rag_delete_source", {{"sourceUrl", "handbook.md"}})["deleted"] == false);
  const json left = shelf.answer("rag_retrieve", {{"query", "harbour master lock"}});
  for (const json& chunk : left["chunks"]) CHECK(chunk["sourceUrl"] == "menu.html");
  CHECK(shelf.answer("rag_list_sources")["total"] == 1);
}

TEST_CASE("what is kept again takes the place of what was there, also when it is shorter") {
  Shelf shelf;
  std::string longer;
  for (int i = 0; i < 60; ++i) longer += "Sentence number " + std::to_string(i) + " is about walruses. ";
  const json first = shelf.keep("a", longer, {{"chunkSize", 200}, {"overlap", 50}});
  CHECK(first["totalChunks"] > 8);
  // From the chunks alone, without what they repeat.
  const json again = shelf.answer("rag_reindex", {{"sourceUrl", "a"}});
  CHECK(again["chunkCount"] == first["totalChunks"]);
  CHECK(again["refetched"] == false);
  shelf.keep("a", "Only penguins now.");
  const json found = shelf.answer("rag_retrieve", {{"query", "walruses penguins"}, {"topK", 50}});
  REQUIRE(found["totalChunks"] == 1);
  CHECK(found["chunks"][0]["content"] == "Only penguins now.");
  CHECK(has(shelf.refusal("rag_reindex", {{"sourceUrl", "b"}}), "rag_list_sources"));
}

TEST_CASE("environments know nothing of each other, and the file can be read by nobody") {
  Shelf shelf;
  shelf.keep("secret-plan.txt", "The treasure lies beneath the lighthouse.");
  shelf.call.attributes["environment"] = "env_2";
  CHECK(shelf.answer("rag_retrieve", {{"query", "treasure lighthouse"}})["totalChunks"] == 0);
  CHECK(shelf.answer("rag_list_sources")["total"] == 0);
  CHECK(shelf.answer("rag_delete_source", {{"sourceUrl", "secret-plan.txt"}})["deleted"] == false);
  shelf.call.attributes["environment"] = "env_1";
  CHECK(shelf.answer("rag_list_sources")["total"] == 1);
  for (const auto& entry : std::filesystem::directory_iterator(shelf.dir.path())) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    for (const char* word : {"treasure", "lighthouse", "secret-plan"}) CHECK_FALSE(has(bytes, word));
  }
}

TEST_CASE("URLs are fetched through the host, only if it lets; each source of several counts for itself") {
  Shelf shelf;
  CHECK(shelf.invoke("rag_ingest_document", {{"source", "https://example.com/a"}}).status ==
        PLATOS_FAILED_PRECONDITION);
  CHECK(has(shelf.error.message, "grant"));
  std::string page = "<html><body><p>Walruses eat clams.</p></body></html>";
  fakes::FakeHttp http(shelf.host, [&](const fakes::FakeHttp::Request& request) {
    if (request.url.ends_with("/gone")) return fakes::FakeHttp::Answer{PLATOS_OK, 404, "no"};
    if (request.url.ends_with("/dead")) return fakes::FakeHttp::Answer{PLATOS_UNAVAILABLE, 0, "no route"};
    return fakes::FakeHttp::Answer{PLATOS_OK, 200, page, {{"content-type", "text/html"}}};
  });
  const json kept = shelf.answer(
      "rag_ingest_document",
      {{"source", {"https://example.com/a", "https://example.com/gone", "https://example.com/dead", "name"}}});
  CHECK(kept["ingested"].size() == 1);
  REQUIRE(kept["failed"].size() == 3);
  CHECK(has(kept["failed"][0]["error"], "404"));
  CHECK(shelf.answer("rag_retrieve", {{"query", "walrus clams"}})["chunks"][0]["content"] == "Walruses eat clams.\n");
  page = "<html><body><p>Walruses sleep.</p></body></html>";
  CHECK(shelf.answer("rag_reindex", {{"sourceUrl", "https://example.com/a"}})["refetched"] == true);
  CHECK(shelf.answer("rag_retrieve", {{"query", "walrus"}})["chunks"][0]["content"] == "Walruses sleep.\n");
}

TEST_CASE("arguments that are wrong are named") {
  Shelf shelf;
  CHECK(has(shelf.refusal("rag_ingest_document", json::object()), "\"source\""));
  CHECK(has(shelf.refusal("rag_ingest_document", {{"source", "a"}}), "content"));
  CHECK(has(shelf.refusal("rag_ingest_document", {{"source", {"a", "b"}}, {"content", "x"}}), "one name"));
  CHECK(
      has(shelf.refusal("rag_ingest_document", {{"source", "a"}, {"content", "x"}, {"chunkSize", 100}}), "chunkSize"));
  CHECK(has(shelf.refusal("rag_ingest_document", {{"source", "a"}, {"content", "x"}, {"overlap", 900}}), "half"));
  CHECK(has(shelf.refusal("rag_ingest_document", {{"source", "a"}, {"content", " "}}), "some text"));
  CHECK(has(shelf.refusal("rag_ingest_document", {{"source", "a"}, {"contentBase64", "*"}}), "base64"));
  CHECK(has(shelf.refusal("rag_ingest_document", {{"source", "a"}, {"content", "x"}, {"contentType", "image/png"}}),
            "image/png"));
  CHECK(has(shelf.refusal("rag_retrieve", {{"query", ""}}), "\"query\""));
  CHECK(has(shelf.refusal("rag_retrieve", {{"query", "x"}, {"topK", 51}}), "topK"));
  CHECK(has(shelf.refusal("rag_list_sources", {{"x", 1}}), "\"x\""));
  CHECK(shelf.invoke("rag_forget", json::object()).status == PLATOS_NOT_FOUND);
  CHECK_THROWS(Shelf(json{{"max_chunks", 1}}));
  CHECK_THROWS(Shelf(json{{"more", 1}}));
}

TEST_CASE("an environment that is full takes no more and keeps what it has") {
  Shelf shelf(json{{"max_chunks", 100}});
  shelf.keep("small", "A few words about otters.");
  std::string much;
  for (int i = 0; i < 3000; ++i) much += "Word" + std::to_string(i) + " and more. ";
  CHECK(shelf.invoke("rag_ingest_document", {{"source", "much"}, {"content", much}, {"chunkSize", 200}, {"overlap", 0}})
            .status == PLATOS_RESOURCE_EXHAUSTED);
  CHECK(shelf.answer("rag_list_sources")["total"] == 1);
  CHECK(shelf.answer("rag_retrieve", {{"query", "otters"}})["totalChunks"] == 1);
}

TEST_CASE("a cancelled call keeps nothing") {
  Shelf shelf;
  shelf.call.cancelled = true;
  CHECK(shelf.invoke("rag_ingest_document", {{"source", "a"}, {"content", "words"}}).status == PLATOS_CANCELLED);
  shelf.call.cancelled = false;
  CHECK(shelf.answer("rag_list_sources")["total"] == 0);
}

TEST_CASE("ten thousand chunks are searched in a moment") {
  Shelf shelf;
  for (int source = 0; source < 4; ++source) {
    std::string text;
    for (int i = 0; i < 2500; ++i) {
      text += "Entry " + std::to_string(source * 2500 + i) + " of the log speaks of subject " +
              std::to_string((i * 7919 + source) % 5000) + ". " + std::string(150, 'x') + " end.\n";
    }
    const json kept = shelf.keep("log-" + std::to_string(source), text, {{"chunkSize", 200}, {"overlap", 0}});
    CHECK(kept["totalChunks"] >= 2500);
  }
  shelf.answer("rag_retrieve", {{"query", "warm"}});  // the vectors are read into memory once
  const auto begin = std::chrono::steady_clock::now();
  const json found = shelf.answer("rag_retrieve", {{"query", "Entry 7777 of the log"}, {"topK", 5}});
  const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  CHECK(has(found["chunks"][0]["content"], "Entry 7777 "));
  WARN("a search among " << 10'000 << " chunks took " << taken.count() << " ms");
}

}  // namespace platos::skill_rag
