#include "plugins/stage/plugin_stage.hpp"

#include <curl/curl.h>

#include <filesystem>
#include <fstream>

namespace platos::tests {

namespace fs = std::filesystem;

void PluginStage::add(const std::string& fixture) const { add_folder(std::string(PLATOS_ROGUE_DIR) + "/" + fixture); }

void PluginStage::add_folder(const std::string& folder) const {
  fs::copy(folder, fs::path(plugins_.path()) / fs::path(folder).filename(), fs::copy_options::recursive);
}

void PluginStage::configure(const Configured& instance) const {
  const Json file = {
      {"instance", 1},   {"name", instance.name},     {"plugin", instance.plugin},  {"component", instance.component},
      {"enabled", true}, {"config", instance.config}, {"secrets", instance.secrets}};
  const Json grant = {{"grant", 1},
                      {"instance", instance.name},
                      {"http", {"{{config.base_url}}/*"}},
                      {"secrets", instance.granted_secrets},
                      {"sandbox", instance.sandbox}};
  data_.write("manifests/instances/" + instance.name + ".json", file.dump());
  data_.write("manifests/grants/" + instance.name + ".json", grant.dump());
}

void PluginStage::configure(const std::string& name, const std::string& fixture, Json config) const {
  Configured instance;
  instance.name = name;
  instance.plugin = rogue_id(fixture);
  instance.config = std::move(config);
  configure(instance);
}

std::vector<std::string> PluginStage::with_plugin_dir(std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--plugin-dir", plugins_.path()});
  return arguments;
}

Daemon& PluginStage::start(std::vector<std::string> arguments, std::map<std::string, std::string> environment) {
  DaemonSettings settings;
  settings.data_dir = data_.path();
  settings.arguments = with_plugin_dir(std::move(arguments));
  settings.environment = std::move(environment);
  daemon_.reset();
  daemon_ = std::make_unique<Daemon>(settings);
  return *daemon_;
}

Daemon& PluginStage::start_doomed(std::vector<std::string> arguments) {
  DaemonSettings settings;
  settings.data_dir = data_.path();
  settings.arguments = with_plugin_dir(std::move(arguments));
  settings.expect_ready = false;
  daemon_.reset();
  daemon_ = std::make_unique<Daemon>(settings);
  return *daemon_;
}

std::string PluginStage::plugin_file(const std::string& fixture, const std::string& file) const {
  return plugins_.path() + "/" + fixture + "/" + file;
}

Json PluginStage::plugin(const std::string& id) const {
  const Json rows = get(*daemon_, "/api/v1/plugins").json().at("plugins");
  for (const auto& row : rows) {
    if (row.at("id") == id) return row;
  }
  return nullptr;
}

Json PluginStage::instance(const std::string& plugin_id, const std::string& name) const {
  const Json row = plugin(plugin_id);
  if (row.is_null()) return nullptr;
  for (const auto& each : row.at("instances")) {
    if (each.at("name") == name) return each;
  }
  return nullptr;
}

std::vector<Event> PluginStage::turn(const std::string& model, const std::vector<std::string>& skills,
                                     const std::string& message, const Json& more) const {
  const Ask question = streamed_turn(make_agent(*daemon_, model, skills, more), {{"message", message}});
  return events_of(ask(*daemon_, question).body);
}

std::string rogue_id(const std::string& fixture) { return "test.rogue." + fixture; }

bool says(const Json& text, const std::string& part) {
  return text.is_string() && text.get<std::string>().find(part) != std::string::npos;
}

std::string url_now(const Daemon& daemon) {
  std::ifstream stream(daemon.data_dir() + "/url");
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string ask_at(const std::string& url, const Daemon& daemon, const std::string& path, const std::string& body) {
  std::string answer;
  CURL* easy = curl_easy_init();
  curl_slist* headers = curl_slist_append(nullptr, ("Authorization: Bearer " + daemon.key()).c_str());
  headers = curl_slist_append(headers, "Content-Type: application/json");
  curl_easy_setopt(easy, CURLOPT_URL, (url + path).c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30'000L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  if (!body.empty()) curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
  const auto take = +[](char* data, std::size_t size, std::size_t count, void* out) -> std::size_t {
    static_cast<std::string*>(out)->append(data, size * count);
    return size * count;
  };
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
  curl_easy_perform(easy);
  curl_slist_free_all(headers);
  curl_easy_cleanup(easy);
  return answer;
}

}  // namespace platos::tests
