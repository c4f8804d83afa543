// The host table that one instance sees, and what stands behind it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "extension/services/http_service.hpp"
#include "platos/services/http.h"
#include "platos/services/secrets.h"
#include "secrets/slots.hpp"

namespace platos::extension {

/// Everything an instance may use. Internally synchronised; lives as long as the instance.
class HostTable {
 public:
  /// `label` is the log prefix: the instance's name, or the plugin's id for its init(). `http` may be null: no service.
  HostTable(std::string label, const base::Clock& clock, base::Logger& logger, HttpService* http,
            std::vector<std::string> http_patterns, std::shared_ptr<secrets::SlotTable> slots);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  const platos_host_t* table() const { return &table_; }
  const std::string& label() const { return label_; }
  const std::vector<std::string>& http_patterns() const { return http_patterns_; }
  const secrets::SlotTable& slots() const { return *slots_; }

 private:
  static HostTable& of(const platos_host_t* table) { return *static_cast<HostTable*>(table->context); }
  void fill_core();
  void fill_services();
  void log(std::int32_t level, platos_slice_t message, platos_slice_t fields);
  std::int32_t exchange(platos_call_t* call, const platos_http_request_t* request, const platos_http_sink_t* sink,
                        platos_error_t* error);
  std::int32_t sign(platos_slice_t slot, platos_slice_t algorithm, platos_slice_t data, const platos_writer_t* writer,
                    platos_error_t* error) const;

  std::string label_;
  const base::Clock& clock_;
  base::Logger& logger_;
  HttpService* http_;
  std::vector<std::string> http_patterns_;
  std::shared_ptr<secrets::SlotTable> slots_;
  platos_host_t table_{};
  platos_host_http_t http_table_{};
  platos_host_secrets_t secrets_table_{};
  std::atomic<std::int64_t> log_second_{0};
  std::atomic<int> logged_in_second_{0};
};

}  // namespace platos::extension
