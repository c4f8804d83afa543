#include "table_reader.hpp"

#include <algorithm>

#include "column_names.hpp"
#include "common/characters.hpp"
#include "limits.hpp"
#include "separator.hpp"

namespace platos::skill_csv {
namespace {

using plugin_common::refuse;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool begins_with_word(std::string_view text, std::string_view lower_case_word) {
  return text.size() >= lower_case_word.size() &&
         std::equal(lower_case_word.begin(), lower_case_word.end(), text.begin(),
                    [](char expected, char found) { return expected == found || (expected ^ 0x20) == found; });
}

void refuse_unsupported(std::string_view source) {
  constexpr std::string_view kWhat = "argument \"source\"";
  constexpr std::string_view kExpected = "the text of a CSV document";
  if (source.starts_with("PK\x03\x04")) refuse(kWhat, kExpected, "a workbook (XLSX), which is not supported");
  const std::string_view address = plugin_common::trimmed(source);
  if (address.find_first_of("\r\n") != std::string_view::npos) return;
  for (const std::string_view scheme : {"http://", "https://", "gsheet://", "s3://", "file://"}) {
    if (!begins_with_word(address, scheme)) continue;
    refuse(kWhat, kExpected,
           "an address (" + std::string(scheme) + "); this tool reads nothing itself: fetch it, then pass the text");
  }
}

std::string_view csv_text(std::string_view source) {
  check_limit("argument \"source\"", kInputBytesLimit, "bytes", source.size());
  source.remove_prefix(byte_order_mark_bytes(source));
  refuse_unsupported(source);
  return source;
}

}  // namespace

std::size_t byte_order_mark_bytes(std::string_view source) noexcept {
  return source.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

TableReader::TableReader(std::string_view source, std::optional<char> separator, const Cancellation& cancellation)
    : separator_(separator ? *separator : detect_separator(csv_text(source), cancellation)),
      records_(csv_text(source), separator_, cancellation) {
  if (!records_.next()) return;
  std::vector<std::string_view> names;
  for (const Field& field : records_.fields()) names.push_back(field.text);
  headers_ = unique_column_names(names);
}

bool TableReader::next() {
  if (!records_.next()) return false;
  check_width();
  check_limit("rows of source", kRowLimit, "data rows", ++row_number_);
  return true;
}

void TableReader::check_width() const {
  const std::vector<Field>& fields = records_.fields();
  std::size_t width = fields.size();
  while (width > headers_.size() && fields[width - 1].text.empty()) --width;
  if (width <= headers_.size()) return;
  refuse(records_.where(), "at most the " + std::to_string(headers_.size()) + " cells of the header",
         std::to_string(width) + " cells; quote a cell that holds a separator, or give \"separator\"");
}

}  // namespace platos::skill_csv
