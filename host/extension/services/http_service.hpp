// Blocking HTTP for plugin workers, carried by the egress client of a loop.
#pragma once

#include <cstdint>

#include "base/logger.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task_set.hpp"
#include "egress/client.hpp"
#include "extension/services/call.hpp"

namespace platos::extension {

/// fetch() is called on worker threads and blocks; the request runs on the loop.
class HttpService {
 public:
  HttpService(base::Loop& loop, egress::Client& client, base::Logger& logger);

  /// Waits for the whole answer, the call's deadline, or its cancellation (looked at every 50 ms).
  Result<egress::HttpResponse> fetch(egress::HttpRequest request, const platos_call& call);

  /// Ends what is under way; called on the loop before it stops.
  void stop();

 private:
  base::Loop& loop_;
  egress::Client& client_;
  std::unique_ptr<base::TaskSet> tasks_;
};

}  // namespace platos::extension
