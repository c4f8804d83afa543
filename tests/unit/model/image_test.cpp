#include "model/image.hpp"

#include <catch2/catch.hpp>

#include "support/image_bytes.hpp"

using namespace platos;
using namespace platos::tests;

namespace {

void check_facts(const std::string& bytes, model::ImageFormat format, std::int64_t width, std::int64_t height) {
  const auto facts = model::read_image(bytes);
  REQUIRE(facts);
  CHECK(facts->format == format);
  CHECK(facts->width == width);
  CHECK(facts->height == height);
}

void check_refused(const std::string& bytes, const std::string& found) {
  const auto facts = model::read_image(bytes);
  REQUIRE_FALSE(facts);
  CHECK(facts.error().code == "image_unreadable");
  INFO(facts.error().message);
  CHECK(facts.error().message.find(found) != std::string::npos);
}

}  // namespace

TEST_CASE("format and size are read from the header") {
  check_facts(png_bytes(1024, 1792), model::ImageFormat::Png, 1024, 1792);
  check_facts(jpeg_bytes(640, 480), model::ImageFormat::Jpeg, 640, 480);
  check_facts(webp_bytes("VP8 ", 320, 200), model::ImageFormat::WebP, 320, 200);
  check_facts(webp_bytes("VP8L", 16383, 2), model::ImageFormat::WebP, 16383, 2);
  check_facts(webp_bytes("VP8X", 4000, 3000), model::ImageFormat::WebP, 4000, 3000);
  CHECK(model::mime_of(model::ImageFormat::WebP) == "image/webp");
  CHECK(model::extension_of(model::ImageFormat::Jpeg) == "jpg");
}

TEST_CASE("what is no image is told by its first bytes") {
  check_refused("", "nothing");
  check_refused("<!DOCTYPE html><html>", "<!DOCTYPE html>");
  check_refused("GIF89a" + std::string(40, 'x'), "GIF89a");
  check_refused(std::string(40, '\0'), "???");
  check_refused("RIFF\x24\0\0\0WAVEfmt ", "RIFF");
}

TEST_CASE("sides that cannot be are refused") {
  check_refused(png_bytes(0, 10), "0 x 10");
  check_refused(png_bytes(10, 0), "10 x 0");
  check_refused(png_bytes(0x7FFFFFFF, 10), "2147483647 x 10");
  check_refused(jpeg_bytes(10, 0), "10 x 0");
  check_refused(webp_bytes("VP8X", 100'000, 10), "100000 x 10");
}

TEST_CASE("a file that was cut anywhere is refused, and never read beyond its end") {
  for (const std::string& whole : {png_bytes(16, 16), jpeg_bytes(16, 16), webp_bytes("VP8 ", 16, 16),
                                   webp_bytes("VP8L", 16, 16), webp_bytes("VP8X", 16, 16)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      // A copy of its own, so that a sanitizer sees a byte too many.
      const std::string cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK_FALSE(model::read_image(cut));
    }
    CHECK(model::read_image(whole));
  }
}

TEST_CASE("segments that lead nowhere end the search") {
  check_refused(std::string("\xFF\xD8\xFF\xE0\x00\x00", 6) + std::string(64, 'x') + "\xFF\xD9", "cut or broken");
  check_refused(std::string("\xFF\xD8\xFF\xE0\xFF\xFF", 6) + std::string(64, 'x') + "\xFF\xD9", "cut or broken");
  check_refused("\xFF\xD8" + std::string(100'000, '\xFF'), "cut or broken");
  std::string other_chunk = png_bytes(16, 16);
  other_chunk.replace(12, 4, "IDAT");
  check_refused(other_chunk, "cut or broken");
}
