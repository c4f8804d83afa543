#include "chaos/chaos_stage.hpp"

#include <chrono>
#include <filesystem>

#include "support/http.hpp"

namespace platos::tests::chaos {

namespace fs = std::filesystem;

AddressBook::Entry AddressBook::now() const {
  const std::lock_guard lock(mutex_);
  return entry_;
}

void AddressBook::publish(Address address) {
  {
    const std::lock_guard lock(mutex_);
    entry_.address = std::move(address);
    ++entry_.start;
  }
  changed_.notify_all();
}

bool AddressBook::wait_for_start_after(std::uint64_t start, int timeout_ms) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return entry_.start > start; });
}

ChaosStage::ChaosStage(int effect_delay_ms, std::vector<std::string> arguments) : arguments_(std::move(arguments)) {
  fs::copy(PLATOS_CHAOS_SKILL_DIR, fs::path(plugins_.path()) / "chaos-effects");
  write_openai_instance(data_, "mock", mock_.base_url());
  const Json instance = {{"instance", 1},
                         {"name", "effects"},
                         {"plugin", "test.chaos-effects"},
                         {"component", "main"},
                         {"enabled", true},
                         {"config", {{"file", effects_file()}, {"delay_ms", std::to_string(effect_delay_ms)}}},
                         {"secrets", Json::object()}};
  const Json grant = {{"grant", 1}, {"instance", "effects"}, {"http", Json::array()}, {"secrets", Json::array()}};
  data_.write("manifests/instances/effects.json", instance.dump());
  data_.write("manifests/grants/effects.json", grant.dump());
  data_.write("effects", "");
}

DaemonSettings ChaosStage::settings(const std::map<std::string, std::string>& environment) const {
  DaemonSettings settings;
  settings.data_dir = data_.path();
  settings.arguments = arguments_;
  settings.arguments.insert(settings.arguments.end(), {"--plugin-dir", plugins_.path()});
  settings.environment = environment;
  return settings;
}

void ChaosStage::start(const std::map<std::string, std::string>& environment) {
  daemon_.reset();
  daemon_ = std::make_unique<Daemon>(settings(environment));
  addresses_.publish({daemon_->url(), daemon_->key()});
}

void ChaosStage::start_doomed(const std::map<std::string, std::string>& environment) {
  DaemonSettings doomed = settings(environment);
  doomed.expect_ready = false;
  daemon_.reset();
  daemon_ = std::make_unique<Daemon>(doomed);
}

std::string ChaosStage::agent(const std::string& model) const { return make_agent(*daemon_, model, {"effects"}); }

}  // namespace platos::tests::chaos
