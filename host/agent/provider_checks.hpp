// Does a provider answer, and which agents could run?
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "agent/models.hpp"
#include "agent/providers.hpp"
#include "egress/client.hpp"

namespace platos::agent {

struct ProviderHealth {
  std::string provider;
  std::string status;  ///< healthy, invalid_key, error, not_configured
  std::int64_t latency_ms = 0;
  std::string model;  ///< that was asked
  std::string error;
  std::string code;
  std::vector<VariableState> required;
};

struct AgentReadiness {
  std::string id;
  std::string slug;
  std::string name;
  std::string model;
  std::string code;  ///< empty: it could run
  std::string reason;
};

struct Checklist {
  std::vector<ProviderState> providers;
  std::vector<AgentReadiness> agents;
};

/// Internally synchronised. What a provider said is remembered: 300 s when it was well, else 60 s; not
/// beyond a change of keys, variables or settings on this host.
class ProviderChecks {
 public:
  ProviderChecks(Providers& providers, const Models& models, store::Database& database,
                 std::function<egress::Client&(base::Loop&)> client_of)
      : providers_(providers), models_(models), database_(database), client_of_(std::move(client_of)) {}

  /// A real completion of one token, within 10 s. NotFound "provider_not_found".
  Task<Result<ProviderHealth>> check(base::Loop& loop, model::Scope scope, std::string provider);
  Task<Result<std::vector<ProviderHealth>>> check_all(base::Loop& loop, model::Scope scope);

  /// Of the first 1,000 agents, which could call the model they begin with. Nobody is asked.
  Task<Result<Checklist>> checklist(base::Loop& loop, model::Scope scope);

 private:
  struct Known {
    ProviderHealth health;
    std::int64_t until_us = 0;
    std::uint64_t generation = 0;  // of the providers that it was asked with
  };
  Task<Result<void>> ask(base::Loop& loop, model::Scope scope, std::string provider, std::string model);

  Providers& providers_;
  const Models& models_;
  store::Database& database_;
  std::function<egress::Client&(base::Loop&)> client_of_;
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace platos::agent
