// Host services for unit tests of a plugin: register what a test grants. Include in tests only.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platos/cpp/testing/fake_host.hpp"
#include "platos/services/http.h"
#include "platos/services/mail.h"
#include "platos/services/metrics.h"
#include "platos/services/seal.h"
#include "platos/services/state_dir.h"

namespace platos::sdk {
inline namespace v1_0 {
namespace testing {

/// Gives a folder of the test. Must outlive the instances.
class FakeStateDir {
 public:
  FakeStateDir(FakeHost& host, std::string path) : path_(std::move(path)) {
    table_ = {sizeof table_, 0, [](const platos_host_t* self) { return slice(of(self).path_); }};
    host.services[PLATOS_HOST_STATE_DIR] = &table_;
    host.owners[PLATOS_HOST_STATE_DIR] = this;
  }

 private:
  static FakeStateDir& of(const platos_host_t* host) {
    return *static_cast<FakeStateDir*>(FakeHost::of(host).owners.at(PLATOS_HOST_STATE_DIR));
  }
  std::string path_;
  platos_host_state_dir_t table_{};
};

/// Seals by scrambling, which hides a text from a search for it and from nothing else; opens only for the same tenant
/// and place. Must outlive the instances.
class FakeSeal {
 public:
  explicit FakeSeal(FakeHost& host) {
    table_ = {sizeof table_, 0,
              [](const platos_host_t*, platos_call_t* call, platos_slice_t place, platos_slice_t text,
                 const platos_writer_t* writer, platos_error_t*) -> std::int32_t {
                const std::string sealed = label(*call, view(place)) + scrambled(view(text));
                return writer->write(writer->context, slice(sealed));
              },
              [](const platos_host_t* self, platos_call_t* call, platos_slice_t place, platos_slice_t sealed,
                 const platos_writer_t* writer, platos_error_t* error) -> std::int32_t {
                const std::string wanted = label(*call, view(place));
                if (!view(sealed).starts_with(wanted)) {
                  self->error_set(self, error, PLATOS_DATA_LOSS, slice("sealed elsewhere"), {});
                  return PLATOS_DATA_LOSS;
                }
                const std::string text = scrambled(view(sealed).substr(wanted.size()));
                return writer->write(writer->context, slice(text));
              },
              [](const platos_host_t*, platos_call_t* call, const platos_slice_t* tokens, std::size_t count,
                 const platos_writer_t* writer, platos_error_t*) -> std::int32_t {
                std::string hashes;
                for (std::size_t i = 0; i < count; ++i) hashes += label(*call, view(tokens[i]));
                return writer->write(writer->context, slice(hashes));
              }};
    host.services[PLATOS_HOST_SEAL] = &table_;
  }

 private:
  // 16 bytes that depend on the tenant and the text (FNV-1a, twice).
  static std::string label(const platos_call& call, std::string_view text) {
    const auto tenant = call.attributes.find("environment");
    const std::string all = (tenant == call.attributes.end() ? "" : tenant->second) + '\0' + std::string(text);
    std::string out;
    for (const std::uint64_t seed : {0xCBF29CE484222325ULL, 0x84222325CBF29CE4ULL}) {
      std::uint64_t sum = seed;
      for (const char byte : all) sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
      for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(sum >> shift & 0xFF);
    }
    return out;
  }
  static std::string scrambled(std::string_view text) {
    std::string out(text);
    for (char& byte : out) byte = static_cast<char>(byte ^ 0x5A);
    return out;
  }
  platos_host_seal_t table_{};
};

/// Answers exchanges by a function of the test, and keeps the requests. Must outlive the instances.
class FakeHttp {
 public:
  struct Request {
    std::string method, url, body;
    std::map<std::string, std::string> headers;
  };
  struct Answer {
    std::int32_t transport_status = PLATOS_OK;  ///< anything else: no answer, with `body` as the reason
    std::int32_t status = 200;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers = {};
  };
  using Handler = std::function<Answer(const Request&)>;

  FakeHttp(FakeHost& host, Handler handler) : handler_(std::move(handler)) {
    table_ = {sizeof table_, 0,
              [](const platos_host_t* self, platos_call_t*, const platos_http_request_t* request,
                 const platos_http_sink_t* sink,
                 platos_error_t* error) -> std::int32_t { return of(self).exchange(self, *request, *sink, error); }};
    host.services[PLATOS_HOST_HTTP] = &table_;
    host.owners[PLATOS_HOST_HTTP] = this;
  }

  std::vector<Request> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  static FakeHttp& of(const platos_host_t* host) {
    return *static_cast<FakeHttp*>(FakeHost::of(host).owners.at(PLATOS_HOST_HTTP));
  }

  std::int32_t exchange(const platos_host_t* self, const platos_http_request_t& request, const platos_http_sink_t& sink,
                        platos_error_t* error) {
    Request seen{
        std::string(view(request.method)), std::string(view(request.url)), std::string(view(request.body)), {}};
    for (std::size_t i = 0; i < request.header_count; ++i) {
      seen.headers[std::string(view(request.headers[i].name))] = view(request.headers[i].value);
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(seen);
    }
    const Answer answer = handler_(seen);
    if (answer.transport_status != PLATOS_OK) {
      self->error_set(self, error, answer.transport_status, slice(answer.body), {});
      return answer.transport_status;
    }
    std::vector<platos_header_t> headers;
    for (const auto& [name, value] : answer.headers) headers.push_back({slice(name), slice(value)});
    if (const auto status = sink.head(sink.context, answer.status, headers.data(), headers.size()); status != PLATOS_OK)
      return status;
    return sink.body(sink.context, slice(answer.body));
  }

  Handler handler_;
  std::mutex mutex_;
  std::vector<Request> requests_;
  platos_host_http_t table_{};
};

/// Keeps mails in place of sending them, or fails as the test says. Must outlive the instances.
class FakeMail {
 public:
  struct Attachment {
    std::string name, content_type, bytes;
  };
  struct Sent {
    std::vector<std::string> to, cc, bcc;
    std::string reply_to, subject, text, html;
    std::vector<Attachment> attachments;
  };

  explicit FakeMail(FakeHost& host) {
    table_ = {sizeof table_, 0,
              [](const platos_host_t* self, platos_call_t*, const platos_mail_t* mail, const platos_writer_t* writer,
                 platos_error_t* error) -> std::int32_t { return of(self).send(self, *mail, *writer, error); }};
    host.services[PLATOS_HOST_MAIL] = &table_;
    host.owners[PLATOS_HOST_MAIL] = this;
  }

  /// From now on.
  void fail_with(std::int32_t status, std::string reason) {
    const std::lock_guard lock(mutex_);
    status_ = status;
    reason_ = std::move(reason);
  }
  std::vector<Sent> sent() {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

 private:
  static FakeMail& of(const platos_host_t* host) {
    return *static_cast<FakeMail*>(FakeHost::of(host).owners.at(PLATOS_HOST_MAIL));
  }
  static std::vector<std::string> texts(const platos_slice_t* slices, std::size_t count) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) out.emplace_back(view(slices[i]));
    return out;
  }

  std::int32_t send(const platos_host_t* self, const platos_mail_t& mail, const platos_writer_t& writer,
                    platos_error_t* error) {
    const std::lock_guard lock(mutex_);
    if (status_ != PLATOS_OK) {
      self->error_set(self, error, status_, slice(reason_), {});
      return status_;
    }
    Sent sent{texts(mail.to, mail.to_count),   texts(mail.cc, mail.cc_count),
              texts(mail.bcc, mail.bcc_count), std::string(view(mail.reply_to)),
              std::string(view(mail.subject)), std::string(view(mail.text)),
              std::string(view(mail.html)),    {}};
    for (std::size_t i = 0; i < mail.attachment_count; ++i) {
      const auto& each = mail.attachments[i];
      sent.attachments.push_back(
          {std::string(view(each.name)), std::string(view(each.content_type)), std::string(view(each.bytes))});
    }
    sent_.push_back(std::move(sent));
    const std::string id = "mail-" + std::to_string(sent_.size()) + "@example.com";
    return writer.write(writer.context, slice(id));
  }

  std::mutex mutex_;
  std::int32_t status_ = PLATOS_OK;
  std::string reason_;
  std::vector<Sent> sent_;
  platos_host_mail_t table_{};
};

/// Sums counters, keeps the last value of gauges and histograms, by name. Must outlive the instances.
class FakeMetrics {
 public:
  explicit FakeMetrics(FakeHost& host) {
    table_ = {sizeof table_, 0,
              [](const platos_host_t* self, std::int32_t kind, platos_slice_t name, platos_slice_t,
                 const platos_label_t*, std::size_t, platos_metric_t** metric, platos_error_t*) -> std::int32_t {
                const std::lock_guard lock(of(self).mutex_);
                auto& series = of(self).series_[std::string(view(name))];
                series.first = kind;
                *metric = reinterpret_cast<platos_metric_t*>(&series);
                return PLATOS_OK;
              },
              [](const platos_host_t* self, platos_metric_t* metric, double value) {
                const std::lock_guard lock(of(self).mutex_);
                auto& series = *reinterpret_cast<Series*>(metric);
                series.second = series.first == PLATOS_SERIES_COUNTER ? series.second + value : value;
              }};
    host.services[PLATOS_HOST_METRICS] = &table_;
    host.owners[PLATOS_HOST_METRICS] = this;
  }

  double value(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return series_[name].second;
  }

 private:
  using Series = std::pair<std::int32_t, double>;
  static FakeMetrics& of(const platos_host_t* host) {
    return *static_cast<FakeMetrics*>(FakeHost::of(host).owners.at(PLATOS_HOST_METRICS));
  }
  std::mutex mutex_;
  std::map<std::string, Series> series_;
  platos_host_metrics_t table_{};
};

}  // namespace testing
}  // namespace v1_0
}  // namespace platos::sdk
