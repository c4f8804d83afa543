// The guard against forged requests: a tenant reaches nothing that is not public, however it is spelt.
#include <arpa/inet.h>
#include <netinet/in.h>

#include "egress/address_guard.hpp"
#include "fuzz/clean_error.hpp"

using namespace platos;
using egress::HostTrust;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  const auto by_operator = egress::check_url(input, HostTrust::Operator);
  const auto by_tenant = egress::check_url(input, HostTrust::Tenant);
  require(by_operator || !by_tenant, "what a tenant may reach, an operator may");
  if (!by_tenant) fuzz::require_clean(by_tenant.error());
  if (!by_operator) {
    fuzz::require_clean(by_operator.error());
    return 0;
  }
  require(!by_operator->host.empty() && by_operator->port != 0, "a target has a host and a port");
  require(by_operator->host == base::to_lower(by_operator->host), "the host is lower case");
  if (!by_tenant) return 0;
  require(by_tenant->https && by_tenant->port == 443 && by_tenant->host == by_operator->host,
          "a tenant has https only");
  // As resolvers read hosts: with octal, hexadecimal and missing numbers.
  sockaddr_in address4{};
  address4.sin_family = AF_INET;
  if (::inet_aton(by_tenant->host.c_str(), &address4.sin_addr) != 0) {
    require(egress::is_public(reinterpret_cast<const sockaddr&>(address4)), "an IPv4 address is public");
  }
  require(
      by_tenant->host != "localhost" && by_tenant->host.find('.') + by_tenant->host.find(':') != 2 * std::string::npos,
      "a name has a domain");
  return 0;
}
