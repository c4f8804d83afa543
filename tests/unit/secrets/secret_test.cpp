#include "secrets/secret.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <fstream>
#include <string>
#include <utility>

namespace platos::secrets {
namespace {
/// The line of this process's memory map that covers `address`, or empty.
std::string mapping_of(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/smaps");
  std::string flags;
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2) inside = wanted >= from && wanted < to;
    if (inside && line.rfind("VmFlags:", 0) == 0) return line + " ";
  }
  return flags;
}
}  // namespace

TEST_CASE("A secret keeps its bytes, also zero bytes and many pages") {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{4095}, std::size_t{4096}, std::size_t{4097}, std::size_t{100'000}}) {
    std::string value(size, 's');
    value[size / 2] = '\0';
    CHECK(Secret(value).view() == value);
  }
}

TEST_CASE("A secret stays out of core dumps and is unmapped when it goes") {
  const void* address = nullptr;
  {
    const Secret secret("very secret");
    address = secret.view().data();
    CHECK(mapping_of(address).find(" dd ") != std::string::npos);
  }
  CHECK(mapping_of(address).empty());
}

TEST_CASE("An empty secret is empty") {
  CHECK(Secret().empty());
  CHECK(Secret("").empty());
  CHECK(Secret("").view().empty());
}

TEST_CASE("Moving a secret leaves the source empty, and moving over one unmaps what it held") {
  Secret first("first");
  Secret second("second");
  const void* held = second.view().data();
  second = std::move(first);
  CHECK(second.view() == "first");
  CHECK(first.empty());
  CHECK(mapping_of(held).empty());
  const Secret third(std::move(second));
  CHECK(third.view() == "first");
}

}  // namespace platos::secrets
