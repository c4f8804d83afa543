// What vectors mean, and that they never change.
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <random>
#include <string>

#include "text_vectors.hpp"

using platos::local_vectors::TextVectors;

namespace {

std::vector<float> vector_of(std::string_view text, std::size_t dimensions = 256) {
  TextVectors vectors(dimensions);
  const auto values = vectors.vector_of(text);
  return {values.begin(), values.end()};
}

double cosine(std::string_view left, std::string_view right) {
  const auto a = vector_of(left), b = vector_of(right);
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double length(const std::vector<float>& values) {
  return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

std::string hex(const std::vector<float>& values, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    char word[12];
    std::snprintf(word, sizeof word, "%08x ", std::bit_cast<std::uint32_t>(values[i]));
    text += word;
  }
  return text;
}

std::uint64_t fingerprint(const std::vector<float>& values) {
  std::uint64_t hash = 14695981039346656037U;
  for (const float value : values) hash = (hash ^ std::bit_cast<std::uint32_t>(value)) * 1099511628211U;
  return hash;
}

constexpr const char* kFirst =
    "Platos remembers: the café in Zürich opens at 8:30, the library closes at noon, 日本語 is spoken in the museum, "
    "invoices are paid within thirty days, and nobody has ever repaired the heating of the old server room 👍";
constexpr const char* kFallback = "3f800000 00000000 00000000 00000000 ";

}  // namespace

TEST_CASE("vectors are the same on every machine and for ever") {
  CHECK(hex(vector_of(kFirst), 8) == "bdb6b9c1 3c3994a8 bdc2255d bd4d90f9 bdb994a8 bd36b9c1 00000000 00000000 ");
  CHECK(fingerprint(vector_of(kFirst)) == 0xc611f010a876b27c);
  CHECK(fingerprint(vector_of(kFirst, 1024)) == 0x1b7a71bac4cab92d);
  CHECK(fingerprint(vector_of(kFirst, 100)) == 0xe98be617f9004396);
}

TEST_CASE("a used maker of vectors gives what a new one gives") {
  TextVectors used(256);
  used.vector_of("something else that leaves its traces");
  const auto again = used.vector_of(kFirst);
  CHECK(std::vector<float>(again.begin(), again.end()) == vector_of(kFirst));
}

TEST_CASE("every vector has length 1") {
  for (const std::string text : {"a", "the of and", "word", "日", "👍", "1", "Ünïcödé", "x y z"}) {
    INFO(text);
    CHECK(length(vector_of(text)) == Approx(1.0).epsilon(1e-6));
    CHECK(hex(vector_of(text), 4) != kFallback);
  }
  for (const std::size_t size : {std::size_t{1000}, std::size_t{32768}}) {
    CHECK(length(vector_of(std::string(size, 'x'))) == Approx(1.0).epsilon(1e-6));
  }
}

TEST_CASE("text without anything to compare has one fixed vector of length 1") {
  for (const std::string text : {"", " ", "?!", "...---...", "\xFF\xFE", "\xCC\x81", "\xE2\x80\x94"}) {
    INFO(text);
    CHECK(hex(vector_of(text), 4) == kFallback);
    CHECK(length(vector_of(text)) == 1.0);
  }
}

TEST_CASE("random bytes give finite vectors of length 1") {
  std::mt19937 random(7);
  TextVectors vectors(64);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& byte : text) byte = static_cast<char>(random());
    const auto values = vectors.vector_of(text);
    const double norm = length({values.begin(), values.end()});
    if (!(norm > 0.999999 && norm < 1.000001)) FAIL("length " << norm << " in round " << round);
  }
  SUCCEED();
}

TEST_CASE("the heaviest texts stay within the sums") {
  std::string equal, distinct, letters;
  while (equal.size() + 5 <= TextVectors::kMaxTextBytes) equal += "word ";
  for (int i = 0; distinct.size() + 8 <= TextVectors::kMaxTextBytes; ++i) distinct += std::to_string(i) + " ";
  while (letters.size() + 2 <= TextVectors::kMaxTextBytes) letters += "q ";
  for (const std::string& text : {equal, distinct, letters}) {
    CHECK(length(vector_of(text, 64)) == Approx(1.0).epsilon(1e-6));
  }
  CHECK(cosine(equal, "word") == Approx(1.0).epsilon(1e-6));
}

TEST_CASE("case, accents, punctuation and order do not matter") {
  CHECK(vector_of("The Café in Zürich!") == vector_of("the cafe, in zurich"));
  CHECK(vector_of("alpha beta gamma") == vector_of("gamma alpha beta"));
}

TEST_CASE("words with the same stem are near, other words are not") {
  CHECK(cosine("deployment", "deployments") > 0.6);
  CHECK(cosine("connect", "connection") > 0.4);
  CHECK(cosine("deployment", "giraffe") < 0.25);
}

TEST_CASE("function words hardly count") {
  CHECK(cosine("the invoice", "invoice") > 0.99);
  CHECK(cosine("what is the invoice", "who has the giraffe") < 0.25);
  CHECK(cosine("what is the", "what is the") == Approx(1.0).epsilon(1e-6));
}

TEST_CASE("repeating a word raises its weight, but less and less") {
  const double once = cosine("apple banana", "apple");
  const double twice = cosine("apple apple banana", "apple");
  const double often = cosine("apple apple apple apple apple apple apple apple banana", "apple");
  CHECK(once < twice);
  CHECK(twice < often);
  CHECK(often < 0.99);
}

TEST_CASE("texts in scripts without spaces are near when they share characters") {
  CHECK(cosine("我喜欢喝绿茶", "他也喜欢绿茶") > 0.35);
  CHECK(cosine("我喜欢喝绿茶", "数据库服务器") < 0.25);
}
