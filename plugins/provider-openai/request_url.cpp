#include "request_url.hpp"

#include <algorithm>

#include "common/provider/safe_text.hpp"
#include "platos/cpp/error.hpp"
#include "platos/status.h"

namespace platos::provider_openai {
namespace {

constexpr std::size_t kMaxQuotedModelBytes = 120;

bool is_unreserved(char byte) { return is_name_letter(byte) || byte == '.' || byte == '~'; }

std::string percent_encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char byte : text) {
    if (is_unreserved(byte)) {
      encoded += byte;
      continue;
    }
    const auto code = static_cast<unsigned char>(byte);
    encoded += '%';
    encoded += kHex[code >> 4];
    encoded += kHex[code & 15];
  }
  return encoded;
}

bool may_stand_in_path(char byte) {
  return is_unreserved(byte) || std::string_view("/%!$&'()*+,;=:@").find(byte) != std::string_view::npos;
}

}  // namespace

std::string path_problem(std::string_view path) {
  if (!path.starts_with('/')) return "a path that begins with /";
  std::string plain(path);
  if (const std::size_t place = plain.find(kModelPlace); place != std::string::npos) {
    plain.replace(place, kModelPlace.size(), "model");
  }
  if (!std::all_of(plain.begin(), plain.end(), may_stand_in_path)) {
    return "only characters of a URL's path, and {model} once at most";
  }
  if ((plain + '/').find("/./") != std::string::npos || (plain + '/').find("/../") != std::string::npos) {
    return "no segment of dots";
  }
  return {};
}

std::string url_of(const Config& config) {
  std::string url = config.base_url + config.path;
  char separator = '?';
  for (const auto& [name, value] : config.query) {
    if (value.empty()) continue;
    url += separator + percent_encoded(name) + '=' + percent_encoded(value);
    separator = '&';
  }
  return url;
}

std::string url_for_model(const std::string& url, std::string_view model) {
  if (model.empty() || model == "." || model == ".." || model.find_first_of("/\\") != std::string_view::npos) {
    throw sdk::Error(PLATOS_INVALID_ARGUMENT, "chat request: model: expected a name for one segment of a URL, found " +
                                                  in_quotes(printable(model, kMaxQuotedModelBytes)));
  }
  std::string filled = url;
  if (const std::size_t place = filled.find(kModelPlace); place != std::string::npos) {
    filled.replace(place, kModelPlace.size(), percent_encoded(model));
  }
  return filled;
}

}  // namespace platos::provider_openai
