#include "extension/services/http_service.hpp"

#include <chrono>
#include <future>

namespace platos::extension {
namespace {

using Answer = Result<egress::HttpResponse>;

struct Exchange {
  std::promise<Answer> promise;
  base::CancelSource cancel;  // touched on the loop only
};

Task<void> run(egress::Client& client, egress::HttpRequest request, std::shared_ptr<Exchange> exchange) {
  auto answer = co_await egress::fetch(client, std::move(request), exchange->cancel.token());
  exchange->promise.set_value(std::move(answer));
}

}  // namespace

HttpService::HttpService(base::Loop& loop, egress::Client& client, base::Logger& logger)
    : loop_(loop),
      client_(client),
      tasks_(std::make_unique<base::TaskSet>(loop, [&logger](std::string_view, std::exception_ptr) {
        logger.error("extension", "an exception left a plugin's HTTP exchange");
      })) {}

void HttpService::stop() { tasks_.reset(); }

Result<egress::HttpResponse> HttpService::fetch(egress::HttpRequest request, const platos_call& call) {
  auto exchange = std::make_shared<Exchange>();
  auto answer = exchange->promise.get_future();
  loop_.post([this, request = std::move(request), exchange]() mutable {
    if (!tasks_) {
      exchange->promise.set_value(fail(ErrorKind::Unavailable, "draining", "the host is stopping"));
      return;
    }
    tasks_->start("plugin http", run(client_, std::move(request), exchange));
  });
  const auto give_up = [&](ErrorKind kind, const char* code, const char* why) -> Answer {
    loop_.post([exchange] { exchange->cancel.cancel("cancelled"); });
    return fail(kind, code, why);
  };
  while (answer.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
    if (call.cancelled) return give_up(ErrorKind::Cancelled, "cancelled", "the call was cancelled");
    if (loop_.clock().monotonic_us() > call.context.deadline_us) {
      return give_up(ErrorKind::Deadline, "deadline", "the call's deadline is over");
    }
  }
  return answer.get();
}

}  // namespace platos::extension
