#include "words.hpp"

#include <set>

#include "common/characters.hpp"
#include "limits.hpp"

namespace platos::records {
namespace {

bool is_upper(char byte) { return byte >= 'A' && byte <= 'Z'; }
bool is_lower_or_digit(char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9'); }

/// "getHTTPHeader" is three words: one begins before an upper case letter that follows a small one, and before the last
/// upper case letter of a run when a small one comes next.
bool begins_word(std::string_view text, std::size_t at) {
  if (at == 0 || !is_upper(text[at])) return false;
  if (is_lower_or_digit(text[at - 1])) return true;
  return is_upper(text[at - 1]) && at + 1 < text.size() && text[at + 1] >= 'a' && text[at + 1] <= 'z';
}

/// Bytes of the Han or Kana character at `at`; 0 when it is another.
std::size_t ideograph_bytes(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t offset) { return static_cast<unsigned char>(text[at + offset]); };
  if (byte(0) < 0xE3 || byte(0) > 0xF0) return 0;
  const std::size_t size = byte(0) == 0xF0 ? 4 : 3;
  if (at + size > text.size()) return 0;
  if (size == 4) return byte(1) >= 0xA0 && byte(1) <= 0xB3 ? size : 0;
  const unsigned point = (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
  const bool kana = point >= 0x3041 && point <= 0x30FF;
  const bool han = (point >= 0x3400 && point <= 0x4DBF) || (point >= 0x4E00 && point <= 0x9FFF) ||
                   (point >= 0xF900 && point <= 0xFAFF);
  return kana || han ? size : 0;
}

std::string separated(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (const std::size_t size = ideograph_bytes(text, i); size > 0) {
      out.append(" ").append(text.substr(i, size)).append(" ");
      i += size - 1;
      continue;
    }
    if (begins_word(text, i)) out += ' ';
    out += text[i];
  }
  return out;
}

int collect_word(void* context, int, const char* word, int size, int, int) noexcept {
  try {
    static_cast<std::vector<std::string>*>(context)->emplace_back(
        plugin_common::whole_characters({word, static_cast<std::size_t>(size)}, kWordBytes));
    return SQLITE_OK;
  } catch (...) {
    return SQLITE_NOMEM;
  }
}

// 'x' ends the number, so that space 1 and a word "2..." is not space 12.
std::string prefix_of(std::int64_t space) { return std::to_string(space) + 'x'; }

}  // namespace

fts5_api& fts5_of(Connection& connection) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection.handle(), "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  if (api == nullptr) throw sdk::Error(PLATOS_FAILED_PRECONDITION, "this SQLite library was built without FTS5");
  return *api;
}

WordSplitter::WordSplitter(Connection& connection) : tokenizer_(nullptr, nullptr) {
  void* context = nullptr;
  fts5_api& api = fts5_of(connection);
  if (const int code = api.xFindTokenizer(&api, "unicode61", &context, &functions_); code != SQLITE_OK)
    connection.fail(code);
  const char* options[] = {"remove_diacritics", "2"};
  Fts5Tokenizer* made = nullptr;
  if (const int code = functions_.xCreate(context, options, 2, &made); code != SQLITE_OK) connection.fail(code);
  tokenizer_ = {made, functions_.xDelete};
}

std::vector<std::string> WordSplitter::words(std::string_view content) {
  const std::string parts = separated(content);
  std::vector<std::string> collected;
  const int code = functions_.xTokenize(tokenizer_.get(), &collected, FTS5_TOKENIZE_DOCUMENT, parts.data(),
                                        static_cast<int>(parts.size()), collect_word);
  if (code != SQLITE_OK) throw std::bad_alloc();
  return collected;
}

std::string indexed_text(std::int64_t space, const std::vector<std::string>& words) {
  const std::string prefix = prefix_of(space);
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(prefix).append(word);
  return text;
}

std::string any_of(std::int64_t space, const std::vector<std::string>& words) {
  const std::string prefix = prefix_of(space);
  std::set<std::string_view> seen;
  std::string expression;
  for (const std::string& word : words) {
    if (seen.size() == kQueryWords) break;
    if (!seen.insert(word).second) continue;
    expression.append(expression.empty() ? "\"" : " OR \"").append(prefix).append(word).append("\"");
  }
  return expression;
}

}  // namespace platos::records
