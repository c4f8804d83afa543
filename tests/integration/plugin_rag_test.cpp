// Documents that an agent keeps and finds: a real daemon, its keys, its confined reader of PDF.
#include <openssl/evp.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/base64.hpp"
#include "support/pdf_maker.hpp"
#include "support/stage.hpp"

using namespace platos::tests;

namespace {

Json call(const Stage& stage, const std::string& agent, const std::string& tool, const Json& arguments) {
  return call_tool(*stage.daemon, agent, "rag__" + tool, arguments);
}

}  // namespace

TEST_CASE("an agent keeps a PDF and finds it again, after a crash too; the file holds no readable word") {
  Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-toolsay", {"rag"});
  const std::string pdf = pdf_of_pages({{"The lighthouse keeper is called Marigold."}});
  const Json kept =
      call(stage, agent, "rag_ingest_document",
           {{"source", "keepers.pdf"}, {"contentBase64", base64_of(pdf)}, {"tags", Json::array({"coast"})}});
  INFO(kept.dump());
  REQUIRE(kept["result"]["totalChunks"] == 1);
  stage.daemon->kill_hard();
  stage.daemon->start_again();
  const Json found = call(stage, agent, "rag_retrieve", {{"query", "Who keeps the lighthouse?"}});
  REQUIRE(found["result"]["totalChunks"] == 1);
  CHECK(found["result"]["chunks"][0]["content"].get<std::string>().find("Marigold") != std::string::npos);
  CHECK(call(stage, agent, "rag_list_sources", Json::object())["result"]["sources"][0]["sourceUrl"] == "keepers.pdf");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(stage.data.path() + "/state/rag")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    ++files;
    for (const char* word : {"Marigold", "marigold", "keepers.pdf", "coast"})
      CHECK(bytes.find(word) == std::string::npos);
  }
  CHECK(files > 0);
  CHECK(call(stage, agent, "rag_delete_source", {{"sourceUrl", "keepers.pdf"}})["result"]["deleted"] == true);
  CHECK(call(stage, agent, "rag_retrieve", {{"query", "lighthouse"}})["result"]["totalChunks"] == 0);
}

TEST_CASE("a hostile PDF costs its own reader and nothing else; a URL that is not granted is not fetched") {
  const Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-toolsay", {"rag"});
  const std::string deep = pdf_of_objects({"<< /Type /Catalog /Pages " + std::string(100'000, '[') + " >>"});
  const Json refused =
      call(stage, agent, "rag_ingest_document", {{"source", "deep.pdf"}, {"contentBase64", base64_of(deep)}});
  CHECK(refused["isError"] == true);
  CHECK(refused["code"] == "invalid_arguments");
  const Json fetched = call(stage, agent, "rag_ingest_document", {{"source", "http://169.254.169.254/latest/"}});
  CHECK(fetched["isError"] == true);
  CHECK(call(stage, agent, "rag_list_sources", Json::object())["result"]["total"] == 0);
}
