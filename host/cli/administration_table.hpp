// The commands of platos orgs, projects, envs, users, keys, tokens, secrets, entities, audit: a table, each row one
// request.
#pragma once

#include <vector>

namespace platos::cli {

/// An option or argument. Its value goes into "{name}" of the path, else into the body.
struct Value {
  const char* flag;  ///< "--name", or "NAME" for an argument
  const char* member;
  const char* help;
  const char* fallback = nullptr;  ///< null: required
  bool number = false;
  bool secret = false;  ///< never on the command line: "-", and the first line of standard input
};

struct Column {
  const char* header;
  const char* member;  ///< "outer.inner" of an object within the row
};

struct AdminCommand {
  const char* group;
  const char* name;
  const char* description;
  const char* example;
  const char* method;
  const char* path;
  std::vector<Value> values;
  const char* list = nullptr;  ///< the member that holds rows; null: the answer is one object
  std::vector<Column> columns = {};
  const char* body = nullptr;  ///< JSON object that is sent besides; null: none
};

const std::vector<AdminCommand>& admin_commands();
const std::vector<AdminCommand>& provider_commands();

}  // namespace platos::cli
