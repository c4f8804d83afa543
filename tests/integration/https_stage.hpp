// A daemon that also serves HTTPS, with a certificate of its own authority.
#pragma once

#include <csignal>

#include "support/authority.hpp"
#include "support/stage.hpp"

namespace platos::tests {

struct HttpsFiles {
  TempDir dir;
  Authority authority;
  std::string ca = dir.path() + "/ca.pem";
  std::string certificate = dir.path() + "/server.pem";
  std::string key = dir.path() + "/server.key";
  std::string config = dir.path() + "/platos.toml";

  HttpsFiles() {
    authority.write(ca);
    renew();
  }
  /// Another certificate in the same files.
  void renew() const {
    const auto issued = authority.issue("127.0.0.1");
    write_certificate(certificate, issued.certificate.get());
    write_key(key, issued.key.get());
  }
};

struct HttpsStage : HttpsFiles, Stage {
  std::string https_url;

  explicit HttpsStage(const std::vector<std::string>& more = {}) : Stage(with_https(more)) {
    const std::string log = daemon->log();
    const std::string name = R"("https_url":")";
    const auto at = log.find(name) + name.size();
    https_url = log.substr(at, log.find('"', at) - at);
  }
  Ask over_tls(Ask question) const {
    question.url = https_url;
    question.ca_file = ca;
    return question;
  }
  /// SIGHUP, and until the daemon has said what came of it.
  void reload(const std::string& said) const {
    ::kill(daemon->pid(), SIGHUP);
    if (!daemon->wait_for_log(said)) throw std::runtime_error("not in the log: " + said);
  }

 private:
  std::vector<std::string> with_https(const std::vector<std::string>& more) const {
    dir.write("platos.toml", "");
    std::vector<std::string> all = {"--config", config,
                                    "--set",    "https.listen=127.0.0.1:0",
                                    "--set",    "https.certificate_file=" + certificate,
                                    "--set",    "https.private_key_file=" + key};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

}  // namespace platos::tests
