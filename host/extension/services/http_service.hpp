// Blocking HTTP for plugin workers, carried by the egress client of a loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/logger.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task_set.hpp"
#include "egress/client.hpp"
#include "extension/services/call.hpp"
#include "extension/services/public_web.hpp"

namespace platos::extension {

/// fetch() and browse() are called on worker threads and block; the request runs on the loop.
class HttpService {
 public:
  HttpService(base::Loop& loop, egress::Client& client, base::Logger& logger);

  /// Waits for the whole answer, the call's deadline, or its cancellation (looked at every 50 ms).
  Result<egress::HttpResponse> fetch(egress::HttpRequest request, const platos_call& call);

  /// The same for a page of the public web, and for its own time limit.
  Result<WebPage> browse(WebRequest request, const platos_call& call);

  /// Ends what is under way; called on the loop before it stops.
  void stop();

 private:
  template <typename Answer>
  using Work = std::function<Task<Result<Answer>>(base::CancelToken)>;
  template <typename Answer>
  Result<Answer> carry(Work<Answer> work, const platos_call& call, std::int64_t until_us);

  base::Loop& loop_;
  egress::Client& client_;
  std::unique_ptr<base::TaskSet> tasks_;
};

}  // namespace platos::extension
