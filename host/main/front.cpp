#include "main/front.hpp"

#include <algorithm>

#include "main/options.hpp"

namespace platos::daemon {
namespace {

std::string local_address(const std::string& listen, std::uint16_t port) {
  std::string host = listen.substr(0, listen.rfind(':'));
  if (host == "0.0.0.0" || host == "[::]") host = "127.0.0.1";
  return "://" + host + ":" + std::to_string(port);
}

}  // namespace

Result<std::shared_ptr<const ingress::TlsContext>> load_tls(const config::Settings& settings) {
  if (settings.https_listen.empty()) return std::shared_ptr<const ingress::TlsContext>();
  return ingress::TlsContext::load(settings.https_certificate_file, settings.https_private_key_file);
}

Result<std::unique_ptr<Front>> Front::open(const config::Settings& settings) {
  auto tls = load_tls(settings);
  if (!tls) return fail(tls.error());
  auto front = std::unique_ptr<Front>(new Front(settings, std::move(*tls)));
  auto plain = ingress::Listener::open(settings.http_listen);
  if (!plain) return fail(plain.error());
  front->plain_ = std::move(*plain);
  if (settings.https_listen.empty()) return front;
  auto encrypted = ingress::Listener::open(settings.https_listen);
  if (!encrypted) return fail(encrypted.error());
  front->encrypted_ = std::move(*encrypted);
  return front;
}

ingress::ServerOptions Front::options(bool encrypted) const {
  auto options = server_options(settings_);
  options.max_connections = std::max<std::size_t>(1, options.max_connections / shares_);
  if (encrypted) options.tls = tls_;
  return options;
}

void Front::serve(const std::vector<base::Loop*>& loops, const FrontHandlers& handlers, base::Logger& logger) {
  shares_ = loops.size() * (encrypted_ ? 2 : 1);
  for (base::Loop* loop : loops) {
    for (const auto* listener : {plain_.get(), encrypted_.get()}) {
      if (listener == nullptr) continue;
      const bool encrypted = listener == encrypted_.get();
      auto server = std::make_unique<ingress::Server>(*loop, *listener, options(encrypted), handlers.handle,
                                                      handlers.refuse, logger, handlers.make_request_id);
      servers_.push_back({loop, encrypted, std::move(server)});
      loop->post([target = servers_.back().server.get()] { target->start(); });
    }
  }
}

void Front::configure(const config::Settings& settings, std::shared_ptr<const ingress::TlsContext> tls) {
  settings_ = settings;
  tls_ = std::move(tls);
  for (const auto& served : servers_) {
    served.loop->post([target = served.server.get(), next = options(served.encrypted)] { target->configure(next); });
  }
}

void Front::drain() {
  for (const auto& served : servers_) served.loop->post([target = served.server.get()] { target->drain(); });
}

std::string Front::url() const { return "http" + local_address(settings_.http_listen, plain_->port()); }

std::string Front::https_url() const {
  return encrypted_ ? "https" + local_address(settings_.https_listen, encrypted_->port()) : "";
}

}  // namespace platos::daemon
