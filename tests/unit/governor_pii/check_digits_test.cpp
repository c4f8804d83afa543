#include "check_digits.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

using namespace platos::governor_pii;

namespace {

/// How many of the ten last digits make a number that passes.
template <typename Passes>
int passing_last_digits(std::string number, Passes&& passes) {
  int count = 0;
  for (char last = '0'; last <= '9'; ++last) {
    number.back() = last;
    count += passes(number) ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("exactly one of ten last digits passes Luhn and Verhoeff") {
  for (const char* number : {"4111111111111111", "378282246310005", "30569309025904", "79927398713"}) {
    REQUIRE(passes_luhn(number));
    REQUIRE(passing_last_digits(number, passes_luhn) == 1);
  }
  for (const char* number : {"2363", "234123412346", "999941057058"}) {
    REQUIRE(passes_verhoeff(number));
    REQUIRE(passing_last_digits(number, passes_verhoeff) == 1);
  }
}

TEST_CASE("Verhoeff notices every swap of two different neighbours, which Luhn does not for 0 and 9") {
  const std::string number = "234123412346";
  for (std::size_t i = 0; i + 1 < number.size(); ++i) {
    std::string swapped = number;
    std::swap(swapped[i], swapped[i + 1]);
    REQUIRE(passes_verhoeff(swapped) == (swapped == number));
  }
  REQUIRE(passes_luhn("1099"));
  REQUIRE(passes_luhn("1909"));
}

TEST_CASE("card numbers need an issuer's prefix and one of its lengths besides Luhn") {
  for (const char* card :
       {"4222222222222", "4111111111111111", "5555555555554444", "2223003122003222", "378282246310005",
        "371449635398431", "30569309025904", "38520000023237", "6011111111111117", "6011000990139424",
        "3530111333300000", "6200000000000005", "6304000000000000", "4000000000000000006"}) {
    INFO(card);
    REQUIRE(is_card_number(card));
  }
  REQUIRE(passes_luhn("1234567812345670"));
  REQUIRE_FALSE(is_card_number("1234567812345670"));  // no issuer
  REQUIRE(passes_luhn("411111111111116"));
  REQUIRE_FALSE(is_card_number("411111111111116"));  // Visa has no 15 digits
  REQUIRE_FALSE(is_card_number("4111111111111112"));
  REQUIRE_FALSE(is_card_number(""));
}

TEST_CASE("an IBAN has its country's length and is 1 modulo 97") {
  for (const char* iban : {"DE89370400440532013000", "GB82WEST12345698765432", "FR1420041010050500013M02606",
                           "NL91ABNA0417164300", "NO9386011117947", "MT84MALT011000012345MTLCAST001S",
                           "CH9300762011623852957", "LC55HEMM000100010012001200023015"}) {
    INFO(iban);
    REQUIRE(is_iban(iban));
    std::string wrong(iban);
    wrong.back() = wrong.back() == '1' ? '2' : '1';
    REQUIRE_FALSE(is_iban(wrong));
  }
  REQUIRE_FALSE(is_iban("DE8937040044053201300"));
  REQUIRE_FALSE(is_iban("ZZ89370400440532013000"));
  REQUIRE(iban_length('D', 'E') == 22);
  REQUIRE(iban_length('Z', 'Z') == 0);
}
