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

struct Obeyed {
  unsigned point = 0;
  std::size_t bytes = 0;  ///< 0: there is none
};

/// What JSON allows in its strings and a terminal obeys: DEL, and the C1 controls and direction marks in UTF-8.
Obeyed obeyed_at(std::string_view text) {
  const auto byte = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  if (byte(0) == 0x7F) return {0x7F, 1};
  if (byte(0) == 0xC2 && byte(1) <= 0x9F) return {byte(1), 2};
  if (byte(0) == 0xD8 && byte(1) == 0x9C) return {0x061C, 2};
  const unsigned third = byte(2);
  const bool mark =
      byte(0) == 0xE2 && ((byte(1) == 0x80 && ((third >= 0xAA && third <= 0xAE) || third == 0x8E || third == 0x8F)) ||
                          (byte(1) == 0x81 && third >= 0xA6 && third <= 0xA9));
  if (!mark) return {};
  return {0x2000u + (byte(1) - 0x80u) * 64u + (third - 0x80u), 3};
}

}  // namespace

std::string json_text(const Json& json, int indent) {
  const std::string text = json.dump(indent, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const Obeyed found = obeyed_at(std::string_view(text).substr(i));
    if (found.bytes == 0) {
      safe += text[i++];
      continue;
    }
    char escape[16];
    std::snprintf(escape, sizeof escape, "\\u%04x", found.point);
    safe += escape;
    i += found.bytes;
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
