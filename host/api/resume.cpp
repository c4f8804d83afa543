#include "api/resume.hpp"

#include "api/event_stream.hpp"
#include "api/responses.hpp"
#include "base/failpoint.hpp"
#include "base/text.hpp"
#include "store/runs.hpp"

namespace platos::api {

Result<model::RunRecord> find_run(store::Session& session, const model::Principal& who, const std::string& id) {
  auto run = store::Runs(session).find(who.scope, id);
  const bool own = run && (run->user_id == who.user_id || who.may(model::kAdmin));
  if (!own || who.is_kept_from(run->agent_id)) {
    return fail(ErrorKind::NotFound, "run_not_found", "there is no run \"" + base::printable(id, 80) + "\"");
  }
  return std::move(*run);
}

namespace {

struct Position {
  std::int64_t after = 0;
  bool at_end = false;
};

Result<Position> find_position(store::Session& session, const model::Principal& who, const std::string& run_id,
                               const std::string& cursor) {
  const auto run = find_run(session, who, run_id);
  if (!run) return fail(run.error());
  std::uint64_t after = 0;
  const bool number = cursor.empty() || base::parse_uint64(cursor, after);
  if (!number || after > static_cast<std::uint64_t>(run->seq_reserved)) {
    return fail(ErrorKind::InvalidArgument, "invalid_cursor",
                "the cursor must be the id of an event of this run, found \"" + base::printable(cursor, 40) + "\"");
  }
  Position position;
  position.after = static_cast<std::int64_t>(after);
  position.at_end =
      model::is_final(run->state) && store::Runs(session).stream(who.scope, run_id, position.after, 1).empty();
  return position;
}

}  // namespace

ingress::Response event_response(const Services& services, const ApiOptions& options, const Call& call,
                                 const std::string& run_id, std::int64_t after) {
  ingress::Response response;
  response.headers = {{"Content-Type", "text/event-stream"},
                      {"Cache-Control", "no-cache"},
                      {"X-Accel-Buffering", "no"},
                      {"X-Platos-Run-Id", run_id}};
  response.stream =
      std::make_unique<EventStream>(services.engine, call.loop(), call.who.scope, run_id, after, options.heartbeat_us);
  return response;
}

Task<ingress::Response> stream_run(Services services, ApiOptions options, Call call, std::string run_id) {
  const std::string last_event_id(call.request.header("last-event-id"));
  const std::string cursor = last_event_id.empty() ? call.query_value("after") : last_event_id;
  const auto read = services.database.read(call.loop(), [who = call.who, run_id, cursor](store::Session& session) {
    return find_position(session, who, run_id, cursor);
  });
  const auto position = co_await read;
  if (!position) co_return stream_refusal(position.error(), call.request);
  base::failpoint("api.resume");
  if (position->at_end) {
    ingress::Response nothing;
    nothing.status = 204;
    co_return nothing;
  }
  co_return event_response(services, options, call, run_id, position->after);
}

}  // namespace platos::api
