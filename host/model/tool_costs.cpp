#include "model/tool_costs.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json.hpp"

namespace platos::model {
namespace {

constexpr std::string_view kPackagePrefix = "package:";
constexpr std::string_view kUsageMember = "_usage";
constexpr double kMicroUsdPerCent = 10'000;
constexpr double kMaxCents = 1'000'000;
constexpr std::int64_t kMaxUnits = 1'000'000'000;
constexpr std::size_t kMaxProviderBytes = 64;
constexpr std::size_t kMaxResultBytes = 16 * 1024 * 1024;

std::optional<std::int64_t> micro_usd_of_cents(const Json& json) {
  if (!json.is_number()) return std::nullopt;
  const double cents = json.get<double>();
  if (!(cents >= 0) || cents > kMaxCents) return std::nullopt;
  return std::llround(cents * kMicroUsdPerCent);
}

std::int64_t units_of(const Json& usage, const char* member) {
  const auto found = usage.find(member);
  if (found == usage.end() || !found->is_number()) return 0;
  const double units = found->get<double>();
  return units >= 0 && units <= static_cast<double>(kMaxUnits) ? std::llround(units) : 0;
}

tl::unexpected<Error> invalid_prices(const std::string& where, const std::string& what) {
  return fail(ErrorKind::InvalidArgument, "tool_prices_invalid", where + ": " + what);
}

Result<std::vector<std::string>> names_of(const Json& entry, const char* member, const std::string& where) {
  const auto found = entry.find(member);
  std::vector<std::string> names;
  if (found != entry.end() && found->is_array()) {
    for (const auto& each : *found) {
      if (each.is_string()) names.push_back(each.get<std::string>());
    }
  }
  if (names.empty() || names.size() != found->size())
    return invalid_prices(where, std::string(member) + ": expected a list of names");
  return names;
}

}  // namespace

std::string_view skill_of(const Tool& tool) {
  const std::string_view instance = tool.instance;
  if (instance.starts_with("platos.") || instance.starts_with("entity:") || instance == "package:*") return {};
  return instance.starts_with(kPackagePrefix) ? instance.substr(kPackagePrefix.size()) : instance;
}

std::optional<ToolUsage> take_usage(std::string& result_json, std::int64_t otherwise) {
  if (result_json.find(kUsageMember) == std::string::npos) return std::nullopt;
  auto result = parse_bounded(result_json, "a result", {kMaxResultBytes, 64, 1'000'000});
  if (!result || !result->is_object()) return std::nullopt;
  const auto found = result->find(kUsageMember);
  if (found == result->end()) return std::nullopt;
  ToolUsage usage;
  usage.cost_micro_usd = otherwise;
  if (found->is_object()) {
    usage.input_units = units_of(*found, "inputUnits");
    usage.output_units = units_of(*found, "outputUnits");
    usage.cost_micro_usd = micro_usd_of_cents(found->value("costCents", Json())).value_or(otherwise);
    const auto provider = optional_text(*found, "provider");
    if (provider && *provider && !(*provider)->empty()) usage.provider = base::printable(**provider, kMaxProviderBytes);
  }
  result->erase(found);
  result_json = dump(*result);
  return usage;
}

Result<ToolPrices::Price> ToolPrices::read_price(const Json& entry, const std::string& where) {
  const auto cents = entry.find("cents");
  const auto argument = optional_text(entry, "argument");
  const auto usual = optional_text(entry, "usual");
  if (!argument) return invalid_prices(where, argument.error().message);
  if (!usual) return invalid_prices(where, usual.error().message);
  const bool is_shaped = cents != entry.end() && (*argument ? cents->is_object() : cents->is_number());
  if (!is_shaped)
    return invalid_prices(where, *argument ? "cents: expected an object of prices" : "cents: expected a number from 0");
  Price price{argument->value_or(""), usual->value_or(""), {}};
  const Json prices = *argument ? *cents : Json{{"", *cents}};
  for (const auto& [value, each] : prices.items()) {
    const auto micro_usd = micro_usd_of_cents(each);
    if (!micro_usd) return invalid_prices(where, "cents: expected numbers from 0 to 1000000");
    price.by_value.emplace(value, *micro_usd);
  }
  if (*argument && !price.by_value.contains(price.usual))
    return invalid_prices(where, "usual: expected one of the values that have a price");
  return price;
}

Result<void> ToolPrices::add(std::string_view text, const std::string& path) {
  const auto file = parse_bounded(text, path);
  if (!file) return fail(file.error());
  const auto version = file->is_object() ? file->find("tools") : file->end();
  if (!file->is_object() || version == file->end() || *version != 1)
    return invalid_prices(path, "expected an object with \"tools\": 1");
  const auto entries = file->find("entries");
  if (entries == file->end() || !entries->is_array()) return invalid_prices(path, "entries: expected an array");
  std::map<std::pair<std::string, std::string>, Price> read;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const Json& entry = (*entries)[i];
    const std::string where = path + ": entries[" + std::to_string(i) + "]";
    if (!entry.is_object()) return invalid_prices(where, "expected an object, found " + kind_of(entry));
    const auto skills = names_of(entry, "skills", where);
    const auto tools = names_of(entry, "tools", where);
    const auto price = read_price(entry, where);
    if (!skills) return fail(skills.error());
    if (!tools) return fail(tools.error());
    if (!price) return fail(price.error());
    for (const auto& skill : *skills) {
      for (const auto& tool : *tools) read.insert_or_assign({skill, tool}, *price);
    }
  }
  for (auto& [key, price] : read) prices_.insert_or_assign(key, std::move(price));
  return {};
}

std::int64_t ToolPrices::estimate(const Tool& tool, std::string_view arguments_json) const {
  const auto found = prices_.find(std::pair(std::string(skill_of(tool)), tool.name));
  if (found == prices_.end()) return 0;
  const Price& price = found->second;
  std::string value = price.usual;
  if (!price.argument.empty()) {
    const auto arguments = parse_bounded(arguments_json, "the arguments");
    const auto given = arguments && arguments->is_object() ? optional_text(*arguments, price.argument)
                                                           : Result<std::optional<std::string>>();
    if (given && *given) value = **given;
  }
  const auto of_value = price.by_value.find(value);
  return of_value != price.by_value.end() ? of_value->second : price.by_value.find(price.usual)->second;
}

}  // namespace platos::model
