// Texts and secrets that nobody but their owners may find again, and where they are looked for.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "integration/api_stage.hpp"
#include "support/web_server.hpp"

namespace platos::tests {

/// A provider that fails and says why, with all that it was told in it.
struct Grumbler {
  WebServer grumbler;
  Grumbler();
  std::map<std::string, std::string> manifests() const;
};

struct Hunt : Grumbler, ApiStage {
  std::vector<std::string> planted;
  int number = 0;

  /// Traces are written, too.
  Hunt();

  /// A text that is nowhere else.
  std::string plant();
  void keep(const std::string& secret);
  /// A call that fails, whose answer holds nothing that was planted but the caller's own words.
  void refuse(const std::string& method, const std::string& path, const Json& body,
              const std::vector<std::string>& headers = {});
  /// "<file>: <text>" for each one found.
  std::vector<std::string> search(const std::filesystem::path& folder) const;
  std::vector<std::string> found_in(const std::string& text) const;
};

/// What a connected backend gives: addresses, words on the health of its tools, and the token of a user on its way.
void hunt_with_backend(Hunt& hunt, const std::string& agent);
/// What somebody says of a call whose outcome a crash left unknown.
void hunt_in_settled_calls(Hunt& hunt);
/// What people say of calls that wait for them, and what they make of the arguments.
void hunt_in_approvals(Hunt& hunt);
/// Calls that no model asked for, and rules that are only tried.
void hunt_in_tools(Hunt& hunt);
void hunt_in_conversations(Hunt& hunt);
void hunt_in_administration(Hunt& hunt);
void hunt_on_sockets(Hunt& hunt);

}  // namespace platos::tests
