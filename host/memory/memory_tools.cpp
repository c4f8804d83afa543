#include "memory/memory_tools.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "model/json_schema.hpp"

namespace platos::memory {
namespace {

using model::Json;

constexpr std::string_view kRememberSchema =
    R"({"type":"object","properties":{"content":{"type":"string","minLength":1,"maxLength":4000},)"
    R"("kind":{"type":"string","enum":["fact","preference","event","relationship"]},"metadata":{"type":"object"}},)"
    R"("required":["content"],"additionalProperties":false})";
constexpr std::string_view kRecallSchema =
    R"({"type":"object","properties":{"query":{"type":"string","minLength":1,"maxLength":2000},"kind":{"type":"string"},)"
    R"("limit":{"type":"integer","minimum":1,"maximum":50}},"required":["query"],"additionalProperties":false})";
constexpr std::string_view kForgetSchema =
    R"({"type":"object","properties":{"memoryId":{"type":"string","minLength":1}},"required":["memoryId"],)"
    R"("additionalProperties":false})";
constexpr std::string_view kListSchema =
    R"({"type":"object","properties":{"kind":{"type":"string"},"limit":{"type":"integer","minimum":1,"maximum":100},)"
    R"("offset":{"type":"integer","minimum":0,"maximum":900}},"additionalProperties":false})";

model::Tool tool(const char* name, const char* description, std::string_view schema, model::Effect effect) {
  model::Tool tool;
  tool.instance = MemoryTools::kInstance;
  tool.name = tool.model_name = name;
  tool.description = description;
  tool.input_schema_json = schema;
  const auto parsed = model::parse_bounded(schema, "schema");
  tool.input_schema = std::make_shared<const model::JsonSchema>(*model::JsonSchema::compile(*parsed));
  tool.effect = effect;
  return tool;
}

std::string text_of(const Json& arguments, const char* member) {
  return model::optional_text(arguments, member).value_or(std::nullopt).value_or("");
}
std::int64_t number_of(const Json& arguments, const char* member, std::int64_t min, std::int64_t max,
                       std::int64_t otherwise) {
  return model::optional_integer(arguments, member, min, max).value_or(std::nullopt).value_or(otherwise);
}

Json row_of(const Memory& memory) {
  const Json wire = to_wire(memory);
  return {{"id", wire["id"]},
          {"content", wire["content"]},
          {"kind", wire["kind"]},
          {"metadata", wire["metadata"]},
          {"createdAt", wire["createdAt"]}};
}

}  // namespace

MemoryTools::MemoryTools(Memories& memories) : memories_(memories) {
  tools_ = {tool("remember", "Keep something about this user for later conversations.", kRememberSchema,
                 model::Effect::Idempotent),
            tool("recall", "Search what is remembered about this user.", kRecallSchema, model::Effect::Read),
            tool("forget", "Delete one memory of this user by its id.", kForgetSchema, model::Effect::Idempotent),
            tool("list_memories", "List what is remembered about this user.", kListSchema, model::Effect::Read)};
}

Task<Result<std::string>> MemoryTools::invoke(ports::CallContext context, std::string tool, std::string arguments_json,
                                              base::CancelToken cancel) {
  auto arguments = model::parse_bounded(arguments_json, "the arguments");
  if (!arguments) co_return fail(arguments.error());
  if (tool == "remember") co_return co_await remember(std::move(context), std::move(*arguments), std::move(cancel));
  if (tool == "recall") co_return co_await recall(std::move(context), std::move(*arguments), std::move(cancel));
  if (tool == "forget") co_return co_await forget(std::move(context), std::move(*arguments), std::move(cancel));
  co_return co_await list(std::move(context), std::move(*arguments), std::move(cancel));
}

Task<Result<std::string>> MemoryTools::remember(ports::CallContext who, Json arguments, base::CancelToken cancel) {
  Memory memory;
  memory.content = text_of(arguments, "content");
  if (const std::string kind = text_of(arguments, "kind"); !kind.empty()) memory.kind = kind;
  if (arguments.contains("metadata")) memory.metadata_json = model::dump(arguments["metadata"]);
  memory.source = "extracted";
  std::vector<governance::Finding> findings;
  const auto added = co_await memories_.add(std::move(who), std::move(memory), findings, std::move(cancel));
  if (!added) {
    if (added.error().kind == ErrorKind::Cancelled) co_return fail(added.error());
    co_return model::dump({{"saved", false}, {"error", added.error().message}});
  }
  co_return model::dump({{"saved", true}, {"id", added->id}, {"kind", added->kind}});
}

Task<Result<std::string>> MemoryTools::recall(ports::CallContext who, Json arguments, base::CancelToken cancel) {
  Search search;
  search.query = text_of(arguments, "query");
  search.kind = text_of(arguments, "kind");
  search.limit = static_cast<std::uint32_t>(number_of(arguments, "limit", 1, 50, 10));
  const auto hits = co_await memories_.search(std::move(who), search, std::move(cancel));
  if (!hits) co_return fail(hits.error());
  Json results = Json::array();
  for (const auto& hit : *hits) {
    Json row = row_of(hit.memory);
    const double score = hit.cosine > ports::MemoryHit::kNoCosine ? hit.cosine : hit.score;
    row["score"] = std::round(score * 1e4) / 1e4;
    results.push_back(std::move(row));
  }
  co_return model::dump({{"query", search.query}, {"total", results.size()}, {"results", results}});
}

Task<Result<std::string>> MemoryTools::forget(ports::CallContext who, Json arguments, base::CancelToken cancel) {
  const auto gone = co_await memories_.forget(std::move(who), text_of(arguments, "memoryId"), std::move(cancel));
  if (!gone) co_return fail(gone.error());
  co_return model::dump({{"deleted", *gone}});
}

Task<Result<std::string>> MemoryTools::list(ports::CallContext who, Json arguments, base::CancelToken cancel) {
  const auto offset = static_cast<std::size_t>(number_of(arguments, "offset", 0, 900, 0));
  const auto limit = static_cast<std::size_t>(number_of(arguments, "limit", 1, 100, 50));
  const auto page = co_await memories_.list(std::move(who), text_of(arguments, "kind"), "",
                                            static_cast<std::uint32_t>(offset + limit), std::move(cancel));
  if (!page) co_return fail(page.error());
  Json rows = Json::array();
  for (std::size_t i = offset; i < page->memories.size(); ++i) rows.push_back(row_of(page->memories[i]));
  co_return model::dump({{"total", page->total}, {"memories", rows}});
}

}  // namespace platos::memory
