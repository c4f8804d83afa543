#include "glob.hpp"

#include <catch2/catch.hpp>

using platos::governor_rules::glob_matches;
using platos::governor_rules::NameList;

TEST_CASE("a pattern covers the whole name") {
  CHECK(glob_matches("crm__find", "crm__find"));
  CHECK_FALSE(glob_matches("crm__find", "crm__find_all"));
  CHECK_FALSE(glob_matches("crm__find", "my_crm__find"));
  CHECK_FALSE(glob_matches("crm__find", "CRM__find"));
  CHECK(glob_matches("", ""));
  CHECK_FALSE(glob_matches("", "a"));
}

TEST_CASE("a star is any characters, a question mark is one") {
  CHECK(glob_matches("*", ""));
  CHECK(glob_matches("*", "anything"));
  CHECK(glob_matches("crm__*", "crm__"));
  CHECK(glob_matches("*__delete*", "crm__delete_all"));
  CHECK_FALSE(glob_matches("*__delete", "crm__delete_all"));
  CHECK(glob_matches("a*b*c", "a__b__b__c"));
  CHECK_FALSE(glob_matches("a*b*c", "a__c__b"));
  CHECK(glob_matches("v?", "v1"));
  CHECK_FALSE(glob_matches("v?", "v"));
  CHECK_FALSE(glob_matches("v?", "v12"));
  CHECK(glob_matches("v?!", "vé!"));
}

TEST_CASE("a pattern that goes wrong late is found out soon") {
  const std::string text(20'000, 'a');
  CHECK_FALSE(glob_matches("*a*a*a*a*a*a*b", text));
}

TEST_CASE("a list covers what is wanted and not excepted") {
  CHECK(NameList().covers("anything"));
  const NameList some({"crm__*", "mail__*", "!crm__read*"});
  CHECK(some.covers("crm__write"));
  CHECK(some.covers("mail__send"));
  CHECK_FALSE(some.covers("crm__read_one"));
  CHECK_FALSE(some.covers("files__read"));
  const NameList others({"!crm__*"});
  CHECK(others.covers("files__read"));
  CHECK_FALSE(others.covers("crm__write"));
}
