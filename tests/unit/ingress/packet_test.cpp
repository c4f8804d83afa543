#include "ingress/engine_io/packet.hpp"

#include <catch2/catch.hpp>

namespace platos::ingress {
namespace {

using Type = SocketPacket::Type;

struct Known {
  const char* text;
  Type type;
  const char* name_space;
  std::optional<std::uint64_t> ack;
  const char* payload;
};

constexpr std::uint64_t kMostDigits = 999'999'999'999'999;

const Known kKnown[] = {
    {"0", Type::Connect, "/", std::nullopt, ""},
    {R"(0{"token":"t"})", Type::Connect, "/", std::nullopt, R"({"token":"t"})"},
    {"0/agent,", Type::Connect, "/agent", std::nullopt, ""},
    {R"(0/agent,{"token":"a,b"})", Type::Connect, "/agent", std::nullopt, R"({"token":"a,b"})"},
    {"1/agent,", Type::Disconnect, "/agent", std::nullopt, ""},
    {R"(2["message",{}])", Type::Event, "/", std::nullopt, R"(["message",{}])"},
    {R"(2/agent,["message",{"a":"/x,1"}])", Type::Event, "/agent", std::nullopt, R"(["message",{"a":"/x,1"}])"},
    {R"(2/agent,17["message"])", Type::Event, "/agent", 17, R"(["message"])"},
    {R"(2/agent/agt_1,0["stop"])", Type::Event, "/agent/agt_1", 0, R"(["stop"])"},
    {"3/agent,999999999999999[]", Type::Ack, "/agent", kMostDigits, "[]"},
    {R"(4/nowhere,{"message":"no"})", Type::ConnectError, "/nowhere", std::nullopt, R"({"message":"no"})"},
};

}  // namespace

TEST_CASE("A packet is read as it is written") {
  for (const auto& known : kKnown) {
    INFO(known.text);
    const auto packet = parse_socket_packet(known.text);
    REQUIRE(packet.has_value());
    CHECK(packet->type == known.type);
    CHECK(packet->name_space == known.name_space);
    CHECK(packet->ack == known.ack);
    CHECK(packet->payload == known.payload);
    CHECK(encode(*packet) == known.text);
  }
}

TEST_CASE("The query of old clients is no part of the namespace, and the comma behind a namespace may be missing") {
  const auto with_query = parse_socket_packet("0/agent?token=t,{}");
  REQUIRE(with_query.has_value());
  CHECK(with_query->name_space == "/agent");
  CHECK(with_query->payload == "{}");
  const auto bare = parse_socket_packet("0/agent");
  REQUIRE(bare.has_value());
  CHECK(bare->name_space == "/agent");
  CHECK(bare->payload.empty());
}

TEST_CASE("What is no packet, has attachments or is longer than anything sensible is not read") {
  CHECK_FALSE(parse_socket_packet(""));
  CHECK_FALSE(parse_socket_packet("x"));
  CHECK_FALSE(parse_socket_packet("9"));
  CHECK_FALSE(parse_socket_packet(R"(51-["file",{"_placeholder":true,"num":0}])"));
  CHECK_FALSE(parse_socket_packet("61-/agent,[]"));
  CHECK_FALSE(parse_socket_packet("2/agent,1234567890123456[]"));
  CHECK(parse_socket_packet("0/" + std::string(199, 'n') + ",").has_value());
  CHECK_FALSE(parse_socket_packet("0/" + std::string(200, 'n') + ","));
}

TEST_CASE("Packets of one polling body stand between separators") {
  CHECK(join_packets({}).empty());
  CHECK(join_packets({"4a"}) == "4a");
  CHECK(join_packets({"2", "40", "42[\"x\"]"}) ==
        "2\x1e"
        "40\x1e"
        "42[\"x\"]");
}

}  // namespace platos::ingress
