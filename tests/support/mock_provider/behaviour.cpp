#include "mock_provider/behaviour.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace platos::tests::mock {
namespace {

enum class Takes { Unspecified, Nothing, Number, MaybeNumber };
enum class Kind { Unspecified, Plain, Failure, ToolFailure };
using Number = std::optional<std::int64_t>;

struct Word {
  std::string_view name;
  Kind kind;
  Takes takes;
  std::int64_t least;
  std::int64_t most;
  void (*apply)(Behaviour&, Number);
};

constexpr std::int64_t kMaxTokens = 1'000'000;

constexpr Word kWords[] = {
    {"d", Kind::Plain, Takes::Number, 0, 3'600'000, [](Behaviour& b, Number n) { b.delay_ms = *n; }},
    {"slowhead", Kind::Plain, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.late_head = true; }},
    {"r", Kind::Plain, Takes::Number, 0, 1'000'000, [](Behaviour& b, Number n) { b.tokens_per_second = *n; }},
    {"n", Kind::Plain, Takes::Number, 0, kMaxTokens, [](Behaviour& b, Number n) { b.tokens = *n; }},
    {"never", Kind::Plain, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.tokens = Behaviour::kEndless; }},
    {"echo", Kind::Plain, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.echo = true; }},
    {"big", Kind::Plain, Takes::Number, 1, 65'536, [](Behaviour& b, Number n) { b.big_kib = *n; }},
    {"halfutf8", Kind::Failure, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.half_utf8 = true; }},
    {"tool", Kind::Plain, Takes::Nothing, 0, 0,
     [](Behaviour& b, Number) { b.tool_use = std::max(b.tool_use, ToolUse::UntilResult); }},
    {"tools", Kind::Plain, Takes::Number, 1, 1'000,
     [](Behaviour& b, Number n) {
       b.tool_use = std::max(b.tool_use, ToolUse::UntilResult);
       b.tool_calls = *n;
     }},
    {"toolloop", Kind::Plain, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.tool_use = ToolUse::Always; }},
    {"badargs", Kind::ToolFailure, Takes::Nothing, 0, 0,
     [](Behaviour& b, Number) { b.tool_arguments = ToolArguments::NotJson; }},
    {"arrayargs", Kind::ToolFailure, Takes::Nothing, 0, 0,
     [](Behaviour& b, Number) { b.tool_arguments = ToolArguments::Array; }},
    {"toolsay", Kind::Plain, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.tool_by_message = true; }},
    {"unknowntool", Kind::ToolFailure, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.unknown_tool = true; }},
    {"s", Kind::Failure, Takes::Number, 300, 599, [](Behaviour& b, Number n) { b.status = static_cast<int>(*n); }},
    {"retry", Kind::Plain, Takes::Number, 0, 86'400, [](Behaviour& b, Number n) { b.retry_after_s = n; }},
    {"garbage", Kind::Failure, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.body = BodyKind::Garbage; }},
    {"html", Kind::Failure, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.body = BodyKind::Html; }},
    {"refuse", Kind::Failure, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.refuse = true; }},
    {"cut", Kind::Failure, Takes::Number, 0, kMaxTokens, [](Behaviour& b, Number n) { b.cut_after = n; }},
    {"hang", Kind::Failure, Takes::MaybeNumber, 0, kMaxTokens,
     [](Behaviour& b, Number n) {
       b.hang_after = n;
       b.hang = !n;
     }},
    {"nousage", Kind::Plain, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.usage = UsageKind::Never; }},
    {"usage2", Kind::Plain, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.usage = UsageKind::Twice; }},
    {"once", Kind::Plain, Takes::Nothing, 0, 0, [](Behaviour& b, Number) { b.failing_requests = 1; }},
    {"times", Kind::Plain, Takes::Number, 0, kMaxTokens, [](Behaviour& b, Number n) { b.failing_requests = n; }},
    {"tag", Kind::Plain, Takes::Number, 0, Behaviour::kEndless, [](Behaviour&, Number) {}},
};

