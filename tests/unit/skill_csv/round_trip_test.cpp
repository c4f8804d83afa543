#include <random>
#include <vector>

#include "csv_fixture.hpp"

using nlohmann::json;

namespace platos::skill_csv {
namespace {

using Table = Rows;

/// Random tables and the CSV texts that hold them. The engine's numbers are the same everywhere; the distributions of
/// the standard library are not, so none is used.
class Generator {
 public:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_()) % limit; }

  /// The first record is the header: names that need no change.
  Table table(std::size_t columns) {
    Table table(1 + below(8));
    for (auto& row : table) {
      for (std::size_t i = 0; i < columns; ++i) row.push_back(cell());
    }
    for (std::size_t i = 0; i < columns; ++i) table[0][i] = "h" + std::to_string(i) + table[0][i];
    return table;
  }

  std::string csv(const Table& table, char separator) {
    static constexpr const char* kLineEnds[] = {"\n", "\r\n", "\r"};
    const char* const line_end = kLineEnds[below(3)];
    std::string text = below(4) == 0 ? "\xEF\xBB\xBF" : "";
    for (std::size_t row = 0; row < table.size(); ++row) {
      for (std::size_t i = 0; i < table[row].size(); ++i) {
        if (i > 0) text += separator;
        text += written(table[row][i], separator, table[row].size() == 1);
      }
      if (row + 1 < table.size() || below(2) == 0) text += line_end;
    }
    return text;
  }

  std::string cell() {
    static const std::vector<std::string> kPieces = {"a",
                                                     "1",
                                                     " ",
                                                     ",",
                                                     ";",
                                                     "\t",
                                                     "|",
                                                     "\"",
                                                     "\n",
                                                     "\r",
                                                     "\r\n",
                                                     "\xC3\xA9",
                                                     "\xF0\x9F\x98\x80",
                                                     std::string(1, '\0')};
    std::string text;
    for (std::size_t count = below(6); count > 0; --count) text += kPieces[below(kPieces.size())];
    return below(50) == 0 ? text + std::string(5'000, 'x') : text;
  }

 private:
  std::string written(const std::string& cell, char separator, bool alone) {
    const bool must_quote = (alone && cell.empty()) || cell.starts_with('"') ||
                            cell.find_first_of(std::string("\r\n") + separator) != std::string::npos;
    if (!must_quote && below(3) != 0) return cell;
    std::string quoted = "\"";
    for (const char byte : cell) quoted.append(byte == '"' ? 2 : 1, byte);
    return quoted + "\"";
  }

  std::mt19937 engine_{20'240'229};
};

Table table_of(const json& answer) {
  Table table = answer["rows"].get<Table>();
  table.insert(table.begin(), answer["headers"].get<std::vector<std::string>>());
  return table;
}

}  // namespace

TEST_CASE_METHOD(CsvFixture,
                 "2000 random tables written as CSV are read back as they were, and after a write as changed") {
  Generator random;
  int written = 0;
  for (int i = 0; i < 2'000; ++i) {
    const char separator = ",;\t|"[random.below(4)];
    const std::size_t columns = 1 + random.below(6);
    Table table = random.table(columns);
    const std::string text = random.csv(table, separator);
    json arguments = {{"source", text}, {"separator", std::string(1, separator)}};
    if (table_of(answer("csv_read_sheet", arguments)) != table) FAIL("table " << i << ": " << json(text));

    const std::size_t row = random.below(table.size());
    const std::size_t column = random.below(columns);
    const std::string value = row == 0 ? "changed" + random.cell() : random.cell();
    const std::string name = std::string(1, static_cast<char>('A' + column)) + std::to_string(row + 1);
    arguments.update({{"sheet", "Sheet1"}, {"cell", name}, {"value", value}});
    const json change = answer("csv_write_cell", arguments);
    if (change["previous"] != table[row][column]) FAIL("previous " << i << ": " << json(text));
    table[row][column] = value;
    const json again = {{"source", change["source"]}, {"separator", std::string(1, separator)}};
    if (table_of(answer("csv_read_sheet", again)) != table) FAIL("write " << i << ": " << change);
    ++written;
  }
  CHECK(written == 2'000);
}

}  // namespace platos::skill_csv
