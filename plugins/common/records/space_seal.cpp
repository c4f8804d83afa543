#include "space_seal.hpp"

#include <algorithm>
#include <map>

namespace platos::records {
namespace {

// 64 bits: two words of one organization hardly ever get the same, and a search that is fooled finds a record too many.
constexpr std::size_t kHashBytes = 8;

std::string hex_of(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char byte : bytes) {
    out += kDigits[static_cast<unsigned char>(byte) >> 4];
    out += kDigits[static_cast<unsigned char>(byte) & 0xF];
  }
  return out;
}

}  // namespace

std::vector<std::string> SpaceSeal::hashed(const std::vector<std::string>& words) const {
  // Most words of a text come again.
  std::vector<std::string> distinct(words);
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.empty()) return {};
  const std::string hashes = sealer_.hash(call_, distinct);
  if (hashes.size() != distinct.size() * PLATOS_SEAL_HASH_BYTES)
    throw sdk::Error(PLATOS_INTERNAL, "the host gave another number of hashes than it was asked for");
  std::map<std::string_view, std::string> by_word;
  for (std::size_t i = 0; i < distinct.size(); ++i)
    by_word.emplace(distinct[i], hex_of(std::string_view(hashes).substr(i * PLATOS_SEAL_HASH_BYTES, kHashBytes)));
  std::vector<std::string> out;
  out.reserve(words.size());
  for (const std::string& word : words) out.push_back(by_word.at(word));
  return out;
}

std::string SpaceSeal::place(std::string_view id, std::string_view part) const {
  // Lengths keep two names from meaning the same place.
  return std::to_string(space_.collection.size()) + ":" + std::string(space_.collection) + std::to_string(id.size()) +
         ":" + std::string(id) + std::string(part);
}

}  // namespace platos::records
