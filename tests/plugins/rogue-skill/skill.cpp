// A skill in raw C tables with one tool, "act". Configuration: {"do": "...", "effect": "..."}.
#include <unistd.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

#include "platos/cpp/slice.hpp"
#include "platos/platos.h"

using platos::sdk::slice;
using platos::sdk::view;

namespace {

struct Tools {
  std::string does;
  std::string effect;
};

std::string member(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const auto at = json.find(key);
  if (at == std::string_view::npos) return {};
  const auto begin = at + key.size();
  return std::string(json.substr(begin, json.find('"', begin) - begin));
}

Tools& tools_of(platos_instance_t* handle) { return *reinterpret_cast<Tools*>(handle); }

std::int32_t list(platos_instance_t* instance, const platos_writer_t* writer, platos_error_t*) {
  const Tools& tools = tools_of(instance);
  if (tools.does == "list_throws") throw std::runtime_error("thrown by list");
  if (tools.does == "list_hangs") {
    for (;;) ::pause();
  }
  if (tools.does == "list_not_json") return writer->write(writer->context, slice("[{\"name\": oops"));
  if (tools.does == "list_object") return writer->write(writer->context, slice("{}"));
  if (tools.does == "list_size_lies") return writer->write(writer->context, {nullptr, 10});
  std::string name = "act";
  if (tools.does == "name_hostile") name = "../../etc/passwd; rm -rf";
  if (tools.does == "name_empty") name = "";
  if (tools.does == "name_long") name = std::string(65, 'a');
  std::string schema = R"({"type":"object"})";
  if (tools.does == "schema_is_text") schema = R"("object")";
  const std::string text = R"([{"name":")" + name + R"(","description":"A fixture","input_schema":)" + schema +
                           R"(,"effect":")" + tools.effect + R"("}])";
  return writer->write(writer->context, slice(text));
}

std::int32_t emit(const platos_tool_sink_t* sink, std::int32_t kind, platos_slice_t data) {
  const platos_output_t output = {sizeof output, kind, data, {}};
  return sink->emit(sink->context, &output);
}

std::int32_t invoke(platos_instance_t* instance, platos_call_t*, platos_slice_t, platos_slice_t,
                    const platos_tool_sink_t* sink, platos_error_t*) {
  const std::string& does = tools_of(instance).does;
  if (does == "invoke_throws") throw 42;
  if (does == "invoke_hangs") {
    for (;;) ::pause();
  }
  if (does == "output_not_json") return emit(sink, PLATOS_OUTPUT_JSON, slice("{not json"));
  if (does == "output_null") return sink->emit(sink->context, nullptr);
  if (does == "output_size_lies") return emit(sink, PLATOS_OUTPUT_TEXT, {nullptr, 10});
  if (does == "output_half_character") return emit(sink, PLATOS_OUTPUT_TEXT, slice("caf\xC3"));
  if (does == "output_endless") {
    // Deaf to the sink's refusal: seventeen pieces of a MiB.
    const std::string piece(1024 * 1024, 'x');
    for (int i = 0; i < 17; ++i) (void)emit(sink, PLATOS_OUTPUT_TEXT, slice(piece));
    return PLATOS_OK;
  }
  return emit(sink, PLATOS_OUTPUT_TEXT, slice("acted"));
}

const platos_skill_t kSkill = {sizeof(platos_skill_t), 0, list, invoke, nullptr};

std::int32_t create(const platos_host_t*, platos_slice_t config, platos_instance_t** instance, platos_error_t*) {
  *instance =
      reinterpret_cast<platos_instance_t*>(new Tools{member(view(config), "do"), member(view(config), "effect")});
  return PLATOS_OK;
}

void destroy(platos_instance_t* instance) { delete &tools_of(instance); }

const void* get_interface(platos_instance_t*, const char* id) {
  return std::string_view(id) == PLATOS_SKILL_INTERFACE ? &kSkill : nullptr;
}

const platos_component_t kComponent = {
    sizeof(platos_component_t), 0, "main", PLATOS_SKILL_INTERFACE, nullptr, create, destroy, get_interface};

std::uint32_t component_count() { return 1; }
const platos_component_t* component_at(std::uint32_t index) { return index == 0 ? &kComponent : nullptr; }

}  // namespace

const platos_plugin_entry_t platos_plugin_v1 = {PLATOS_PLUGIN_MAGIC,
                                                sizeof(platos_plugin_entry_t),
                                                PLATOS_SDK_GENERATION,
                                                PLATOS_SDK_TARGET,
                                                0,
                                                ROGUE_ID,
                                                "1.0.0",
                                                PLATOS_SDK_VERSION,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                component_count,
                                                component_at};
