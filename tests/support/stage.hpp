// A daemon whose instance `mock` is the mock provider: what most tests of turns begin with.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mock_provider/mock_provider.hpp"
#include "support/daemon.hpp"
#include "support/http.hpp"
#include "support/waiting.hpp"

namespace platos::tests {

struct Stage {
  MockProvider mock;
  TempDir data;
  std::unique_ptr<Daemon> daemon;

  /// `manifests`: further files under <data-dir>/manifests, such as {"instances/pii.json", "{...}"}.
  explicit Stage(std::vector<std::string> arguments = {}, const std::map<std::string, std::string>& manifests = {});

  /// An agent on this model of the mock provider; its id.
  std::string agent(const std::string& model, const Json& more = Json::object()) const;
  std::vector<Event> stream(const std::string& agent, const Json& body) const;
  std::vector<Event> say(const std::string& agent, const std::string& message = "Hi") const;
  /// In a thread; answered when it has ended.
  Json turn(const std::string& thread, const std::string& message) const;

  Json messages_of(const std::string& thread) const;
  /// What GET /api/v1/runs answers.
  Json runs(const std::string& query = {}) const;
  Json run_record(const std::string& id) const;
  /// Polls until the record of the run says so; false when it does not within 30 s.
  bool wait_for_status(const std::string& run, const std::string& status) const;

  /// The body of a request that the mock provider got.
  Json request(std::size_t number) const { return Json::parse(mock.requests().at(number).body); }
};

}  // namespace platos::tests
