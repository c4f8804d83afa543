#include "tools/discovery.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json_schema.hpp"

namespace platos::tools {
namespace {

using model::Json;
using model::Tool;

constexpr std::size_t kMaxIndexes = 32;
constexpr std::size_t kMaxVectors = 20'000;
// More texts than these are not worth what embedding them costs.
constexpr std::size_t kMaxEmbedded = 2000;
constexpr std::size_t kFused = 50;
constexpr double kMinCosine = 0.25;
constexpr std::size_t kMaxCategories = 40;
constexpr std::size_t kMaxLineBytes = 300;

constexpr std::string_view kFindSchema =
    R"({"type":"object","properties":{"query":{"type":"string","minLength":1,"maxLength":2000,)"
    R"("description":"What the tool should do, in a few words"},"source":{"type":"string",)"
    R"("description":"Only tools of this source or category"},"limit":{"type":"integer","description":"1 to 50"}},)"
    R"("required":["query"]})";
constexpr std::string_view kExecutedCall =
    R"({"type":"object","properties":{"tool":{"type":"string","description":"The name that find_tools gave"},)"
    R"("params":{"type":"object","description":"The tool's arguments"},"arguments":{"type":"object"},)"
    R"("args":{"type":"object"},"name":{"type":"string"},"purpose":{"type":"string"}}})";

std::string execute_schema() {
  return R"({"type":"object","properties":{"calls":{"type":"array","minItems":1,"maxItems":)" +
         std::to_string(kMaxExecuted) + R"(,"items":)" + std::string(kExecutedCall) + R"(}},"required":["calls"]})";
}

Tool declare(const char* name, const char* description, std::string_view schema) {
  Tool tool;
  tool.instance = kDiscoveryInstance;
  tool.name = tool.model_name = name;
  tool.description = description;
  tool.input_schema_json = schema;
  tool.input_schema =
      std::make_shared<const model::JsonSchema>(*model::JsonSchema::compile(*model::parse_bounded(schema, "schema")));
  tool.effect = model::Effect::Read;
  tool.category = "discovery";
  return tool;
}

std::vector<const Tool*> pointers_to(const std::vector<model::SharedTool>& tools) {
  std::vector<const Tool*> pointers;
  pointers.reserve(tools.size());
  for (const auto& tool : tools) pointers.push_back(tool.get());
  return pointers;
}

double cosine(const ports::Vector& left, const ports::Vector& right) {
  if (left.size() != right.size()) return 0;
  double product = 0;
  double first = 0;
  double second = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const double a = static_cast<double>(left[i]);
    const double b = static_cast<double>(right[i]);
    product += a * b;
    first += a * a;
    second += b * b;
  }
  return first > 0 && second > 0 ? product / std::sqrt(first * second) : 0;
}

std::string description_of(const std::string& category, const model::ToolsBlock& block) {
  const auto own = block.category_descriptions.find(category);
  return own == block.category_descriptions.end() ? default_description(category) : own->second;
}

}  // namespace

std::string default_description(const std::string& category) {
  static const std::map<std::string, std::string> known = {{"memory", "remember and recall facts about the user"},
                                                           {"discovery", "find and run tools"},
                                                           {"orchestration", "background work"},
                                                           {"approvals", "ask a person"},
                                                           {"artifacts", "documents made in the conversation"},
                                                           {"profile", "the user's profile"},
                                                           {"utility", "small helpers"},
                                                           {"email", "read and send mail"},
                                                           {"calendar", "events and appointments"},
                                                           {"workspace", "shared workspaces"},
                                                           {"crm", "customers and deals"},
                                                           {"tasks", "to-dos"},
                                                           {"projects", "projects and their parts"},
                                                           {"files", "read and write files"},
                                                           {"docs", "text documents"},
                                                           {"sheets", "spreadsheets and tables"},
                                                           {"slides", "presentations"},
                                                           {"search", "search for information"},
                                                           {"incidents", "incidents and alerts"},
                                                           {"forms", "forms and their answers"},
                                                           {"webhooks", "calls to other systems"},
                                                           {"notes", "notes"},
                                                           {"reminders", "reminders"},
                                                           {"entity", "tools of connected systems"},
                                                           {"skills", "tools of installed skills"}};
  const auto found = known.find(category);
  return found == known.end() ? std::string() : found->second;
}

const Tool& find_tools_tool() {
  static const Tool tool = declare(kFindTools,
                                   "Search the tools that may be used here. Gives names, what they do and their "
                                   "parameters; run what was found with execute_tools.",
                                   kFindSchema);
  return tool;
}

const Tool& execute_tools_tool() {
  static const Tool tool =
      declare(kExecuteTools, "Run tools that find_tools gave, several at once if they do not need each other.",
              execute_schema());
  return tool;
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : base::cut_utf8(text, kMaxLineBytes)) line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return line;
}

