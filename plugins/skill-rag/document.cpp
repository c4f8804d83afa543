#include "document.hpp"

#include <algorithm>

#include "common/bounded_json.hpp"
#include "common/characters.hpp"
#include "common/clean_text.hpp"
#include "confined_text.hpp"
#include "platos/cpp/error.hpp"

namespace platos::skill_rag {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& byte : out) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return out;
}

Form form_of_bytes(std::string_view name, std::string_view bytes) {
  const std::string path = lower(name.substr(0, name.find_first_of("?#")));
  const std::string begin = lower(plugin_common::trimmed(bytes.substr(0, 256)));
  if (begin.starts_with("%pdf-") || path.ends_with(".pdf")) return Form::Pdf;
  if (begin.starts_with("<!doctype html") || begin.starts_with("<html") || path.ends_with(".html") ||
      path.ends_with(".htm"))
    return Form::Html;
  return path.ends_with(".md") || path.ends_with(".markdown") ? Form::Markdown : Form::Text;
}

std::string without_controls(std::string_view text) {
  std::string out = plugin_common::clean_text(text, std::max<std::size_t>(3, text.size() * 3));
  for (char& byte : out) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == '\f') byte = '\n';
    if ((value < 0x20 && byte != '\n' && byte != '\t') || value == 0x7F) byte = ' ';
  }
  return out;
}

}  // namespace

Form form_of(std::string_view content_type, std::string_view name, std::string_view bytes) {
  const std::string type = lower(plugin_common::trimmed(content_type.substr(0, content_type.find(';'))));
  if (type.empty() || type == "application/octet-stream") return form_of_bytes(name, bytes);
  if (type == "application/pdf") return Form::Pdf;
  if (type == "text/html" || type == "application/xhtml+xml") return Form::Html;
  if (type == "text/markdown" || type == "text/x-markdown") return Form::Markdown;
  if (type == "text/plain") {
    const Form seems = form_of_bytes(name, {});
    return seems == Form::Markdown ? seems : Form::Text;
  }
  if (type.starts_with("text/") || type == "application/json" || type == "application/xml") return Form::Text;
  plugin_common::refuse("type of " + plugin_common::in_quotes(name),
                        "text, Markdown, HTML, JSON, XML or application/pdf", plugin_common::in_quotes(type));
}

std::string charset_of(std::string_view content_type) {
  const std::string all = lower(content_type);
  const auto at = all.find("charset=");
  if (at == std::string::npos) return {};
  std::string value = all.substr(at + 8, all.find(';', at) - at - 8);
  std::erase_if(value, [](char byte) {
    return !((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_');
  });
  return value.substr(0, 40);
}

std::string text_of(const Document& document, const std::string& program, const std::function<void()>& poll) {
  std::string text;
  switch (form_of(document.content_type, document.name, document.bytes)) {
    case Form::Pdf: text = pdf_text(program, document.bytes, poll); break;
    case Form::Html: text = confined_html_text(program, document.bytes, charset_of(document.content_type), poll); break;
    default: text = document.bytes;
  }
  const std::string what = "text of " + plugin_common::in_quotes(document.name);
  if (text.size() > kTextBytesLimit)
    plugin_common::refuse(what, "at most 8 MiB", std::to_string(text.size()) + " bytes");
  text = without_controls(text);
  if (plugin_common::trimmed(text).empty()) plugin_common::refuse(what, "some text", "none");
  return text;
}

}  // namespace platos::skill_rag
