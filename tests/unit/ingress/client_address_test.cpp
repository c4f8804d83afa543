#include "ingress/client_address.hpp"

#include <catch2/catch.hpp>

namespace platos::ingress {

TEST_CASE("X-Forwarded-For is believed as far as trusted proxies wrote it") {
  const std::vector<base::Network> proxies = {*base::Network::parse("10.0.0.0/8"), *base::Network::parse("::1")};
  struct Row {
    const char* peer;
    const char* forwarded_for;
    const char* client;
  };
  for (const Row& row : {
           Row{"203.0.113.9", "", "203.0.113.9"},
           Row{"203.0.113.9", "198.51.100.1", "203.0.113.9"},  // whoever that is, it is no proxy of ours
           Row{"10.0.0.1", "", "10.0.0.1"},
           Row{"10.0.0.1", "203.0.113.9", "203.0.113.9"},
           Row{"10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"},  // the first one is the client's own word
           Row{"10.0.0.1", "203.0.113.9,10.0.0.2 , 10.0.0.3", "203.0.113.9"},
           Row{"::1", "2001:db8::7", "2001:db8::7"},
           Row{"10.0.0.1", "10.0.0.2", "10.0.0.2"},
           Row{"10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"},
           Row{"10.0.0.1", "203.0.113.9, 10.0.0.0/8", "10.0.0.1"},
           Row{"10.0.0.1", "203.0.113.9,", "10.0.0.1"},
           Row{"10.0.0.1", ",,,", "10.0.0.1"},
       }) {
    CAPTURE(row.peer, row.forwarded_for);
    CHECK(client_address(row.peer, row.forwarded_for, proxies) == row.client);
  }
  CHECK(client_address("10.0.0.1", "203.0.113.9", {}) == "10.0.0.1");
}

}  // namespace platos::ingress