std::string category_summary(const std::vector<const Tool*>& tools, const model::ToolsBlock& block) {
  std::map<std::string, std::size_t> counts;
  for (const auto* tool : tools) ++counts[model::category_of(*tool)];
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& left, const auto& right) { return left.second > right.second; });
  if (sorted.empty()) return {};
  std::string text = "## Available tool categories\n";
  std::size_t told = 0;
  for (const auto& [category, count] : sorted) {
    if (++told > kMaxCategories) {
      text += "\n- and " + std::to_string(sorted.size() - kMaxCategories) + " more";
      break;
    }
    text += "\n- **" + one_line(category) + "** (" + std::to_string(count) + (count == 1 ? " tool)" : " tools)");
    const std::string description = description_of(category, block);
    if (!description.empty()) text += " - " + one_line(description);
  }
  return text + "\n\nSearch them with find_tools, and run what you find with execute_tools.";
}

Discovery::Index Discovery::known_index(std::uint64_t print, std::size_t size) {
  const std::lock_guard lock(mutex_);
  for (auto at = indexes_.begin(); at != indexes_.end(); ++at) {
    if (at->first != print || at->second->size() != size) continue;
    indexes_.splice(indexes_.begin(), indexes_, at);
    return indexes_.front().second;
  }
  return nullptr;
}

Discovery::Index Discovery::make_index(std::uint64_t print, const std::vector<model::SharedTool>& tools) {
  if (auto known = known_index(print, tools.size())) return known;
  auto made = std::make_shared<const SearchIndex>(pointers_to(tools));
  const std::lock_guard lock(mutex_);
  indexes_.emplace_front(print, made);
  if (indexes_.size() > kMaxIndexes) indexes_.pop_back();
  return made;
}

// Ten thousand tools take 40 ms: the loop has others to serve.
Task<Discovery::Index> Discovery::index_of(base::Loop& loop, const std::vector<model::SharedTool>& tools) {
  const std::uint64_t print = fingerprint_of(pointers_to(tools));
  if (auto known = known_index(print, tools.size())) co_return known;
  const auto making = makers_.run(loop, [this, print, tools]() -> Result<Index> { return make_index(print, tools); });
  const auto made = co_await making;
  if (made) co_return *made;
  co_return make_index(print, tools);
}

Task<SearchAnswer> Discovery::search(base::Loop& loop, ports::CallContext context, std::vector<model::SharedTool> tools,
                                     std::string query, std::size_t limit, base::CancelToken cancel) {
  const Index index = co_await index_of(loop, tools);
  SearchAnswer answer;
  auto words = index->search(query, kFused);
  std::vector<SearchHit> meaning;
  if (!embedder_.empty() && tools.size() <= kMaxEmbedded)
    meaning = co_await by_meaning(std::move(context), pointers_to(tools), std::move(query), std::move(cancel));
  answer.by_meaning = !meaning.empty();
  if (answer.by_meaning) {
    answer.hits = fuse(words, meaning, limit);
  } else {
    if (words.size() > limit) words.resize(limit);
    answer.hits = std::move(words);
  }
  co_return answer;
}

Task<std::vector<SearchHit>> Discovery::by_meaning(ports::CallContext context, std::vector<const Tool*> tools,
                                                   std::string query, base::CancelToken cancel) {
  std::vector<SearchHit> hits;
  const auto embedder = plugins_.embedder(embedder_);
  if (!embedder) co_return hits;
  std::vector<std::string> texts;
  for (const auto* tool : tools) texts.push_back(search_text(*tool));
  texts.push_back(std::move(query));
  const auto vectors = co_await vectors_of(*embedder, std::move(context), std::move(texts), std::move(cancel));
  if (!vectors) co_return hits;
  for (std::size_t i = 0; i + 1 < vectors->size(); ++i) {
    const double score = cosine((*vectors)[i], vectors->back());
    if (score >= kMinCosine) hits.push_back({i, score});
  }
  std::stable_sort(hits.begin(), hits.end(),
                   [](const SearchHit& left, const SearchHit& right) { return left.score > right.score; });
  if (hits.size() > kFused) hits.resize(kFused);
  co_return hits;
}

Task<Result<std::vector<ports::Vector>>> Discovery::vectors_of(std::shared_ptr<ports::Embedder> embedder,
                                                               ports::CallContext context,
                                                               std::vector<std::string> texts,
                                                               base::CancelToken cancel) {
  std::vector<ports::Vector> vectors(texts.size());
  std::vector<std::string> keys;
  std::vector<std::size_t> missing;
  for (const auto& text : texts) keys.push_back(embedder->instance() + ":" + base::sha256_hex(text));
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto found = vectors_.find(keys[i]);
      if (found == vectors_.end()) missing.push_back(i);
      if (found != vectors_.end()) vectors[i] = found->second;
    }
  }
  const std::size_t at_once = std::max<std::size_t>(1, embedder->info().max_texts);
  for (std::size_t begin = 0; begin < missing.size(); begin += at_once) {
    const std::size_t end = std::min(missing.size(), begin + at_once);
    std::vector<std::string> batch;
    for (std::size_t i = begin; i < end; ++i) batch.push_back(texts[missing[i]]);
    auto made = co_await embedder->embed(context, std::move(batch), cancel);
    if (!made) co_return fail(made.error());
    const std::lock_guard lock(mutex_);
    if (vectors_.size() + made->size() > kMaxVectors) vectors_.clear();
    for (std::size_t i = begin; i < end && i - begin < made->size(); ++i) {
      vectors[missing[i]] = (*made)[i - begin];
      vectors_[keys[missing[i]]] = std::move((*made)[i - begin]);
    }
  }
  co_return vectors;
}

}  // namespace platos::tools
