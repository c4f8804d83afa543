// Records that are read are written out again with every field quoted, and read as the same ones.
#include "common/bounded_json.hpp"
#include "date.hpp"
#include "decimal.hpp"
#include "fuzz/property.hpp"
#include "platos/cpp/testing/fake_host.hpp"
#include "separator.hpp"
#include "table_reader.hpp"

using namespace platos;
using namespace platos::skill_csv;
using fuzz::require;

namespace {

using Records = std::vector<std::vector<std::string>>;

/// Throws what RecordReader throws.
Records read(std::string_view text, char separator, const Cancellation& cancellation) {
  RecordReader reader(text, separator, cancellation);
  Records records;
  std::size_t end = 0;
  while (reader.next()) {
    records.emplace_back();
    for (const Field& field : reader.fields()) {
      require(end <= field.begin_bytes && field.begin_bytes <= field.end_bytes && field.end_bytes <= text.size(),
              "fields stand one behind the other");
      end = field.end_bytes;
      records.back().emplace_back(field.text);
    }
  }
  return records;
}

std::string written(const Records& records, char separator) {
  std::string text;
  for (const auto& record : records) {
    for (std::size_t i = 0; i < record.size(); ++i) {
      text += i == 0 ? "\"" : std::string(1, separator) + "\"";
      for (const char byte : record[i]) text += byte == '"' ? std::string("\"\"") : std::string(1, byte);
      text += '"';
    }
    text += "\r\n";
  }
  return text;
}

void check_cell(std::string_view cell) {
  if (const auto number = Decimal::parse(cell, '.')) {
    const std::string text = number->text();
    const auto again = Decimal::parse(text, '.');
    require(again && again->text() == text && !(*again < *number) && !(*number < *again), "a number is exact: " + text);
  }
  if (const auto instant = parse_date(cell)) {
    require(instant->nanoseconds >= 0 && instant->nanoseconds < 1'000'000'000, "an instant is one");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const sdk::testing::FakeHost host;
  static platos_call_t call;
  const Cancellation cancellation(sdk::Call(host.table(), &call, nullptr));
  const std::string_view input = fuzz::text_of(data, size);
  const char separator = detect_separator(input, cancellation);
  require(kSeparators.find(separator) != std::string_view::npos, "the separator is one");
  try {
    const Records records = read(input, separator, cancellation);
    require(read(written(records, separator), separator, cancellation) == records, "records read the same again");
    TableReader table(input, separator, cancellation);
    while (table.next()) {
      for (std::size_t i = 0; i < table.headers().size(); ++i) check_cell(table.cell(i));
    }
  } catch (const sdk::Error& error) {
    require(error.code() == PLATOS_INVALID_ARGUMENT, "text is refused as a bad argument");
  }
  return 0;
}
