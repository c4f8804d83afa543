// Finds the daemon and its key, and asks it for JSON.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "base/worker_pool.hpp"
#include "egress/client.hpp"

namespace platos::cli {

using Json = nlohmann::json;

/// The options that every command has.
struct Globals {
  std::string url;
  std::string data_dir;
  std::string environment;  ///< id; empty: PLATOS_ENVIRONMENT, else the server's default
  bool json = false;
};

/// --data-dir, else PLATOS_DATA_DIR, else empty: the configuration and the default of platosd decide.
std::string given_data_dir(const Globals& globals);

struct Address {
  std::string url;  ///< without a slash at its end
  std::string key;  ///< empty: none was found
  std::string data_dir;
  std::string environment;
  bool published = false;  ///< the URL comes from the file `url`
};

/// URL: --url, PLATOS_URL, the file `url` of the data directory, http://127.0.0.1:3100. Key: PLATOS_API_KEY, else
/// `admin.key` of the data directory, which is sent only to this machine and to the address in the file `url`.
Result<Address> find_address(const Globals& globals);

struct Reply {
  int status = 0;
  std::string body;
};

/// Bound to the thread that made it; runs its own loop.
class Connection {
 public:
  explicit Connection(Address address);

  /// Reads the file `url` again, if the URL came from it: a daemon that starts again may have another port.
  void refresh();
  const Address& address() const { return address_; }
  base::Loop& loop() { return loop_; }
  egress::Client& http() { return http_; }

  /// A request with URL and key.
  egress::HttpRequest request(const std::string& method, const std::string& path) const;

  /// Whatever the server answers. Blocks. Unavailable when no answer comes.
  Result<Reply> ask(const std::string& method, const std::string& path, const std::string& body = {});
  /// The JSON of a good answer; any other is an error whose kind follows the status.
  Result<Json> call(const std::string& method, const std::string& path, const std::string& body = {});
  Result<Json> get(const std::string& path) { return call("GET", path); }

  /// The error that an answer with a status of 300 or more means.
  Error refusal(int status, std::string_view body, std::string_view path) const;
  /// Why no answer came, and what to do.
  Error unreachable(const Error& transport) const;

 private:
  Address address_;
  base::SystemClock clock_;
  base::Loop loop_;
  base::WorkerPool resolvers_;
  egress::Client http_;
};

/// Percent-encoded, for one segment of a path or a value of a query.
std::string encode_component(std::string_view text);

}  // namespace platos::cli
