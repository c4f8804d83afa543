// The public web, as a client behind a proxy sees it: a proxy that answers in the name of whatever host it is asked
// for.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace platos::tests {

/// What a server on the web was asked.
struct WebVisit {
  std::string authority;  ///< "93.184.215.14:80", of the tunnel
  std::string method;
  std::string path;
  std::string head;  ///< of the request
  std::string body;
};

/// Opens every tunnel and speaks HTTP without TLS in it; also answers requests that come without a tunnel, so it is a
/// plain HTTP server too. One request a connection. Internally synchronised.
class WebServer {
 public:
  /// The bytes of the answer; see page() and redirect().
  using Handler = std::function<std::string(const WebVisit&)>;

  explicit WebServer(Handler handler);
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<WebVisit> visits() const;

  static std::string page(const std::string& body, const std::string& type = "text/html", int status = 200);
  static std::string redirect(const std::string& location, int status = 302);

 private:
  void serve();
  void talk(int client);

  Handler handler_;
  std::uint16_t port_ = 0;
  int listener_;
  mutable std::mutex mutex_;
  std::vector<WebVisit> visits_;
  std::vector<int> open_;
  std::vector<std::thread> talks_;
  std::thread thread_;
};

}  // namespace platos::tests
