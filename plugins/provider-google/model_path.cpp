#include "model_path.hpp"

#include "common/provider/json_reading.hpp"
#include "common/provider/safe_text.hpp"

namespace platos::provider_google {
namespace {

constexpr std::string_view kFolder = "models/";
constexpr std::size_t kMaxQuotedModelBytes = 120;

void append_escaped(std::string& out, char byte) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto code = static_cast<unsigned char>(byte);
  out += '%';
  out += kHex[code >> 4];
  out += kHex[code & 15];
}

}  // namespace

std::string model_path(std::string_view model) {
  const std::string_view id = model.starts_with(kFolder) ? model.substr(kFolder.size()) : model;
  const bool is_other_path =
      id.empty() || id == "." || id.find('/') != std::string_view::npos || id.find("..") != std::string_view::npos;
  if (is_other_path) {
    throw WrongType("a model id without '/' and \"..\"", "model", in_quotes(printable(model, kMaxQuotedModelBytes)));
  }
  std::string path(kFolder);
  for (const char byte : id) {
    if (is_name_letter(byte) || byte == '.' || byte == '~') {
      path += byte;
    } else {
      append_escaped(path, byte);
    }
  }
  return path;
}

}  // namespace platos::provider_google
