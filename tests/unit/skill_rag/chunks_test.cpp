#include "chunks.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "common/characters.hpp"

namespace platos::skill_rag {
namespace {

std::string joined(const std::vector<Chunk>& chunks) {
  std::string out;
  for (const Chunk& chunk : chunks) out += chunk.text.substr(chunk.repeated_bytes);
  return out;
}

}  // namespace

TEST_CASE("sentences stay whole, and a chunk repeats the end of the one before") {
  const std::string text = "One two three. Four five six! Seven eight nine? Ten.\nEleven twelve.";
  const auto chunks = cut_chunks(text, 32, 12);
  REQUIRE(chunks.size() == 3);
  CHECK(chunks[0].text == "One two three. Four five six! ");
  CHECK(chunks[1].text == "five six! Seven eight nine? ");
  CHECK(chunks[2].text == "eight nine? Ten.\nEleven twelve.");
  CHECK(joined(chunks) == text);
  CHECK(cut_chunks(text, 1000, 100).size() == 1);
  CHECK(cut_chunks("", 100, 10).empty());
  CHECK(cut_chunks(" \n ", 100, 10).empty());
}

TEST_CASE("whatever the text: no chunk is too long, none splits a character, and together they are the text") {
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {"word", " ", ". ", "\n", "ü", "😀", "!? ", "looooooooooooooooooooooooong",
                                           "\n\n"};
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += pieces[random() % pieces.size()];
    const std::size_t size = 20 + random() % 200;
    const std::size_t overlap = random() % (size / 2);
    const auto chunks = cut_chunks(text, size, overlap);
    REQUIRE(joined(chunks) == text);
    for (const Chunk& chunk : chunks) {
      REQUIRE(plugin_common::character_count(chunk.text) <= size);
      REQUIRE(plugin_common::starts_character(chunk.text[0]));
      REQUIRE(chunk.repeated_bytes < chunk.text.size());
    }
  }
}

}  // namespace platos::skill_rag
