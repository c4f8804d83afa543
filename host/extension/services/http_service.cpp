#include "extension/services/http_service.hpp"

#include <algorithm>
#include <chrono>
#include <future>

namespace platos::extension {
namespace {

template <typename Answer>
struct Exchange {
  std::promise<Result<Answer>> promise;
  base::CancelSource cancel;  // touched on the loop only
};

template <typename Answer, typename Work>
Task<void> run(Work work, std::shared_ptr<Exchange<Answer>> exchange) {
  auto answer = co_await work(exchange->cancel.token());
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

template <typename Answer>
Result<Answer> HttpService::carry(Work<Answer> work, const platos_call& call, std::int64_t until_us) {
  auto exchange = std::make_shared<Exchange<Answer>>();
  auto answer = exchange->promise.get_future();
  loop_.post([this, work = std::move(work), exchange]() mutable {
    if (!tasks_) {
      exchange->promise.set_value(fail(ErrorKind::Unavailable, "draining", "the host is stopping"));
      return;
    }
    tasks_->start("plugin http", run<Answer>(std::move(work), exchange));
  });
  const auto give_up = [&](ErrorKind kind, const char* code, const char* why) -> Result<Answer> {
    loop_.post([exchange] { exchange->cancel.cancel("cancelled"); });
    return fail(kind, code, why);
  };
  while (answer.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
    if (call.cancelled) return give_up(ErrorKind::Cancelled, "cancelled", "the call was cancelled");
    const std::int64_t now_us = loop_.clock().monotonic_us();
    if (now_us > call.context.deadline_us) {
      return give_up(ErrorKind::Deadline, "deadline", "the call's deadline is over");
    }
    if (now_us > until_us) return give_up(ErrorKind::Deadline, "deadline", "the page took longer than it was given");
  }
  return answer.get();
}

Result<egress::HttpResponse> HttpService::fetch(egress::HttpRequest request, const platos_call& call) {
  return carry<egress::HttpResponse>(
      [this, request = std::move(request)](base::CancelToken cancel) {
        return egress::fetch(client_, request, std::move(cancel));
      },
      call, INT64_MAX);
}

Result<WebPage> HttpService::browse(WebRequest request, const platos_call& call) {
  const std::int64_t until_us = loop_.clock().monotonic_us() + request.timeout_ms * 1000;
  return carry<WebPage>(
      [this, request = std::move(request)](base::CancelToken cancel) {
        return extension::browse(client_, request, std::move(cancel));
      },
      call, until_us);
}

}  // namespace platos::extension
