#include "base/network.hpp"

#include <catch2/catch.hpp>

namespace platos::base {

TEST_CASE("a network holds the addresses behind its prefix, and no others") {
  struct Row {
    const char* network;
    const char* inside;
    const char* outside;
  };
  for (const Row& row :
       {Row{"10.0.0.0/8", "10.255.0.1", "11.0.0.1"}, Row{"192.168.4.128/25", "192.168.4.255", "192.168.4.127"},
        Row{"203.0.113.7", "203.0.113.7", "203.0.113.8"}, Row{"0.0.0.0/0", "8.8.8.8", "2001:db8::1"},
        Row{"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"}, Row{"::1", "::1", "::2"},
        Row{"10.0.0.0/8", "::ffff:10.1.2.3", "::ffff:11.1.2.3"}, Row{"::/0", "fe80::1", "no address"}}) {
    CAPTURE(row.network);
    const auto network = Network::parse(row.network);
    REQUIRE(network);
    CHECK(network->contains(row.inside));
    CHECK_FALSE(network->contains(row.outside));
  }
}

TEST_CASE("what is no network is not taken for one") {
  for (const char* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "::/129", "::1/64", "x",
                           "10.0.0.0/-1", "10.0.0.0/8 ", " 10.0.0.0", "localhost", "10.0.0.0/8/8"}) {
    CAPTURE(text);
    CHECK_FALSE(Network::parse(text));
  }
}

}  // namespace platos::base
