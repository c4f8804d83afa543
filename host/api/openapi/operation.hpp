// What a route takes and gives: what a reader of the documentation wants to know and the table of routes does not say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/openapi/schema.hpp"

namespace platos::api::openapi {

/// A name in a path, a query or a header.
struct Parameter {
  std::string_view name;
  Json schema;
  std::string_view description;
  bool required = false;
  bool is_json = false;  ///< its text is JSON, of this schema
};

/// A success. Without a schema it has no body.
struct Answer {
  int status = 200;
  std::string_view description;
  Json schema;
  std::string_view media_type = "application/json";
  std::vector<std::string_view> headers = {};  ///< components, besides those of every answer
};

/// Written as a chain: operation("GET /x/{id}", "getX").query("all", boolean(), "Also old ones").gives(200, "The x",
/// ref("X")). What every route has in common is added by document(): credentials, scope headers, the ids of the path,
/// the errors 400, 401, 403, 404, 429, 500 and 503, and 413 and 415 where there is a body. A value.
struct Operation {
  std::string_view route;  ///< method and pattern, as in the table of routes
  std::string_view id;     ///< operationId: what generators call the method. It stays for ever
  std::string_view details;
  std::vector<Parameter> path_values;  ///< where more is to be said than "the id of the thread"
  std::vector<Parameter> query_values;
  std::vector<Parameter> header_values;
  Json body;
  std::string_view security_scheme;
  std::vector<Answer> answers;
  std::vector<int> errors;  ///< besides those that every route can give

  Operation& tells(std::string_view more);
  Operation& path(std::string_view name, Json schema, std::string_view description);
  Operation& query(std::string_view name, Json schema, std::string_view description);
  Operation& must_query(std::string_view name, Json schema, std::string_view description);
  Operation& header(std::string_view name, Json schema, std::string_view description);
  /// `limit` and `offset`; values out of range are clamped.
  Operation& pages(std::int64_t limit, std::int64_t max_limit);
  /// An object; it must be sent when it has required members.
  Operation& takes(Json schema);
  Operation& gives(int status, std::string_view description, Json schema);
  /// 200, as plain text.
  Operation& gives_text(std::string_view description);
  Operation& gives_nothing(int status, std::string_view description);
  /// Another header of the last answer.
  Operation& also(std::string_view header);
  /// The headers that a turn reads, and what it is refused for.
  Operation& begins_turn();
  Operation& takes_config();
  Operation& takes_key();
  /// Server-sent events whose data are `StreamEvent`.
  Operation& streams_events();
  /// Of a public route: a security scheme of its own.
  Operation& needs_secret(std::string_view scheme);
  Operation& fails(std::vector<int> statuses);
};

Operation operation(std::string_view route, std::string_view id);

/// What belongs together: a tag of the document with its routes and the schemas that they use.
struct Resource {
  std::string_view name;
  std::string_view description;
  std::vector<Schema> schemas;
  std::vector<Operation> operations;
};

/// One of each file of this folder.
Resource agents_resource();
Resource threads_resource();
Resource branches_resource();
Resource turns_resource();
Resource runs_resource();
Resource safety_resource();
Resource system_resource();
Resource organizations_resource();
Resource projects_resource();
Resource variables_resource();
Resource end_users_resource();
Resource credentials_resource();
Resource entities_resource();
Resource sockets_resource();
Resource providers_resource();
Resource models_resource();
Resource usage_resource();
Resource ratings_resource();
Resource approvals_resource();
Resource tools_resource();
Resource tool_calls_resource();
Resource skills_resource();
Resource later_resource();

/// All of them, in the order of the document.
std::vector<Resource> resources();

}  // namespace platos::api::openapi
