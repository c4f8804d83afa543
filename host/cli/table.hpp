// Aligned text: tables with a header line, and lists of fields.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace platos::cli {

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< as many cells as the header; foreign text is made safe here
};

/// `width` 0: nothing is cut. Else the widest columns give way until a line fits.
std::string format_table(const Table& table, std::size_t width);

using Fields = std::vector<std::pair<std::string, std::string>>;

/// "name   value" lines. Further lines of a value stand below its first.
std::string format_fields(const Fields& fields);

/// "2030-01-01T00:00:00.000Z" -> "2030-01-01 00:00:00Z"; anything else as it is.
std::string short_time(const std::string& iso8601);

}  // namespace platos::cli
