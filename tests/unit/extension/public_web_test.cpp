// The service "public-web" as a plugin sees it. The web is a proxy on loopback that answers for every public address.
#include <catch2/catch.hpp>
#include <condition_variable>

#include "base/worker_pool.hpp"
#include "extension/services/call.hpp"
#include "extension/services/host_table.hpp"
#include "platos/cpp/services.hpp"
#include "support/web_server.hpp"

namespace platos::extension {
namespace {

using tests::WebServer;
using tests::WebVisit;

/// A loop on a thread, with an egress client behind the proxy, and an instance that may use the web.
class Host {
 public:
  explicit Host(const WebServer& web) {
    egress::ClientOptions options;
    options.proxy = *egress::Proxy::parse(web.url(), {});
    client_ = std::make_unique<egress::Client>(loop_, resolvers_, options);
    service_ = std::make_unique<HttpService>(loop_, *client_, logger_);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Host() {
    loop_.post([this] {
      service_->stop();
      loop_.stop();
    });
    thread_.join();
  }

  std::unique_ptr<HostTable> table(bool granted = true) {
    HostServices services;
    services.http = service_.get();
    services.public_web = granted;
    return std::make_unique<HostTable>("web", clock_, logger_, services,
                                       std::make_shared<secrets::SlotTable>(std::vector<std::string>()));
  }

  struct Got {
    std::int32_t status = PLATOS_OK;
    std::string error;
    sdk::WebPage page;
  };
  Got get(const sdk::WebRequest& request) {
    const auto host = table();
    platos_call_t call;
    return get(request, *host, call);
  }
  static Got get(const sdk::WebRequest& request, const HostTable& host, platos_call_t& call) {
    platos_error_t error;
    Got got;
    try {
      got.page = sdk::fetch_public(sdk::Host(host.table()), {host.table(), &call, &error}, request);
    } catch (const sdk::HostFailure& failure) {
      got.status = failure.code();
      got.error = error.message;
    }
    return got;
  }

 private:
  base::SystemClock clock_;
  base::Logger logger_{clock_, base::LogLevel::Error, base::LogFormat::Json, "/dev/null"};
  base::Loop loop_{clock_};
  base::WorkerPool resolvers_{"dns", 1, 16};
  std::unique_ptr<egress::Client> client_;
  std::unique_ptr<HttpService> service_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a page of a public address comes with its status, headers and body") {
  WebServer web([](const WebVisit&) { return WebServer::page("<p>Hello</p>", "text/html", 404); });
  Host host(web);
  const auto got = host.get({.url = "http://93.184.215.14/a?b=c#d", .accept = "text/html"});
  REQUIRE(got.status == PLATOS_OK);
  CHECK(got.page.status == 404);
  CHECK(got.page.body == "<p>Hello</p>");
  CHECK_FALSE(got.page.truncated);
  CHECK(got.page.headers.front() == std::pair<std::string, std::string>("content-type", "text/html"));
  const auto visits = web.visits();
  REQUIRE(visits.size() == 1);
  // A tunnel to the address that was looked at: the proxy has no name to look up.
  CHECK(visits[0].authority == "93.184.215.14:80");
  CHECK(visits[0].method == "GET");
  CHECK(visits[0].path == "/a?b=c");
  CHECK(visits[0].head.find("Accept: text/html\r\n") != std::string::npos);
}

TEST_CASE("addresses that are not public are refused before anything is sent") {
  WebServer web([](const WebVisit&) { return WebServer::page("secret"); });
  Host host(web);
  for (const char* url :
       {"http://127.0.0.1/", "http://localhost/", "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/",
        "http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/", "http://[::1]/",
        "http://[fe80::1]/", "http://[fd00::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/",
        "http://0x7f.0.0.1/", "http://0.0.0.0/", "http://100.64.0.1/", "http://127.0.0.1.nip.io/",
        "http://8.8.8.8:8080/", "https://8.8.8.8:22/"}) {
    INFO(url);
    CHECK(host.get({.url = url}).status == PLATOS_PERMISSION_DENIED);
  }
  for (const char* url :
       {"", "ftp://8.8.8.8/", "file:///etc/passwd", "http://user:pw@8.8.8.8/", "8.8.8.8", "http://"}) {
    INFO(url);
    CHECK(host.get({.url = url}).status == PLATOS_INVALID_ARGUMENT);
  }
  CHECK(web.visits().empty());
}

TEST_CASE("redirects are followed and resolved, and the page knows where it is") {
  WebServer web([](const WebVisit& visit) {
    if (visit.path == "/start") return WebServer::redirect("/two/../three?x=y", 301);
    if (visit.path == "/three?x=y") return WebServer::redirect("http://1.1.1.1/caf\xC3\xA9 one", 307);
    return WebServer::page("here");
  });
  Host host(web);
  const auto got = host.get({.url = "http://93.184.215.14/start"});
  REQUIRE(got.status == PLATOS_OK);
  CHECK(got.page.url == "http://1.1.1.1/caf%C3%A9%20one");
  CHECK(got.page.body == "here");
  CHECK(web.visits().back().authority == "1.1.1.1:80");
}

TEST_CASE("a redirect to an address that is not public is refused") {
  for (const char* location : {"http://127.0.0.1/", "http://169.254.169.254/", "//localhost/", "http://[::1]/",
                               "http://10.0.0.1/", "http://8.8.8.8:9200/"}) {
    INFO(location);
    WebServer web([location](const WebVisit&) { return WebServer::redirect(location); });
    Host host(web);
    CHECK(host.get({.url = "http://93.184.215.14/"}).status == PLATOS_PERMISSION_DENIED);
    CHECK(web.visits().size() == 1);
  }
  WebServer web([](const WebVisit&) { return WebServer::redirect("file:///etc/passwd"); });
  CHECK(Host(web).get({.url = "http://93.184.215.14/"}).status == PLATOS_INVALID_ARGUMENT);
}

TEST_CASE("redirects end after as many as were allowed") {
  WebServer web([](const WebVisit&) { return WebServer::redirect("/again"); });
  Host host(web);
  const auto got = host.get({.url = "http://93.184.215.14/", .max_redirects = 3});
  CHECK(got.status == PLATOS_RESOURCE_EXHAUSTED);
  CHECK(got.error.find("more than 3 times") != std::string::npos);
  CHECK(web.visits().size() == 4);
  const auto first = host.get({.url = "http://93.184.215.14/", .max_redirects = 0});
  CHECK(first.page.status == 302);
  CHECK(first.page.body == "moved");
}

TEST_CASE("a page that is too long is cut") {
  const std::string large(300'000, 'x');
  WebServer web([&](const WebVisit&) { return WebServer::page(large); });
  Host host(web);
  const auto cut = host.get({.url = "http://93.184.215.14/", .max_bytes = 100'000});
  REQUIRE(cut.status == PLATOS_OK);
  CHECK(cut.page.truncated);
  CHECK(cut.page.body == large.substr(0, 100'000));
  const auto whole = host.get({.url = "http://93.184.215.14/", .max_bytes = 300'000});
  CHECK_FALSE(whole.page.truncated);
  CHECK(whole.page.body == large);
}

namespace {
/// Holds answers back until it is opened.
class Gate {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_for_a_visitor() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};
}  // namespace

TEST_CASE("a page that takes too long, and a call that is cancelled, end without it") {
  Gate gate;
  WebServer web([&](const WebVisit&) {
    gate.wait();
    return WebServer::page("late");
  });
  Host host(web);
  CHECK(host.get({.url = "http://93.184.215.14/", .timeout_ms = 1}).status == PLATOS_DEADLINE);
  const auto table = host.table();
  platos_call_t call;
  std::thread canceller([&] {
    gate.wait_for_a_visitor();
    call.cancelled = true;
  });
  CHECK(Host::get({.url = "http://93.184.215.14/"}, *table, call).status == PLATOS_CANCELLED);
  canceller.join();
  gate.open();
}

TEST_CASE("without a grant there is no such service, and limits of the request are checked") {
  WebServer web([](const WebVisit&) { return WebServer::page("x"); });
  Host host(web);
  platos_call_t call;
  CHECK_THROWS_AS(Host::get({.url = "http://93.184.215.14/"}, *host.table(false), call), sdk::Error);
  for (const sdk::WebRequest& request : {sdk::WebRequest{.url = "http://8.8.8.8/", .max_bytes = 17 * 1024 * 1024},
                                         sdk::WebRequest{.url = "http://8.8.8.8/", .max_redirects = 11},
                                         sdk::WebRequest{.url = "http://8.8.8.8/", .timeout_ms = 60'001},
                                         sdk::WebRequest{.url = "http://8.8.8.8/", .timeout_ms = -1}}) {
    CHECK(host.get(request).status == PLATOS_INVALID_ARGUMENT);
  }
  const std::string long_url = "http://8.8.8.8/" + std::string(9000, 'a');
  CHECK(host.get({.url = long_url}).status == PLATOS_INVALID_ARGUMENT);
  CHECK(web.visits().empty());
}

}  // namespace platos::extension
