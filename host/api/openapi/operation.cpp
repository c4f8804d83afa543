#include "api/openapi/operation.hpp"

namespace platos::api::openapi {

Operation operation(std::string_view route, std::string_view id) {
  Operation made;
  made.route = route;
  made.id = id;
  return made;
}

Operation& Operation::tells(std::string_view more) {
  details = more;
  return *this;
}

Operation& Operation::path(std::string_view name, Json schema, std::string_view description) {
  path_values.push_back({name, std::move(schema), description, true});
  return *this;
}

Operation& Operation::query(std::string_view name, Json schema, std::string_view description) {
  query_values.push_back({name, std::move(schema), description});
  return *this;
}

Operation& Operation::must_query(std::string_view name, Json schema, std::string_view description) {
  query_values.push_back({name, std::move(schema), description, true});
  return *this;
}

Operation& Operation::header(std::string_view name, Json schema, std::string_view description) {
  header_values.push_back({name, std::move(schema), description});
  return *this;
}

Operation& Operation::pages(std::int64_t limit, std::int64_t max_limit) {
  query("limit", with_default(integer_in(1, max_limit), limit),
        "At most so many rows. Values out of range are clamped");
  return query("offset", with_default(integer_from(0), 0), "Leave out so many rows first");
}

Operation& Operation::takes(Json schema) {
  body = std::move(schema);
  return *this;
}

Operation& Operation::gives(int status, std::string_view description, Json schema) {
  answers.push_back({status, description, std::move(schema), "application/json", {}});
  return *this;
}

Operation& Operation::gives_text(std::string_view description) {
  answers.push_back({200, description, text(), "text/plain", {}});
  return *this;
}

Operation& Operation::gives_nothing(int status, std::string_view description) {
  answers.push_back({status, description, Json(), {}, {}});
  return *this;
}

Operation& Operation::also(std::string_view header) {
  answers.back().headers.push_back(header);
  return *this;
}

Operation& Operation::takes_config() {
  header_values.push_back({"X-Platos-Config", ref("TurnConfig"),
                           "What an agent should be for this turn; only for those who may change agents", false, true});
  return *this;
}

Operation& Operation::takes_key() {
  return header("Idempotency-Key", {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}},
                "Within 24 hours the same key with the same request finds what it made; with another it is 422")
      .fails({422});
}

Operation& Operation::begins_turn() {
  header("traceparent", text(), "W3C trace context that the run's spans continue");
  return takes_key().takes_config().fails({409});
}

Operation& Operation::streams_events() {
  answers.push_back(
      {200,
       "Server-sent events: `id` is the event's number in the run, `data` the event. A heartbeat has no id",
       ref("StreamEvent"),
       "text/event-stream",
       {"X-Platos-Run-Id"}});
  return *this;
}

Operation& Operation::needs_secret(std::string_view scheme) {
  security_scheme = scheme;
  return *this;
}

Operation& Operation::fails(std::vector<int> statuses) {
  errors.insert(errors.end(), statuses.begin(), statuses.end());
  return *this;
}

std::vector<Resource> resources() {
  std::vector<Resource> all;
  for (auto* make :
       {&agents_resource,     &threads_resource,     &branches_resource,      &turns_resource,    &runs_resource,
        &safety_resource,     &system_resource,      &organizations_resource, &projects_resource, &variables_resource,
        &end_users_resource,  &credentials_resource, &entities_resource,      &sockets_resource,  &providers_resource,
        &models_resource,     &usage_resource,       &ratings_resource,       &skills_resource,   &tools_resource,
        &tool_calls_resource, &approvals_resource,   &later_resource}) {
    all.push_back(make());
  }
  return all;
}

}  // namespace platos::api::openapi
