#include "base/cancellation.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

namespace platos::base {

TEST_CASE("A token that was made from nothing is never cancelled") {
  const CancelToken token;
  bool called = false;
  const auto registration = token.on_cancel([&] { called = true; });
  CHECK_FALSE(token.cancelled());
  CHECK(token.reason().empty());
  CHECK_FALSE(called);
}

TEST_CASE("Cancelling is heard once, with the first reason") {
  CancelSource source;
  int calls = 0;
  const auto registration = source.token().on_cancel([&] { ++calls; });
  source.cancel("deadline");
  source.cancel("cancelled");
  CHECK(calls == 1);
  CHECK(source.token().cancelled());
  CHECK(source.token().reason() == "deadline");
}

TEST_CASE("A listener that comes late is called at once") {
  CancelSource source;
  source.cancel("gone");
  int calls = 0;
  const auto registration = source.token().on_cancel([&] { ++calls; });
  CHECK(calls == 1);
}

TEST_CASE("A listener whose registration has ended is not called") {
  CancelSource source;
  int calls = 0;
  {
    const auto registration = source.token().on_cancel([&] { ++calls; });
  }
  auto moved_from = source.token().on_cancel([&] { ++calls; });
  auto target = std::move(moved_from);
  target = CancelToken::Registration();
  source.cancel("x");
  CHECK(calls == 0);
}

TEST_CASE("A registration may outlive its source and its token") {
  CancelToken::Registration registration;
  {
    CancelSource source;
    registration = source.token().on_cancel([] {});
  }
  registration = {};
  SUCCEED("no crash");
}

TEST_CASE("A listener may destroy the source that calls it") {
  auto source = std::make_unique<CancelSource>();
  const auto token = source->token();
  int calls = 0;
  const auto first = token.on_cancel([&] {
    ++calls;
    source.reset();
  });
  const auto second = token.on_cancel([&] { ++calls; });
  source->cancel("x");
  CHECK(calls == 2);
  CHECK(token.cancelled());
}

TEST_CASE("A listener may end its own registration, cancel again and add listeners") {
  CancelSource source;
  const auto token = source.token();
  int calls = 0;
  std::optional<CancelToken::Registration> own;
  CancelToken::Registration added;
  own = token.on_cancel([&] {
    ++calls;
    own.reset();
    source.cancel("again");
    added = token.on_cancel([&] { calls += 10; });
  });
  source.cancel("first");
  CHECK(calls == 11);
  CHECK(token.reason() == "first");
}

TEST_CASE("A listener that ends another registration keeps that listener from being called") {
  CancelSource source;
  const auto token = source.token();
  std::optional<CancelToken::Registration> victim;
  int calls = 0;
  const auto first = token.on_cancel([&] { victim.reset(); });
  victim = token.on_cancel([&] { ++calls; });
  source.cancel("x");
  CHECK(calls == 0);
}

TEST_CASE("Cancelling one source from the listener of another reaches both") {
  CancelSource parent;
  CancelSource child;
  std::string heard;
  const auto link = parent.token().on_cancel([&] { child.cancel(parent.token().reason()); });
  const auto leaf = child.token().on_cancel([&] { heard = child.token().reason(); });
  parent.cancel("stopped");
  CHECK(heard == "stopped");
}

}  // namespace platos::base
