// Every route of the API, asked at least once with a request that makes sense, in an order in which each finds what it
// needs. Who checks answers against the OpenAPI document rides along.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "integration/answering_backend.hpp"
#include "integration/api_stage.hpp"

namespace platos::tests {

struct Step {
  const char* route;           ///< as in the table of routes
  const char* path;            ///< "{thread}" is what an earlier step kept
  const char* body = nullptr;  ///< null: none
  long status = 200;
  const char* keep = nullptr;    ///< "thread=id": a member of the answer, under a name
  const char* header = nullptr;  ///< a further one

  /// By the document. A request that is refused as wrong is not.
  bool is_valid() const { return status != 400 && status != 401; }
};

/// With an agent that uses tools, one that fails, one that hangs, the shipped governor, and the entity `toured`, whose
/// backend is connected.
class ApiTour : public ApiStage {
 public:
  ApiTour();

  /// `url`: of a proxy in front of the daemon; empty: the daemon itself. Steps that `wants` does not want are asked
  /// directly and not seen.
  void walk(const std::string& url, const std::function<bool(const Step&)>& wants,
            const std::function<void(const Step&, const Json& body, const Answer&)>& see);

 private:
  std::string filled(std::string text) const;
  std::map<std::string, std::string> ids_;
  std::unique_ptr<AnsweringBackend> backend_;
};

const std::vector<Step>& tour();
/// The last part of it.
std::vector<Step> further_steps();

}  // namespace platos::tests
