#include "model/routing.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace platos::model {
namespace {

Json parsed(const char* text) { return Json::parse(text); }

}  // namespace

TEST_CASE("Routes are read and written; labels differ and at most one is the default") {
  const auto routes = read_model_routes(parsed(
      R"([{"label":"fast","model":"a:x","providerKeyId":"pky_1","isDefault":true},{"label":"big","model":"b:y:z"}])"));
  REQUIRE(routes);
  CHECK(routes->at(0) == ModelRoute{"fast", "a:x", "pky_1", true});
  CHECK(routes->at(1) == ModelRoute{"big", "b:y:z", "", false});
  CHECK(model_routes_from_json(to_json(*routes)) == *routes);
  CHECK(read_model_routes(Json())->empty());
  const char* bad[] = {
      R"({})",
      R"(["fast"])",
      R"([{"label":"","model":"a:x"}])",
      R"([{"label":"fast"}])",
      R"([{"label":"fast","model":"a:x","isDefault":"yes"}])",
      R"([{"label":"fast","model":"a:x","providerKeyId":7}])",
      R"([{"label":"fast","model":"a:x"},{"label":"fast","model":"a:y"}])",
      R"([{"label":"a","model":"a:x","isDefault":true},{"label":"b","model":"a:y","isDefault":true}])"};
  for (const auto* each : bad) {
    INFO(each);
    const auto refused = read_model_routes(parsed(each));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "invalid_field");
    CHECK(model_routes_from_json(parsed(each)).empty());
  }
  Json many = Json::array();
  for (int i = 0; i < 17; ++i) many.push_back({{"label", std::to_string(i)}, {"model", "a:x"}});
  CHECK_FALSE(read_model_routes(many));
  many.erase(16);
  CHECK(read_model_routes(many)->size() == 16);
}

TEST_CASE("Rules are read with what they leave out, and written whole") {
  const auto rules = read_retry_rules(parsed(
      R"({"rules":[{"trigger":"rate-limit","action":"retry"},
                   {"trigger":"temporary-error","action":"retry","retryCount":3,"backoffMs":10,"backoffMultiplier":1.5,
                    "waitForRetryAfter":false},
                   {"trigger":"auth-error","action":"fallback","fallbackToRouteLabel":"big"},
                   {"trigger":"network-error","action":"fail"}]})"));
  REQUIRE(rules);
  using Trigger = RetryRule::Trigger;
  using Action = RetryRule::Action;
  CHECK(rules->at(0) == RetryRule{Trigger::RateLimit, Action::Retry, 2, 500, 2, true, ""});
  CHECK(rules->at(1) == RetryRule{Trigger::TemporaryError, Action::Retry, 3, 10, 1.5, false, ""});
  CHECK(rules->at(2) == RetryRule{Trigger::AuthError, Action::Fallback, 0, 500, 2, true, "big"});
  CHECK(rules->at(3) == RetryRule{Trigger::NetworkError, Action::Fail, 0, 500, 2, true, ""});
  CHECK(retry_rules_from_json(to_json(*rules)) == *rules);
  CHECK(read_retry_rules(Json())->empty());
  CHECK(read_retry_rules(Json::array())->empty());
}

TEST_CASE("Rules that cannot be kept are refused") {
  const char* bad[] = {R"("retry")",
                       R"({})",
                       R"({"rules":{}})",
                       R"({"rules":["retry"]})",
                       R"({"rules":[{"trigger":"sometimes","action":"retry"}]})",
                       R"({"rules":[{"trigger":"rate-limit","action":"hope"}]})",
                       R"({"rules":[{"trigger":"rate-limit","action":"retry","retryCount":11}]})",
                       R"({"rules":[{"trigger":"rate-limit","action":"retry","retryCount":-1}]})",
                       R"({"rules":[{"trigger":"rate-limit","action":"retry","backoffMs":30001}]})",
                       R"({"rules":[{"trigger":"rate-limit","action":"retry","backoffMultiplier":0.5}]})",
                       R"({"rules":[{"trigger":"rate-limit","action":"retry","backoffMultiplier":"2"}]})",
                       R"({"rules":[{"trigger":"rate-limit","action":"fallback"}]})"};
  for (const auto* each : bad) {
    INFO(each);
    const auto refused = read_retry_rules(parsed(each));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "invalid_field");
  }
}

TEST_CASE("What kind of failure an error is, its code says before its retryable does") {
  const auto kind = [](const char* code, bool retryable) {
    return trigger_of({ErrorKind::Unavailable, code, "", retryable, 0, {}});
  };
  using Trigger = RetryRule::Trigger;
  CHECK(kind("provider_rate_limited", false) == Trigger::RateLimit);
  CHECK(kind("provider_unauthenticated", false) == Trigger::AuthError);
  CHECK(kind("provider_permission_denied", false) == Trigger::AuthError);
  CHECK(kind("upstream_unreachable", true) == Trigger::NetworkError);
  CHECK(kind("upstream_cut", true) == Trigger::NetworkError);
  CHECK(kind("upstream_timeout", true) == Trigger::NetworkError);
  CHECK(kind("provider_unavailable", true) == Trigger::TemporaryError);
  CHECK(kind("provider_invalid_request", false) == Trigger::Unspecified);
  CHECK(kind("address_refused", false) == Trigger::Unspecified);
}

}  // namespace platos::model