using WordPair = std::pair<std::string_view, std::string_view>;
constexpr WordPair kExclusive[] = {
    {"echo", "n"},      {"echo", "never"},     {"echo", "big"},         {"never", "n"},      {"once", "times"},
    {"s", "garbage"},   {"s", "html"},         {"s", "refuse"},         {"garbage", "html"}, {"garbage", "refuse"},
    {"html", "refuse"}, {"nousage", "usage2"}, {"badargs", "arrayargs"}};
constexpr WordPair kNeeds[] = {{"retry", "s"}, {"slowhead", "d"}};

struct FoundWord {
  const Word* word;
  Number number;
};

[[noreturn]] void refuse(std::string_view model, const std::string& problem) {
  throw RefusedRequest(400, "bad_mock_model", "mock model '" + std::string(model) + "': " + problem);
}

const Word* find_word(std::string_view name) {
  const auto* found = std::find_if(std::begin(kWords), std::end(kWords), [&](const Word& w) { return w.name == name; });
  return found == std::end(kWords) ? nullptr : found;
}

FoundWord read_word(std::string_view model, std::string_view text) {
  // The names of some words end in a digit, so the whole text is looked up before its number is cut off.
  if (const Word* word = find_word(text)) {
    if (word->takes == Takes::Number) refuse(model, "word '" + std::string(text) + "' needs a number");
    return {word, std::nullopt};
  }
  const auto name_size = text.find_last_not_of("0123456789") + 1;
  const Word* word = find_word(text.substr(0, name_size));
  if (word == nullptr || word->takes == Takes::Nothing) refuse(model, "unknown word '" + std::string(text) + "'");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + name_size, text.data() + text.size(), number);
  if (error != std::errc() || number < word->least || number > word->most) {
    refuse(model, "word '" + std::string(text) + "': the number must be from " + std::to_string(word->least) + " to " +
                      std::to_string(word->most));
  }
  return {word, number};
}

std::vector<FoundWord> read_words(std::string_view model) {
  std::vector<FoundWord> found;
  std::size_t dash = std::string_view("mock").size();
  while (dash < model.size()) {
    const std::size_t end = std::min(model.find('-', dash + 1), model.size());
    const FoundWord next = read_word(model, model.substr(dash + 1, end - dash - 1));
    const bool twice = std::any_of(found.begin(), found.end(), [&](const auto& f) { return f.word == next.word; });
    if (twice) refuse(model, "word '" + std::string(next.word->name) + "' is given twice");
    found.push_back(next);
    dash = end;
  }
  return found;
}

void check_combination(std::string_view model, const std::vector<FoundWord>& words) {
  const auto has = [&](std::string_view name) {
    return std::any_of(words.begin(), words.end(), [&](const FoundWord& f) { return f.word->name == name; });
  };
  for (const auto& [a, b] : kExclusive) {
    if (has(a) && has(b))
      refuse(model, "words '" + std::string(a) + "' and '" + std::string(b) + "' exclude each other");
  }
  for (const auto& [a, b] : kNeeds) {
    if (has(a) && !has(b)) refuse(model, "word '" + std::string(a) + "' needs word '" + std::string(b) + "'");
  }
  const bool fails = std::any_of(words.begin(), words.end(), [](const auto& f) { return f.word->kind != Kind::Plain; });
  if ((has("once") || has("times")) && !fails) refuse(model, "words 'once' and 'times' need a word that fails");
}

}  // namespace

Behaviour parse_behaviour(std::string_view model, Failures failures) {
  if (model != "mock" && model.substr(0, 5) != "mock-") {
    throw RefusedRequest(404, "model_not_found", "The model `" + std::string(model) + "` does not exist.");
  }
  const std::vector<FoundWord> words = read_words(model);
  check_combination(model, words);
  Behaviour behaviour;
  for (const auto& [word, number] : words) {
    if (word->kind == Kind::ToolFailure) behaviour.tool_use = std::max(behaviour.tool_use, ToolUse::UntilResult);
    if (word->kind == Kind::Plain || failures == Failures::On) word->apply(behaviour, number);
  }
  return behaviour;
}

}  // namespace platos::tests::mock
