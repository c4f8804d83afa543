// A user's data that the tools of an entity are tried with.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/json.hpp"

namespace platos::tenancy {

/// A value. Everything but the user's id is a secret: never shown, logged or traced.
struct TestCredentials {
  std::string user_id;     ///< whom calls are made for; empty: whoever makes them
  std::string user_token;  ///< goes along as `userToken`; empty: none
  /// Go along in `_context.headers`, on whichever way a call travels. By name, as it was written.
  std::map<std::string, std::string> headers;

  bool empty() const { return user_id.empty() && user_token.empty() && headers.empty(); }
  /// What nobody may see of an answer.
  std::vector<std::string> secrets() const;
};

/// {userId?, userToken?, headers?}: at most 200 and 4096 bytes, and 32 headers whose names are tokens of HTTP and whose
/// values have at most 4096 bytes; no control characters. InvalidArgument "invalid_field" names the member, and never
/// what is secret in it.
Result<TestCredentials> test_credentials_from_json(const model::Json& json);
/// For the store.
model::Json to_json(const TestCredentials& credentials);

}  // namespace platos::tenancy
