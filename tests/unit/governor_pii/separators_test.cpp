#include <catch2/catch.hpp>

#include "guarded_text.hpp"

using namespace governor_pii_test;

namespace {

std::string joined(const std::string& separator, std::initializer_list<const char*> groups) {
  std::string text;
  for (const char* group : groups) text += (text.empty() ? "" : separator) + group;
  return text;
}

}  // namespace

TEST_CASE("groups are joined by spaces and dashes of any kind, and by nothing visible") {
  for (const char* separator : {" ", "-", "\u00A0", "\u202F", "\u2009", "\u2013", "\u2011", "\u2212", " - ", "\u200B",
                                "\u200D\u2060", " \uFEFF", "\u00AD"}) {
    INFO("separator <" << separator << ">");
    CHECK(redacted("x " + joined(separator, {"4111", "1111", "1111", "1111"}) + " y") == "x [CREDIT_CARD] y");
    CHECK(redacted("x " + joined(separator, {"2341", "2341", "2346"}) + " y") == "x [AADHAAR] y");
  }
  for (const char* separator : {"\t", "\n", "/", ",", "_", "\u4E00", "é", "    "}) {
    INFO("separator <" << separator << ">");
    CHECK(found_in(joined(separator, {"4111", "1111", "1111", "1111"})).empty());
  }
}

TEST_CASE("digits of other scripts and full-width characters count as plain ones") {
  CHECK(redacted("４１１１ １１１１ １１１１ １１１１") == "[CREDIT_CARD]");
  CHECK(redacted("٤١١١١١١١١١١١١١١١") == "[CREDIT_CARD]");
  CHECK(redacted("ｊｏｅ＠ｅｘａｍｐｌｅ．ｃｏｍ") == "[EMAIL]");
  CHECK(redacted("AKIA\u200BIOSFODNN7EXAMPLE") == "[AWS_ACCESS_KEY]");
  CHECK(redacted("jo\u200Be@exam\u00ADple.com") == "[EMAIL]");
}

TEST_CASE("what touches a match stays as it is, and stays UTF-8") {
  for (const char* neighbour : {"é", "€", "😀", "\u0301", "汉", "\u200B", "\u00A0", "“", "）"}) {
    for (const char* secret : {"4111111111111111", "joe@example.com", "AKIAIOSFODNN7EXAMPLE", "123-45-6789"}) {
      const std::string text = std::string(neighbour) + secret + neighbour;
      const std::string left = redacted(text);
      INFO(text << " became " << left);
      CHECK(is_utf8(left));
      CHECK(left.find(secret) == std::string::npos);
      CHECK(left.substr(0, std::string(neighbour).size()) == neighbour);
      CHECK(left.substr(left.size() - std::string(neighbour).size()) == neighbour);
    }
  }
}

TEST_CASE("bytes that are no UTF-8 pass through, and what surrounds them is still found") {
  const std::string broken = "\xC3 4111111111111111 \xF0\x9F joe@example.com \x80\xFF";
  const std::string left = redacted(broken);
  CHECK(left == "\xC3 [CREDIT_CARD] \xF0\x9F [EMAIL] \x80\xFF");
}

TEST_CASE("random UTF-8 with numbers in it stays UTF-8 when it is redacted") {
  std::mt19937 random(7);
  const std::vector<std::string> parts = {"é",
                                          "汉字",
                                          "😀",
                                          "4",
                                          "1",
                                          "11",
                                          "4111111111111111",
                                          " ",
                                          "-",
                                          "@",
                                          "a.b",
                                          "joe@example.com",
                                          "\u200B",
                                          "٣",
                                          "+1",
                                          "(",
                                          ")",
                                          "212",
                                          "555",
                                          "0123",
                                          "."};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 30; ++i) text += parts[random() % parts.size()];
    const std::string left = redacted(text);
    INFO(text);
    REQUIRE(is_utf8(left));
  }
}
