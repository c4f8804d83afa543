// Images of one colour, which the prompt decides. Useless as art, complete as a plugin.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <platos/cpp/image.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace {

namespace sdk = platos::sdk;

constexpr std::uint32_t kSide = 64;
constexpr std::size_t kPieceBytes = 4096;

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFFU);
  return bytes;
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1U ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

std::uint32_t adler32(std::string_view bytes) {
  std::uint32_t low = 1, high = 0;
  for (const char byte : bytes) {
    low = (low + static_cast<unsigned char>(byte)) % 65521;
    high = (high + low) % 65521;
  }
  return high << 16 | low;
}

std::string chunk(const std::string& name, const std::string& content) {
  return big_endian(static_cast<std::uint32_t>(content.size())) + name + content + big_endian(crc32(name + content));
}

/// A PNG whose pixels are stored without compression, in one block of at most 65535 bytes.
std::string png_of(std::array<char, 3> colour) {
  std::string pixels;
  for (std::uint32_t row = 0; row < kSide; ++row) {
    pixels += '\0';  // no filter
    for (std::uint32_t column = 0; column < kSide; ++column) pixels.append(colour.data(), colour.size());
  }
  const auto size = static_cast<std::uint32_t>(pixels.size());
  std::string stored("\x78\x01\x01", 3);
  for (const std::uint32_t length : {size, ~size}) {
    stored += static_cast<char>(length & 0xFFU);
    stored += static_cast<char>(length >> 8 & 0xFFU);
  }
  stored += pixels + big_endian(adler32(pixels));
  return std::string("\x89PNG\r\n\x1A\n", 8) +
         chunk("IHDR", big_endian(kSide) + big_endian(kSide) + std::string("\x08\x02\0\0\0", 5)) +
         chunk("IDAT", stored) + chunk("IEND", "");
}

class PlainGeneration : public sdk::Generation {
 public:
  explicit PlainGeneration(std::string image) : image_(std::move(image)) {}

  void next(platos_step_t& step, const sdk::ImageSink& sink) override {
    for (std::size_t at = 0; at < image_.size(); at += kPieceBytes)
      sink.piece(at, std::string_view(image_).substr(at, kPieceBytes));
    step.kind = PLATOS_STEP_DONE;
  }

 private:
  const std::string image_;
};

class PlainImages : public sdk::ImageMaker {
 public:
  PlainImages(sdk::Host host, std::string_view) : ImageMaker(host) {}

  void describe(sdk::JsonWriter& out) override {
    out.begin_object().key("model").value("plain-1").key("max_prompt_bytes").value(4000).key("sizes").begin_array();
    out.begin_object().key("width").value(1024).key("height").value(1024).key("cost_micro_usd").value(0).end_object();
    out.end_array().end_object();
  }

  /// The request is borrowed for the call. A real plugin reads its members with a JSON parser.
  std::unique_ptr<sdk::Generation> begin(sdk::Call, std::string_view request_json) override {
    const std::uint32_t number = crc32(request_json);
    return std::make_unique<PlainGeneration>(
        png_of({static_cast<char>(number & 0xFFU), static_cast<char>(number >> 8 & 0xFFU),
                static_cast<char>(number >> 16 & 0xFFU)}));
  }
};

}  // namespace

PLATOS_PLUGIN("com.example.plain-image", "1.0.0", sdk::component<PlainImages>("plain"))
