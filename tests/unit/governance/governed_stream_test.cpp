#include "governance/governed_stream.hpp"

#include <catch2/catch.hpp>

#include "fake_governor.hpp"

namespace platos::governance {
namespace {

using ports::Decision;

/// Releases whole words; the word "secret" comes out as "***".
FakeGovernor::Answer by_words(std::string& held) {
  return [&held](std::string_view chunk, bool is_last) -> Result<ports::Verdict> {
    held += chunk;
    const auto space = held.rfind(' ');
    const std::size_t settled = is_last ? held.size() : space == std::string::npos ? 0 : space + 1;
    ports::Verdict verdict;
    verdict.release_bytes = settled;
    std::string words = held.substr(0, settled);
    held.erase(0, settled);
    for (std::size_t at = 0; (at = words.find("secret")) != std::string::npos;) {
      words.replace(at, 6, "***");
      verdict.decision = Decision::Redact;
      verdict.rule_id = "word";
    }
    verdict.replacement = words;
    return verdict;
  };
}

std::string feed_all(GovernedStream& stream, const std::vector<std::string>& pieces) {
  std::string out;
  for (std::size_t i = 0; i <= pieces.size(); ++i) {
    const auto released = i < pieces.size() ? stream.feed(pieces[i], false) : stream.feed({}, true);
    REQUIRE(released);
    out += *released;
  }
  return out;
}

}  // namespace

TEST_CASE_METHOD(GovernanceFixture, "what is redacted does not depend on where the answer was cut") {
  const std::string answer = "tell no secret to anyone, secret or not";
  for (std::size_t cut = 1; cut < answer.size(); ++cut) {
    std::string held;
    Governors fresh;
    fresh.add("words", kAnswer, by_words(held));
    Chain governors({}, clock, logger, metrics, tracer);
    governors.load(fresh);
    const auto stream = governors.stream(subject);
    REQUIRE(stream);
    CHECK(feed_all(*stream, {answer.substr(0, cut), answer.substr(cut)}).find("secret") == std::string::npos);
  }
}

TEST_CASE_METHOD(GovernanceFixture, "two governors in a row: the second sees what the first released") {
  std::string held;
  directory.add("a-words", kAnswer, by_words(held));
  const auto second = directory.add("b-see", kAnswer, [](std::string_view chunk, bool) -> Result<ports::Verdict> {
    ports::Verdict verdict;
    verdict.release_bytes = chunk.size();
    return verdict;
  });
  const auto governors = chain();
  const auto stream = governors->stream(subject);
  CHECK(feed_all(*stream, {"a sec", "ret b"}) == "a *** b");
  CHECK(second->seen == std::vector<std::string>{"a ", "*** ", "b"});
}

TEST_CASE_METHOD(GovernanceFixture, "a denial in the middle ends the stream, and nothing more comes out") {
  directory.add("deny", kAnswer, [](std::string_view chunk, bool) -> Result<ports::Verdict> {
    auto verdict = verdict_of(chunk == "bad" ? Decision::Deny : Decision::Allow, chunk == "bad" ? "no" : "");
    verdict.release_bytes = chunk.size();
    return verdict;
  });
  const auto governors = chain();
  const auto stream = governors->stream(subject);
  CHECK(stream->feed("good", false) == "good");
  const auto refused = stream->feed("bad", false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "safety_blocked");
  CHECK(refused.error().kind == ErrorKind::PermissionDenied);
}

TEST_CASE_METHOD(GovernanceFixture, "a governor that breaks the rules of releasing denies") {
  struct Case {
    const char* what;
    std::size_t release;
    std::string chunk;
  };
  for (const auto& [what, release, chunk] :
       {Case{"more than it was given", 9, "abc"}, Case{"inside a character", 1, "\xC3\xA4"},
        Case{"holds back more than 2 KiB", 0, std::string(2049, 'x')}}) {
    Governors fresh;
    fresh.add("odd", kAnswer, [release = release](std::string_view, bool) -> Result<ports::Verdict> {
      ports::Verdict verdict;
      verdict.release_bytes = release;
      return verdict;
    });
    Chain governors({}, clock, logger, metrics, tracer);
    governors.load(fresh);
    const auto stream = governors.stream(subject);
    const auto released = stream->feed(chunk, false);
    INFO(what);
    REQUIRE_FALSE(released);
    CHECK(released.error().code == "safety_blocked");
    CHECK(stream->findings().back().reason.find(what) != std::string::npos);
  }
}

}  // namespace platos::governance
