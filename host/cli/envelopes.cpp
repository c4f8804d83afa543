// platos secrets open-v1: rows of the first Platos, read from standard input, without their envelopes.
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/environment.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/output.hpp"
#include "model/json.hpp"
#include "secrets/v1_envelope.hpp"

namespace platos::cli {
namespace {

using model::Json;

constexpr std::string_view kMessageKey = "PLATOS_MESSAGE_ENCRYPTION_KEY";
constexpr std::string_view kSecretKey = "PLATOS_ENCRYPTION_KEY";
constexpr std::string_view kMark = R"({"__platos_enc")";
/// Of the key for what `--field` names; versions of the message key begin with 1.
constexpr std::int64_t kSecretVersion = 0;
constexpr std::size_t kMaxRowBytes = 64 * 1024 * 1024;

Result<secrets::V1Keys> keys_of_environment() {
  secrets::V1Keys keys;
  Result<void> done;
  const auto set = [&](std::int64_t version, std::string_view key) {
    if (done && !key.empty()) done = keys.set(version, key);
  };
  base::for_each_variable([&](std::string_view name, std::string_view value) {
    std::uint64_t version = 0;
    if (name == kSecretKey) set(kSecretVersion, value);
    if (name == kMessageKey && !keys.has(1)) set(1, value);
    if (!name.starts_with(std::string(kMessageKey) + "_V")) return;
    if (base::parse_uint64(name.substr(kMessageKey.size() + 2), version) && version > 0)
      set(static_cast<std::int64_t>(version), value);
  });
  if (!done) return fail(done.error());
  return keys;
}

bool is_envelope(const Json& value) {
  return value.is_object() && value.contains("__platos_enc") && value.value("ct", Json()).is_string();
}

/// Opens in place. A text that a column kept as JSON stays a text: of JSON, opened.
Result<void> open_in(const secrets::V1Keys& keys, Json& value) {
  if (is_envelope(value)) {
    const Json version = value.value("v", Json(1));
    auto text =
        keys.open(version.is_number_integer() ? version.get<std::int64_t>() : 1, value["ct"].get<std::string>());
    if (!text) return fail(text.error());
    auto opened = Json::parse(*text, nullptr, false);
    if (opened.is_discarded())
      return fail(ErrorKind::DataLoss, "envelope_unreadable", "an envelope does not hold JSON");
    value = std::move(opened);
    return {};
  }
  if (value.is_string() && value.get_ref<const std::string&>().starts_with(kMark)) {
    auto inner = Json::parse(value.get_ref<const std::string&>(), nullptr, false);
    if (!is_envelope(inner)) return {};
    if (auto done = open_in(keys, inner); !done) return done;
    value = model::dump(inner);
    return {};
  }
  if (!value.is_structured()) return {};
  for (auto& item : value) {
    if (auto done = open_in(keys, item); !done) return done;
  }
  return {};
}

/// Moves the field out of the row: what users wrote may look like an envelope, and is none.
Result<void> open_packed(const secrets::V1Keys& keys, std::int64_t version, Json& row, const std::string& field,
                         Json& opened) {
  const auto found = row.find(field);
  if (found == row.end() || !found->is_string()) return {};
  auto text = keys.open(version, found->get<std::string>());
  if (!text) return fail(text.error());
  opened[field] = std::move(*text);
  row.erase(found);
  return {};
}

Result<void> open_row(const secrets::V1Keys& keys, const std::vector<std::string>& fields, Json& row) {
  Json opened = Json::object();
  const Json version = row.value("encKeyVersion", Json());
  if (version.is_number_integer() && version.get<std::int64_t>() > 0) {
    for (const char* field : {"content", "thinkingContent"}) {
      if (auto done = open_packed(keys, version.get<std::int64_t>(), row, field, opened); !done) return done;
    }
    row["encKeyVersion"] = nullptr;
  }
  for (const auto& field : fields) {
    if (auto done = open_packed(keys, kSecretVersion, row, field, opened); !done) return done;
  }
  // A plain message stands as its user wrote it, too.
  for (const char* field : {"content", "thinkingContent"}) {
    const auto plain = row.find(field);
    if (plain == row.end() || !plain->is_string()) continue;
    opened[field] = std::move(*plain);
    row.erase(plain);
  }
  if (auto done = open_in(keys, row); !done) return done;
  row.update(opened);
  return {};
}

Result<void> open_all(const std::vector<std::string>& fields) {
  const auto keys = keys_of_environment();
  if (!keys) return fail(keys.error());
  std::size_t number = 0;
  for (std::string line; std::getline(std::cin, line);) {
    ++number;
    if (base::trim(line).empty()) continue;
    auto parsed = model::parse_bounded(line, "the row", {kMaxRowBytes, 200, 1'000'000});
    Json row = parsed ? std::move(*parsed) : Json();
    Result<void> done = row.is_object() ? open_row(*keys, fields, row)
                                        : fail(ErrorKind::InvalidArgument, "not_a_row", "expected a JSON object");
    if (!parsed) done = fail(parsed.error());
    if (!done) {
      Error error = done.error();
      error.message = "line " + std::to_string(number) + ": " + error.message;
      return fail(error);
    }
    // Who reads rows for hours hears at once that they go nowhere; the program then tells why.
    if (!(std::cout << model::dump(row) << '\n')) break;
  }
  return {};
}

}  // namespace

void define_envelopes(const Commands& commands, CLI::App& secrets) {
  auto* open = add_command(secrets, "open-v1",
                           "Read rows of the first Platos, as JSON lines, and write them without their envelopes. Keys "
                           "come from PLATOS_MESSAGE_ENCRYPTION_KEY, its _V<N>, and PLATOS_ENCRYPTION_KEY",
                           "platos secrets open-v1 < messages.jsonl > plain.jsonl");
  auto fields = std::make_shared<std::vector<std::string>>();
  open->add_option("--field", *fields, "A field that PLATOS_ENCRYPTION_KEY sealed, such as serviceSecret");
  open->callback([&action = commands.action, fields] {
    action = [fields]() -> int {
      const auto done = open_all(*fields);
      return done ? kExitOk : report(done.error());
    };
  });
}

}  // namespace platos::cli
