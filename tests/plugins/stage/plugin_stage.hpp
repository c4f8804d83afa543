// A daemon with a plugin folder, instances and grants of a test's own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mock_provider/mock_provider.hpp"
#include "support/daemon.hpp"
#include "support/http.hpp"
#include "support/text.hpp"
#include "support/waiting.hpp"

namespace platos::tests {

/// What an instance file and its grant say.
struct Configured {
  std::string name;
  std::string plugin;
  Json config = Json::object();
  std::string component = "main";
  Json secrets = Json::object();         ///< slot -> "env:NAME"
  Json granted_secrets = Json::array();  ///< slots
  bool sandbox = false;                  ///< granted
};

/// Prepare with add() and configure(), then start(). Folders go away with the object.
class PluginStage {
 public:
  /// Copies a fixture of tests/plugins/ into the plugin folder.
  void add(const std::string& fixture) const;
  /// Copies any built plugin folder.
  void add_folder(const std::string& folder) const;
  void configure(const Configured& instance) const;
  /// An instance of fixture `fixture` that does `what`, named `name`.
  void configure(const std::string& name, const std::string& fixture, Json config) const;

  Daemon& start(std::vector<std::string> arguments = {}, std::map<std::string, std::string> environment = {});
  /// The same, for a daemon that is not expected to live until it is ready.
  Daemon& start_doomed(std::vector<std::string> arguments = {});

  Daemon& daemon() const { return *daemon_; }
  std::string plugin_file(const std::string& fixture, const std::string& file) const;
  const TempDir& data() const { return data_; }

  /// The plugin's row of GET /api/v1/plugins; null when it is not listed.
  Json plugin(const std::string& id) const;
  /// The instance's row inside its plugin's row.
  Json instance(const std::string& plugin_id, const std::string& name) const;
  /// A streamed turn with a fresh agent on this model.
  std::vector<Event> turn(const std::string& model, const std::vector<std::string>& skills = {},
                          const std::string& message = "Hi", const Json& more = Json::object()) const;

 private:
  std::vector<std::string> with_plugin_dir(std::vector<std::string> arguments) const;
  TempDir data_;
  TempDir plugins_;
  std::unique_ptr<Daemon> daemon_;
};

/// The id of a fixture's plugin.
std::string rogue_id(const std::string& fixture);

/// True when `text` contains `part`; for readable CHECKs on error texts.
bool says(const Json& text, const std::string& part);

/// GET or POST at a daemon that restarted itself and so listens elsewhere than its Daemon object knows.
std::string url_now(const Daemon& daemon);
std::string ask_at(const std::string& url, const Daemon& daemon, const std::string& path, const std::string& body = {});

}  // namespace platos::tests
