// The component "file": every record as one line of <state folder>/trace.jsonl.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "common/loss_counter.hpp"
#include "config.hpp"
#include "platos/cpp/observer.hpp"
#include "trace_file.hpp"

namespace platos::observer_file {

/// Counts what it loses as file_dropped_total{reason}: write_failed, torn (the unfinished last line of a killed
/// process) and unknown_kind. Bound to the observer thread.
class FileObserver : public sdk::Observer {
 public:
  /// See Config. Throws when the grant lacks "files".
  FileObserver(sdk::Host host, std::string_view config_json);
  ~FileObserver() override;

  /// Never fails: lines that cannot be written are counted here and not once more by the host.
  void consume(sdk::Call call, std::span<const platos_record_t* const> records) override;
  /// Throws PLATOS_UNAVAILABLE when lines were lost since the last flush.
  void flush(sdk::Call call) override;

 private:
  /// Counts the file's troubles. True when lines were lost.
  bool account();

  const Config config_;
  TraceFile file_;
  plugin_common::LossCounter losses_;
  bool lost_since_flush_ = false;
};

}  // namespace platos::observer_file
