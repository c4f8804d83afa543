// Where a reader of a run's stream starts, and the answer that streams it.
#pragma once

#include "api/api.hpp"

namespace platos::api {

/// The event stream of a run behind its cursor: Last-Event-ID, which wins, or ?after. 204 past the end of a finished
/// run; InvalidArgument "invalid_cursor" for anything that is not a number or was never given out; NotFound
/// "run_not_found".
Task<ingress::Response> stream_run(Services services, ApiOptions options, Call call, std::string run_id);

/// The stream of a run from its first event: after a submit.
ingress::Response event_response(const Services& services, const ApiOptions& options, const Call& call,
                                 const std::string& run_id, std::int64_t after);

/// The principal's own run; an administrator sees those of all users. NotFound "run_not_found".
Result<model::RunRecord> find_run(store::Session& session, const model::Principal& who, const std::string& id);

}  // namespace platos::api
