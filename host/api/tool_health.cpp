#include "api/tool_health.hpp"

namespace platos::api {
namespace {

constexpr std::int64_t kHealthUs = 30LL * 24 * 3600 * 1'000'000;
constexpr std::int64_t kHealthCalls = 20'000;

}  // namespace

Task<Result<ToolHealths>> health_of_tools(const Services& services, const Call& call) {
  const std::int64_t since_us = call.loop().clock().wall_us() - kHealthUs;
  const auto read = services.database.read(call.loop(), [scope = call.who.scope, since_us](store::Session& session) {
    const auto rows = store::ToolAudit(session).health(scope, since_us, kHealthCalls);
    return Result<ToolHealths>(ToolHealths(rows.begin(), rows.end()));
  });
  co_return co_await read;
}

}  // namespace platos::api
