// Speed of the scanners over texts of one megabyte, whole and in tokens of four bytes. Prints bytes per second.
#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "guarded_text.hpp"
#include "injection_recogniser.hpp"
#include "pii_recogniser.hpp"
#include "stream_scanner.hpp"

namespace platos::bench {
namespace {

using namespace governor_pii;

constexpr std::size_t kBytes = 1 << 20;

template <typename Append>
std::string filled(Append&& append) {
  std::string text;
  while (text.size() < kBytes) append(text);
  text.resize(kBytes);
  return text;
}

std::string prose() {
  static constexpr const char* kWords[] = {"the",         "of",
                                           "and",         "a",
                                           "to",          "in",
                                           "is",          "you",
                                           "that",        "it",
                                           "was",         "for",
                                           "on",          "are",
                                           "as",          "with",
                                           "his",         "they",
                                           "at",          "be",
                                           "this",        "have",
                                           "from",        "system",
                                           "one",         "had",
                                           "by",          "word",
                                           "but",         "not",
                                           "what",        "all",
                                           "were",        "we",
                                           "when",        "your",
                                           "can",         "said",
                                           "there",       "use",
                                           "an",          "each",
                                           "which",       "she",
                                           "do",          "how",
                                           "their",       "if",
                                           "will",        "up",
                                           "other",       "about",
                                           "out",         "many",
                                           "then",        "them",
                                           "these",       "so",
                                           "some",        "her",
                                           "would",       "make",
                                           "like",        "him",
                                           "into",        "time",
                                           "has",         "look",
                                           "two",         "more",
                                           "write",       "go",
                                           "see",         "number",
                                           "no",          "way",
                                           "could",       "people",
                                           "well-known",  "telephone",
                                           "information", "understanding",
                                           "ignore",      "show",
                                           "send",        "naïve"};
  std::mt19937 random(1);
  return filled([&](std::string& text) {
    text += kWords[random() % std::size(kWords)];
    const auto mark = random() % 20;
    text += mark == 0 ? ". " : mark == 1 ? ", " : mark == 2 ? ".\n" : " ";
  });
}

std::string digits() {
  std::mt19937 random(2);
  return filled([&](std::string& text) {
    text += std::to_string(random() >> random() % 28);
    text += " ,-.\n\t"[random() % 6];
  });
}

std::string json() {
  std::mt19937 random(3);
  return filled([&](std::string& text) {
    text += R"({"id":"550e8400-e29b-41d4-a716-44665544)" + std::to_string(1000 + random() % 9000) +
            R"(","created_at":"2024-01-15T10:30:00.123Z","amount":)" + std::to_string(random() % 100000) +
            R"(.50,"customer":{"email":"joe.bloggs@example.com","name":"Joe Bloggs"},"items":[1,2,3]},)";
  });
}

const std::string& text_of(std::int64_t kind) {
  static const std::string kTexts[] = {prose(), digits(), json()};
  return kTexts[kind];
}

template <typename Kind>
void scan_whole(benchmark::State& state) {
  const Kind recogniser;
  const std::string& text = text_of(state.range(0));
  std::vector<Match> found;
  for (auto unused : state) {
    (void)unused;
    found.clear();
    StreamScanner scanner({&recogniser});
    scanner.scan({text, true}, found);
    benchmark::DoNotOptimize(found.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.SetLabel(std::to_string(found.size()) + " matches");
}

/// Only the scanner for personal data, fed as a stream is: the text grows, and old text is dropped.
void scan_in_pieces(benchmark::State& state) {
  const PiiRecogniser recogniser;
  const std::string& text = text_of(state.range(0));
  const auto piece_bytes = static_cast<std::size_t>(state.range(1));
  std::vector<Match> found;
  for (auto unused : state) {
    (void)unused;
    found.clear();
    StreamScanner scanner({&recogniser});
    std::string buffer;
    for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
      buffer.append(text, at, piece_bytes);
      scanner.scan({buffer, at + piece_bytes >= text.size()}, found);
      if (scanner.settled() < 8192) continue;
      scanner.drop(8192 - kLookBackBytes);
      buffer.erase(0, 8192 - kLookBackBytes);
    }
    benchmark::DoNotOptimize(found.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

/// The whole check, as the host runs it: all rules, verdicts and findings included.
void check_in_pieces(benchmark::State& state) {
  namespace testing = sdk::testing;
  testing::FakeHost host;
  const testing::FakeInstance instance(host, platos_plugin_v1, "pii", R"({"pii": "redact"})");
  const std::string& text = text_of(state.range(0));
  const auto piece_bytes = static_cast<std::size_t>(state.range(1));
  std::vector<std::size_t> places;
  for (std::size_t at = piece_bytes; at < text.size(); at += piece_bytes) places.push_back(at);
  const auto pieces = governor_pii_test::cut(text, places);
  for (auto unused : state) {
    (void)unused;
    benchmark::DoNotOptimize(testing::govern(instance, PLATOS_POINT_AFTER_MODEL, "{}", pieces).released.size());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK_TEMPLATE(scan_whole, PiiRecogniser)->ArgName("prose/digits/json")->Arg(0)->Arg(1)->Arg(2);
BENCHMARK_TEMPLATE(scan_whole, InjectionRecogniser)->ArgName("prose/digits/json")->Arg(0)->Arg(1)->Arg(2);
BENCHMARK(scan_in_pieces)->ArgNames({"prose/digits/json", "piece_bytes"})->Args({0, 4})->Args({1, 4})->Args({2, 4});
BENCHMARK(check_in_pieces)
    ->ArgNames({"prose/digits/json", "piece_bytes"})
    ->Args({0, 4})
    ->Args({1, 4})
    ->Args({2, 4})
    ->Args({0, 1 << 20})
    ->Args({2, 1 << 20})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace platos::bench
