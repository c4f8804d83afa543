#include "extension/adapters/skill_adapter.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "extension/adapters/text_writer.hpp"
#include "extension/adapters/tool_output.hpp"
#include "extension/services/call.hpp"
#include "model/json.hpp"
#include "model/json_schema.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxTools = 1000;
constexpr std::size_t kMaxListBytes = 4 * 1024 * 1024;

tl::unexpected<Error> breach(const std::string& instance, const std::string& what) {
  return fail(ErrorKind::Internal, "plugin_breach", instance + ": " + what);
}

bool is_tool_name(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
  return plain && !name.empty() && name.size() <= 64;
}

Result<model::Tool> read_tool(const model::Json& json, const std::string& instance) {
  auto name = model::required_text(json, "name");
  if (!name) return breach(instance, "a tool's " + name.error().message);
  if (!is_tool_name(*name))
    return breach(instance, "a tool's name must be 1 to 64 of letters, digits, '_', '.', '-', found \"" +
                                base::printable(*name) + "\"");
  const auto description = model::optional_text(json, "description");
  const auto effect = model::optional_text(json, "effect");
  const auto approval = model::optional_bool(json, "requires_approval");
  const auto timeout = model::optional_integer(json, "timeout_ms", 0, 24LL * 3600 * 1000);
  const auto reconcile = model::optional_text(json, "reconcile");
  const auto schema = json.find("input_schema");
  const bool readable =
      description && effect && approval && timeout && reconcile && schema != json.end() && schema->is_object();
  if (!readable)
    return breach(instance,
                  "tool " + *name + ": a member of its description has the wrong type, or input_schema is missing");
  model::Tool tool;
  tool.instance = instance;
  tool.name = *name;
  tool.model_name = model::model_tool_name(instance, *name);
  tool.description = description->value_or("");
  tool.input_schema_json = model::dump(*schema);
  const auto compiled = model::JsonSchema::compile(*schema);
  if (!compiled) return breach(instance, "tool " + *name + ": input_schema: " + compiled.error().message);
  tool.input_schema = std::make_shared<const model::JsonSchema>(*compiled);
  tool.effect = model::effect_from_text(effect->value_or("once"));
  tool.requires_approval = approval->value_or(false);
  tool.timeout_ms = timeout->value_or(0);
  tool.reconcile_tool = reconcile->value_or("");
  return tool;
}

}  // namespace

SkillAdapter::SkillAdapter(std::shared_ptr<Instance> instance, const platos_skill_t* table, WorkerOptions options)
    : instance_(std::move(instance)),
      table_(table),
      calls_(instance_, options, [handle = instance_->handle(), table](platos_call_t& call) {
        if (table->interrupt != nullptr) table->interrupt(handle, &call);
      }) {}

Result<std::shared_ptr<SkillAdapter>> SkillAdapter::make(std::shared_ptr<Instance> instance, WorkerOptions options) {
  const auto table = instance->interface_table<platos_skill_t>(PLATOS_SKILL_INTERFACE);
  if (!table) return fail(table.error());
  if (*table == nullptr || (*table)->list == nullptr || (*table)->invoke == nullptr) {
    return breach(instance->name(), "has no complete table for " PLATOS_SKILL_INTERFACE);
  }
  std::shared_ptr<SkillAdapter> adapter(new SkillAdapter(std::move(instance), *table, options));
  if (auto read = adapter->read_tools(); !read) return fail(read.error());
  return adapter;
}

Result<void> SkillAdapter::read_tools() {
  TextWriter list(kMaxListBytes);
  const auto listed = instance_->call(
      "tool_", [&](platos_error_t* error) { return table_->list(instance_->handle(), list.writer(), error); });
  if (!listed) return listed;
  const auto json = model::parse_bounded(list.text(), instance_->name() + "'s tool list", {kMaxListBytes, 64, 500'000});
  if (!json || !json->is_array() || json->size() > kMaxTools) {
    return breach(instance_->name(), "list() must write a JSON array of at most 1000 tools");
  }
  for (const auto& item : *json) {
    auto tool = read_tool(item, instance_->name());
    if (!tool) return fail(tool.error());
    tools_.push_back(std::move(*tool));
  }
  return {};
}

Task<Result<std::string>> SkillAdapter::invoke(ports::CallContext context, std::string tool, std::string arguments_json,
                                               base::CancelToken cancel) {
  struct Work {
    std::string tool;
    std::string arguments_json;
    std::string result_json;
  };
  auto work = std::make_shared<Work>();
  work->tool = std::move(tool);
  work->arguments_json = std::move(arguments_json);
  std::string what = "a call of " + work->tool;
  BlockingCalls::Body body = [instance = instance_, table = table_, work](platos_call_t& call) -> Result<void> {
    const auto slice = [](const std::string& text) { return platos_slice_t{text.data(), text.size()}; };
    ToolOutput output(instance->logger(), instance->name());
    const auto called = instance->call("tool_", [&](platos_error_t* error) {
      return table->invoke(instance->handle(), &call, slice(work->tool), slice(work->arguments_json), output.sink(),
                           error);
    });
    auto result = output.take();
    const bool broke = !called && called.error().code == "plugin_breach";
    if (!result && !broke) return fail(result.error());
    if (!called) return called;
    work->result_json = std::move(*result);
    return {};
  };
  const auto done = co_await calls_.run(std::move(context), std::move(cancel), std::move(what), std::move(body));
  if (!done) co_return fail(done.error());
  co_return std::move(work->result_json);
}

}  // namespace platos::extension
