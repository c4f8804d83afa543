#include "cli/output.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/exit_codes.hpp"
#include "cli/terminal.hpp"

namespace platos::cli {
namespace {

void put(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

std::string value_text(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const auto& item : value) text += (text.empty() ? "" : ", ") + value_text(item);
  return text;
}

}  // namespace

std::string json_text(const Json& json, int indent) {
  std::string text = json.dump(indent, ' ', false, Json::error_handler_t::replace);
  // Inside strings only: DEL, and the C1 controls and direction marks in their UTF-8 form.
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    const auto second = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    const auto third = static_cast<unsigned char>(i + 2 < text.size() ? text[i + 2] : 0);
    unsigned point = 0;
    if (first == 0x7F) point = first;
    if (first == 0xC2 && second <= 0x9F) point = second;
    const bool mark =
        first == 0xE2 && ((second == 0x80 && ((third >= 0xAA && third <= 0xAE) || third == 0x8E || third == 0x8F)) ||
                          (second == 0x81 && third >= 0xA6 && third <= 0xA9));
    if (mark) point = 0x2000u + (second - 0x80u) * 64u + (third - 0x80u);
    if (point == 0) {
      safe += text[i];
      continue;
    }
    char escape[16];
    std::snprintf(escape, sizeof escape, "\\u%04x", point);
    safe += escape;
    i += mark ? 2 : first == 0xC2 ? 1 : 0;
  }
  return safe;
}

void print_json(const Json& json) { put(json_text(json) + "\n"); }

void print_table(const Table& table) { put(format_table(table, find_terminal().width)); }

void print_fields(const Fields& fields) { put(format_fields(fields)); }

int report(const Error& error) {
  std::fflush(stdout);
  std::fprintf(stderr, "platos: %s\n", safe_line(error.message).c_str());
  return exit_code_of(error);
}

std::string text_of(const Json& object, std::string_view member) {
  const auto found = object.find(std::string(member));
  return found == object.end() ? std::string() : value_text(*found);
}

std::string time_of(const Json& object, std::string_view member) { return short_time(text_of(object, member)); }

void note_rest(std::size_t shown, const Json& page) {
  const auto total = page.find("total");
  if (total == page.end() || !total->is_number_unsigned() || total->get<std::size_t>() <= shown) return;
  std::fprintf(stderr, "%zu of %zu shown; --limit and --offset show the rest\n", shown, total->get<std::size_t>());
}

}  // namespace platos::cli
