#include "cli/table.hpp"

#include <algorithm>

#include "cli/terminal.hpp"

namespace platos::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kMinColumn = 4;

std::vector<std::size_t> widths_of(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()), 0);
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], columns_of(line[i]));
  }
  return widths;
}

void shrink(std::vector<std::size_t>& widths, std::size_t width) {
  const auto total = [&widths] {
    std::size_t sum = widths.empty() ? 0 : kGap * (widths.size() - 1);
    for (const std::size_t each : widths) sum += each;
    return sum;
  };
  while (total() > width) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (widest == widths.end() || *widest <= kMinColumn) return;
    --*widest;
  }
}

std::string format_line(const std::vector<std::string>& line, const std::vector<std::size_t>& widths) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::string cell = cut_to_columns(line[i], widths[i]);
    text += cell;
    if (i + 1 < line.size()) text.append(widths[i] - columns_of(cell) + kGap, ' ');
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

}  // namespace

std::string format_table(const Table& table, std::size_t width) {
  std::vector<std::vector<std::string>> lines = {table.header};
  for (const auto& row : table.rows) {
    auto& line = lines.emplace_back();
    for (const auto& cell : row) line.push_back(cell.empty() ? "-" : safe_line(cell));
  }
  auto widths = widths_of(lines);
  if (width > 0) shrink(widths, width);
  std::string text;
  for (const auto& line : lines) text += format_line(line, widths);
  return text;
}

std::string format_fields(const Fields& fields) {
  std::size_t widest = 0;
  for (const auto& field : fields) widest = std::max(widest, columns_of(safe_line(field.first)));
  std::string text;
  for (const auto& [raw_name, value] : fields) {
    const std::string name = safe_line(raw_name);
    text += name + std::string(widest - columns_of(name) + kGap, ' ');
    for (const char c : value.empty() ? std::string("-") : SafeText().clean(value)) {
      text += c;
      if (c == '\n') text.append(widest + kGap, ' ');
    }
    text.erase(text.find_last_not_of(" \n") + 1);
    text += '\n';
  }
  return text;
}

std::string short_time(const std::string& iso8601) {
  if (iso8601.size() < 20 || iso8601[10] != 'T' || iso8601.back() != 'Z') return iso8601;
  return iso8601.substr(0, 10) + ' ' + iso8601.substr(11, 8) + 'Z';
}

}  // namespace platos::cli
