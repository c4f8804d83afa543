// One golden list per type: what is found, and its neighbours that are not.
#include <catch2/catch.hpp>

#include "guarded_text.hpp"

using namespace governor_pii_test;

namespace {

void finds(const std::string& rule, std::initializer_list<const char*> texts) {
  for (const char* text : texts) {
    INFO(text);
    CHECK(found_in(text) == rule);
  }
}

void finds_nothing(std::initializer_list<const char*> texts) { finds("", texts); }

}  // namespace

TEST_CASE("payment cards are found bare, in groups, and beside other words") {
  finds("pii.credit_card",
        {"4111111111111111", "my card is 4111 1111 1111 1111, thanks", "4111-1111-1111-1111", "card:4111111111111111.",
         "3782 822463 10005", "3056 930902 5904", "6011 0009 9013 9424 exp 12/29", "4222222222222",
         "4111 1111 1111 1111 123", "12 4111 1111 1111 1111", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
         "41 11 11 11 11 11 11 11", "(4111111111111111)", "卡号4111111111111111谢谢", "4000 0000 0000 0000 006"});
  finds_nothing({"4111111111111112", "4111 1111 1111 1112", "1234 5678 1234 5670", "0.4111111111111111",
                 "a4111111111111111", "4111111111111111b", "24111111111111111", "41111111111111110000000000",
                 "4111.1111.1111.1111", "4111,1111,1111,1111"});
}

TEST_CASE("social security numbers need an assigned area, group and serial") {
  finds("pii.ssn",
        {"123-45-6789", "ssn 123 45 6789", "123.45.6789", "SSN: 123456789", "social security number 123456789",
         "123456789 is my SSN", "customerSsn=123456789", "899-12-3456", "id (123-45-6789)"});
  finds_nothing({"000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "123456789",
                 "order 123456789", "ssn 000456789", "123-45-67890", "1123-45-6789", "123-45-6789-1", "a-123-45-6789",
                 "123-45.6789", "assn 123456789", "123/45/6789"});
}

TEST_CASE("e-mail addresses are found whole") {
  finds("pii.email", {"joe@example.com", "Joe.Bloggs+tag@mail.example.co.uk", "<joe_b@example.org>",
                      "mailto:joe%40x@example.com", "write to joe@example.com.", "4111@example.com", "-joe@example.com",
                      "j@x.io", "联系joe@example.com谢谢", "joe@example.com-or-call"});
  finds_nothing({"joe@localhost", "@example.com", "joe@", "a@b.c", "icon@2x.png", "pkg@1.2.3", "user@host.1",
                 "joe @ example.com", "joe.@example.com"});
  CHECK(redacted("write to joe@example.com.") == "write to [EMAIL].");
  CHECK(redacted("joe@example.com-or-call") == "[EMAIL]-or-call");
  CHECK(redacted("see joe.bloggs@a.example.com,") == "see [EMAIL],");
  const std::string local(64, 'x');
  CHECK(found_in(local + "@example.com") == "pii.email");
  CHECK(found_in(local + "x@example.com").empty());
}

TEST_CASE("telephone numbers are found in American and international forms") {
  finds("pii.phone", {"(212) 555-0123", "212-555-0123", "212.555.0123", "212 555 0123", "+1 212 555 0123",
                      "+12125550123", "1-212-555-0123", "call 2125550123", "phone: 12125550123", "+44 20 7946 0958",
                      "+49 (30) 901820", "2125550123 is my cell", "+1 (212) 555-0123"});
  finds_nothing({"2125550123", "112-555-0123", "212-155-0123", "212-555-01234", "5+2125550123", "+1 112 555 0123",
                 "+0123456789", "+12345678", "1212-555-0123", "recall 2125550123", "x212-555-0123"});
  CHECK(redacted("at (212) 555-0123, ok") == "at [PHONE], ok");
}

TEST_CASE("IPv4 addresses need four octets in range") {
  finds("pii.ip_address", {"81.2.69.142", "from 172.32.1.254:8080", "223.255.255.255", "8.8.8.8/32", "at 1.2.3.4."});
  finds_nothing({"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "255.255.255.255", "0.0.0.0"});
  finds_nothing({"256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "version 1.2.3.4", "v1.2.3.4", "1.2.3.400",
                 "1.3.6.1.4.1.311", "1.2.3.4a"});
}

TEST_CASE("Aadhaar numbers begin with 2 to 9 and pass Verhoeff") {
  finds("pii.aadhaar",
        {"2341 2341 2346", "234123412346", "aadhaar 2341-2341-2346", "9999 4105 7058", "२३४१ २३४१ २३४६"});
  finds_nothing({"2341 2341 2347", "234123412347", "order 234123412346", "1341 2341 2346", "2341 2341 23466",
                 "2341 2341 2346 1111", "0234123412346"});
}

TEST_CASE("PANs name a kind of holder in the fourth letter") {
  finds("pii.pan", {"ABCPE1234F", "PAN ABCCE1234F."});
  finds_nothing({"ABCDE1234F", "ABCPE0000F", "abcpe1234f", "ABCPE1234", "ABCPE1234FG", "XABCPE1234F", "ABCPE12345"});
}

TEST_CASE("IBANs have their country's length and check digits") {
  finds("pii.iban", {"DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "de89 3704 0044 0532 0130 00",
                     "GB82 WEST 1234 5698 7654 32", "IBAN:NO9386011117947;"});
  finds_nothing({"DE89370400440532013001", "DE8937040044053201300", "DE893704004405320130000", "ZZ89370400440532013000",
                 "XDE89370400440532013000"});
}

TEST_CASE("US passports need the word nearby") {
  finds("pii.us_passport", {"passport C12345678", "Passport no. C12345678", "C12345678 (passport)"});
  finds_nothing({"C12345678", "part C12345678", "passport c12345678", "passport C1234567", "passport C123456789",
                 "passport\n................................................ C12345678"});
}

TEST_CASE("AWS access keys have a known prefix and sixteen more characters") {
  finds("pii.aws_access_key", {"AKIAIOSFODNN7EXAMPLE", "key=ASIAIOSFODNN7EXAMPLE;", "\"AKIAIOSFODNN7EXAMPLE\""});
  finds_nothing({"AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPLES", "akiaiosfodnn7example", "XAKIAIOSFODNN7EXAMPLE",
                 "AKIBIOSFODNN7EXAMPLE"});
}

TEST_CASE("overlapping matches are reported once, the longest") {
  CHECK(found_in("4111 1111 1111 1111") == "pii.credit_card");
  CHECK(found_in("2125550123@example.com phone") == "pii.email");
  CHECK(found_in("212-555-0123@example.com") == "pii.email");
  CHECK(found_in("81.2.69.142 and 81.2.69.143") == "pii.ip_address pii.ip_address");
  CHECK(redacted("a@example.com,b@example.com;4111111111111111") == "[EMAIL],[EMAIL];[CREDIT_CARD]");
}
