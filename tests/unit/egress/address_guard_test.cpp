#include "egress/address_guard.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace platos::egress {
namespace {

bool address_is_public(const std::string& text) {
  sockaddr_storage storage{};
  if (text.find(':') == std::string::npos) {
    auto& in = reinterpret_cast<sockaddr_in&>(storage);
    in.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, text.c_str(), &in.sin_addr) == 1);
  } else {
    auto& in = reinterpret_cast<sockaddr_in6&>(storage);
    in.sin6_family = AF_INET6;
    REQUIRE(::inet_pton(AF_INET6, text.c_str(), &in.sin6_addr) == 1);
  }
  return is_public(reinterpret_cast<const sockaddr&>(storage));
}

std::string code_of(const std::string& url, HostTrust trust) {
  const auto checked = check_url(url, trust);
  return checked ? "ok" : checked.error().code;
}

}  // namespace

TEST_CASE("The first and last address of every closed range are not public, their neighbours are") {
  struct Range {
    const char* before;
    const char* first;
    const char* last;
    const char* after;
  };
  const std::vector<Range> ranges = {
      {nullptr, "0.0.0.0", "0.255.255.255", "1.0.0.0"},
      {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
      {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
      {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
      {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
      {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
      {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
      {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
      {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
      {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
      {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
      {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
      {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
      {"223.255.255.255", "224.0.0.0", "239.255.255.255", nullptr},
      {nullptr, "240.0.0.0", "255.255.255.255", nullptr},
      {"fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::1"},
      {"fe7f:ffff::1", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr},
      {nullptr, "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr},
      {nullptr, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr},
      {"2001:db7:ffff:ffff::", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
      {"2000:ffff::1", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1::"},
      {"ff:ffff::1", "100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::"},
      {"64:ff9a::1", "64:ff9b::", "64:ff9b::ffff:ffff", "64:ff9c::"},
      {nullptr, "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", nullptr},
      {nullptr, "::", "::ffff:ffff", nullptr},
  };
  for (const auto& range : ranges) {
    INFO(range.first << " to " << range.last);
    CHECK_FALSE(address_is_public(range.first));
    CHECK_FALSE(address_is_public(range.last));
    if (range.before != nullptr) CHECK(address_is_public(range.before));
    if (range.after != nullptr) CHECK(address_is_public(range.after));
  }
}

TEST_CASE("An IPv4 address inside an IPv6 one is judged as itself") {
  for (const char* closed : {"::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "::8.8.8.8",
                             "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::", "64:ff9b::808:808"}) {
    INFO(closed);
    CHECK_FALSE(address_is_public(closed));
  }
  for (const char* open : {"8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::1", "2606:4700::1111", "2a00:1450::1"}) {
    INFO(open);
    CHECK(address_is_public(open));
  }
  const sockaddr unix_socket = {AF_UNIX, {}};
  CHECK_FALSE(is_public(unix_socket));
}

TEST_CASE("Every literal form of a closed address and every local name is refused for a tenant, not for the operator") {
  for (const char* host : {"127.1",
                           "127.0.0.1",
                           "2130706433",
                           "0177.0.0.1",
                           "0x7f000001",
                           "0X7F000001",
                           "0x7f.1",
                           "0",
                           "0.0.0.0",
                           "10.0.0.1",
                           "100.64.0.1",
                           "169.254.169.254",
                           "172.16.0.1",
                           "192.0.0.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "127.0.0.1.",
                           "8.8.8",
                           "08.8.8.8",
                           "8.8.8.8.8",
                           "1.2.3.0x4",
                           "[::]",
                           "[::1]",
                           "[::ffff:127.0.0.1]",
                           "[::ffff:7f00:1]",
                           "[::127.0.0.1]",
                           "[0:0:0:0:0:0:0:1]",
                           "[2002:7f00:1::]",
                           "[64:ff9b::7f00:1]",
                           "[64:ff9b:1::1]",
                           "[2001::1]",
                           "[fe80::1%25eth0]",
                           "[fe80::1%eth0]",
                           "[fc00::1]",
                           "[fec0::1]",
                           "[ff02::1]",
                           "[2001:db8::1]",
                           "[100::1]",
                           "localhost",
                           "LocalHost",
                           "localhost.",
                           "a.localhost",
                           "a.LOCALHOST",
                           "printer.local",
                           "db.internal",
                           "metadata.google.internal",
                           "x.home.arpa",
                           "router",
                           "127.0.0.1.nip.io",
                           "a.sslip.io",
                           "a.xip.io",
                           "localtest.me",
                           "a.localtest.me",
                           "example.com."}) {
    const std::string url = std::string("https://") + host + "/path";
    INFO(url);
    CHECK(code_of(url, HostTrust::Tenant) == "address_refused");
    CHECK(code_of(url, HostTrust::Unspecified) == "address_refused");
    CHECK(code_of(url, HostTrust::Operator) == "ok");
  }
}

TEST_CASE("URLs that are not plainly one are refused for everybody") {
  for (const char* url : {"",
                          "http",
                          "http:",
                          "http:/x",
                          "http://",
                          "https:///x",
                          "https://?x",
                          "https://:443",
                          "ftp://a.com",
                          "file:///etc/passwd",
                          "gopher://a.com",
                          "//a.com",
                          "a.com",
                          "https://user@a.com",
                          "https://user:pw@a.com",
                          "https://a.com@b.com/",
                          "https://a.com\\@b.com",
                          "https://a b.com",
                          " https://a.com",
                          "https://a.com/\n",
                          "https://a.com/\r\nX: y",
                          "https://a.com/\x7F",
                          "https://\xEF\xBC\x91.com",
                          "https://a.com:0",
                          "https://a.com:65536",
                          "https://a.com:x",
                          "https://a.com:443:443",
                          "https://[::1",
                          "https://[::1]x",
                          "https://a.com:-1",
                          "https://a.com:+443"}) {
    INFO(url);
    CHECK(code_of(url, HostTrust::Operator) == "invalid_url");
    CHECK(code_of(url, HostTrust::Tenant) == "invalid_url");
  }
}

TEST_CASE("A tenant gets https on port 443 and nothing else") {
  CHECK(code_of("https://example.com/a?b#c", HostTrust::Tenant) == "ok");
  CHECK(code_of("https://example.com:443/", HostTrust::Tenant) == "ok");
  CHECK(code_of("HTTPS://8.8.8.8", HostTrust::Tenant) == "ok");
  CHECK(code_of("https://[2606:4700::1111]/", HostTrust::Tenant) == "ok");
  CHECK(code_of("http://example.com/", HostTrust::Tenant) == "address_refused");
  CHECK(code_of("https://example.com:8443/", HostTrust::Tenant) == "address_refused");
  CHECK(code_of("http://example.com:8080/", HostTrust::Operator) == "ok");
}

TEST_CASE("A tenant's host that hides characters behind percent signs is refused", "[finding]") {
  for (const char* host : {"a.localhos%74", "metadata.google.interna%6c", "example%2ecom.net"}) {
    INFO(host);
    CHECK(code_of(std::string("https://") + host, HostTrust::Tenant) != "ok");
  }
}

TEST_CASE("The parts of a URL are taken apart") {
  const auto with_port = check_url("HTTP://ExAmple.COM:8080/x@y", HostTrust::Operator);
  REQUIRE(with_port);
  CHECK_FALSE(with_port->https);
  CHECK(with_port->host == "example.com");
  CHECK(with_port->port == 8080);
  CHECK(check_url("https://[::1]?q", HostTrust::Operator)->host == "::1");
  CHECK(check_url("https://a.com", HostTrust::Operator)->port == 443);
  CHECK(check_url("http://a.com", HostTrust::Operator)->port == 80);
}

TEST_CASE("A name that resolves to loopback is refused for a tenant and resolved for the operator") {
  const TargetUrl target = {true, "localhost", 443, "/"};
  const auto refused = resolve(target, HostTrust::Tenant);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "address_refused");
  const auto addresses = resolve(target, HostTrust::Operator);
  REQUIRE(addresses);
  CHECK_FALSE(addresses->empty());
}

}  // namespace platos::egress
