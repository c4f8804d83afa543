// A daemon that is killed and started again under its clients, with the mock vendor and the skill that leaves lines.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "chaos/wire.hpp"
#include "mock_provider/mock_provider.hpp"
#include "support/daemon.hpp"
#include "support/temp_dir.hpp"

namespace platos::tests::chaos {

/// Where the daemon is to be found just now. Thread-safe.
class AddressBook {
 public:
  struct Entry {
    Address address;
    std::uint64_t start = 0;  ///< counts the starts
  };
  Entry now() const;
  void publish(Address address);
  /// Waits for a start later than this one; false when the time is over first.
  bool wait_for_start_after(std::uint64_t start, int timeout_ms) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Entry entry_;
};

/// Bound to one thread, besides addresses(). Instances: "mock", the vendor; "effects", the skill with the tools charge
/// (once), look (read) and put (idempotent).
class ChaosStage {
 public:
  explicit ChaosStage(int effect_delay_ms = 2, std::vector<std::string> arguments = {});

  /// Starts, or ends with SIGKILL and starts again, and publishes the address.
  void start(const std::map<std::string, std::string>& environment = {});
  /// Starts without waiting for "ready".
  void start_doomed(const std::map<std::string, std::string>& environment = {});
  void kill() { daemon_->kill_hard(); }

  Daemon& daemon() const { return *daemon_; }
  const AddressBook& addresses() const { return addresses_; }
  MockProvider& mock() { return mock_; }
  std::string database_file() const { return data_.path() + "/platos.db"; }
  std::string effects_file() const { return data_.path() + "/effects"; }
  /// What the daemons of this stage wrote to stderr.
  std::string log() const { return daemon_->log(); }

  /// An agent on this model with the tools above; its id.
  std::string agent(const std::string& model) const;

 private:
  DaemonSettings settings(const std::map<std::string, std::string>& environment) const;

  MockProvider mock_{{0, 200'000}};
  TempDir data_;
  TempDir plugins_;
  std::vector<std::string> arguments_;
  AddressBook addresses_;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace platos::tests::chaos
