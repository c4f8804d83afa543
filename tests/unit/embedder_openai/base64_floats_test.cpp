#include "base64_floats.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using platos::embedder_openai::append_base64_floats;
using Floats = std::vector<float>;

TEST_CASE("base64 of floats is decoded with and without padding") {
  struct Case {
    const char* text;
    Floats floats;
  };
  for (const Case& tried : {Case{"", {}}, Case{"AACAPw==", {1}}, Case{"AACAPw", {1}}, Case{"AACAPwAAAMA=", {1, -2}},
                            Case{"AACAPwAAAMA", {1, -2}}, Case{"AACAPwAAAMDNzMw9", {1, -2, 0.1F}}}) {
    INFO(tried.text);
    Floats floats;
    CHECK(append_base64_floats(tried.text, floats));
    CHECK(floats == tried.floats);
  }
  Floats infinity;
  CHECK(append_base64_floats("AACAfw==", infinity));
  CHECK(std::isinf(infinity.at(0)));
}

TEST_CASE("what is not base64 of floats is refused") {
  for (const char* text : {"A", "AA", "AAA", "AAAA", "AACAP", "AACAPw=", "AACAPw===", "====", "=", "AACA Pw",
                           "AACA-w==", "AACA_w==", "AAC\xC3\xA9", "AACAPw==AACAPw==", "AACAPwAA"}) {
    INFO(text);
    Floats floats;
    CHECK(!append_base64_floats(text, floats));
  }
}
