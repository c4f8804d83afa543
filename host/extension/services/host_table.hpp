// The host table that one instance sees, and what stands behind it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "extension/services/http_service.hpp"
#include "extension/services/mail_service.hpp"
#include "extension/services/sandbox_service.hpp"
#include "platos/services/http.h"
#include "platos/services/mail.h"
#include "platos/services/metrics.h"
#include "platos/services/public_web.h"
#include "platos/services/sandbox.h"
#include "platos/services/seal.h"
#include "platos/services/secrets.h"
#include "platos/services/spans.h"
#include "platos/services/state_dir.h"
#include "secrets/key_ring.hpp"
#include "secrets/slots.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/tracer.hpp"

namespace platos::extension {

/// What stands behind the services of an instance. Null, or empty, is a service that is not there.
struct HostServices {
  HttpService* http = nullptr;
  std::vector<std::string> http_patterns;
  bool public_web = false;
  telemetry::Metrics* metrics = nullptr;
  const telemetry::Tracer* tracer = nullptr;
  const secrets::KeyRing* keys = nullptr;
  std::string state_dir;
  MailService* mail = nullptr;
  SandboxService* sandbox = nullptr;
  std::shared_ptr<const base::Clock> clock;  ///< that the plugin reads in place of the host's; null: the host's
};

/// Everything an instance may use. Internally synchronised; lives as long as the instance.
class HostTable {
 public:
  /// `label` is the log prefix: the instance's name, or the plugin's id for its init().
  HostTable(std::string label, const base::Clock& clock, base::Logger& logger, HostServices services,
            std::shared_ptr<secrets::SlotTable> slots);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  const platos_host_t* table() const { return &table_; }
  const std::string& label() const { return label_; }
  const std::vector<std::string>& http_patterns() const { return services_.http_patterns; }
  bool public_web() const { return services_.public_web; }
  const secrets::SlotTable& slots() const { return *slots_; }

 private:
  static HostTable& of(const platos_host_t* table) { return *static_cast<HostTable*>(table->context); }
  void fill_core();
  void fill_services();
  void fill_telemetry();
  void fill_seal();
  void fill_public_web();
  void fill_mail();
  void fill_sandbox();
  void log(std::int32_t level, platos_slice_t message, platos_slice_t fields);
  std::int32_t exchange(platos_call_t* call, const platos_http_request_t* request, const platos_http_sink_t* sink,
                        platos_error_t* error);
  std::int32_t fetch_public(platos_call_t* call, const platos_web_request_t* request, const platos_web_sink_t* sink,
                            platos_error_t* error);
  std::int32_t series(std::int32_t kind, platos_slice_t name, platos_slice_t help, const platos_label_t* labels,
                      std::size_t label_count, platos_metric_t** metric, platos_error_t* error);
  std::uint64_t start_span(platos_call_t* call, platos_slice_t name) const;
  static void end_span(platos_call_t* call, std::uint64_t number, std::int32_t severity,
                       const platos_attribute_t* attributes, std::size_t count);
  std::int32_t sign(platos_slice_t slot, platos_slice_t algorithm, platos_slice_t data, const platos_writer_t* writer,
                    platos_error_t* error) const;
  std::int32_t check_key(const platos_call_t& call, platos_error_t* error) const;
  std::int32_t seal(const platos_call_t* call, platos_slice_t place, platos_slice_t text, const platos_writer_t* writer,
                    platos_error_t* error) const;
  std::int32_t open(const platos_call_t* call, platos_slice_t place, platos_slice_t sealed,
                    const platos_writer_t* writer, platos_error_t* error) const;
  std::int32_t hash(const platos_call_t* call, const platos_slice_t* tokens, std::size_t count,
                    const platos_writer_t* writer, platos_error_t* error) const;

  std::int32_t send_mail(const platos_call_t* call, const platos_mail_t* mail, const platos_writer_t* message_id,
                         platos_error_t* error) const;
  std::int32_t run_script(platos_call_t* call, const platos_sandbox_job_t* job, const platos_sandbox_sink_t* sink,
                          platos_error_t* error) const;
  std::int32_t workspace(platos_call_t* call, const platos_writer_t* writer, platos_workspace_limits_t* limits,
                         platos_error_t* error) const;

  std::string label_;
  const base::Clock& clock_;
  base::Logger& logger_;
  HostServices services_;
  std::shared_ptr<secrets::SlotTable> slots_;
  platos_host_t table_{};
  platos_host_http_t http_table_{};
  platos_host_public_web_t public_web_table_{};
  platos_host_secrets_t secrets_table_{};
  platos_host_metrics_t metrics_table_{};
  platos_host_spans_t spans_table_{};
  platos_host_state_dir_t state_dir_table_{};
  platos_host_seal_t seal_table_{};
  platos_host_mail_t mail_table_{};
  platos_host_sandbox_t sandbox_table_{};
  std::mutex series_mutex_;
  std::set<telemetry::Series*> series_;
  std::atomic<std::int64_t> log_second_{0};
  std::atomic<int> logged_in_second_{0};
};

}  // namespace platos::extension
