// A skill in raw C tables with one tool, "act". Configuration: {"do": "...", "effect": "..."}.
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

#include "rogue-kit/rogue_kit.hpp"

using platos::sdk::slice;
using platos::sdk::view;

namespace {

struct Tools {
  Tools(const platos_host_t*, std::string_view config)
      : does(rogue::member(config, "do")), effect(rogue::member(config, "effect")) {}
  std::string does;
  std::string effect;
};

std::int32_t list(platos_instance_t* instance, const platos_writer_t* writer, platos_error_t*) {
  const Tools& tools = rogue::object_of<Tools>(instance);
  if (tools.does == "list_throws") throw std::runtime_error("thrown by list");
  if (tools.does == "list_hangs") rogue::hang();
  if (tools.does == "list_not_json") return rogue::write(writer, "[{\"name\": oops");
  if (tools.does == "list_object") return rogue::write(writer, "{}");
  if (tools.does == "list_size_lies") return writer->write(writer->context, {nullptr, 10});
  std::string name = "act";
  if (tools.does == "name_hostile") name = "../../etc/passwd; rm -rf";
  if (tools.does == "name_empty") name = "";
  if (tools.does == "name_long") name = std::string(65, 'a');
  std::string schema = R"({"type":"object"})";
  if (tools.does == "schema_is_text") schema = R"("object")";
  const std::string text = R"([{"name":")" + name + R"(","description":"A fixture","input_schema":)" + schema +
                           R"(,"effect":")" + tools.effect + R"("}])";
  return rogue::write(writer, text);
}

std::int32_t emit(const platos_tool_sink_t* sink, std::int32_t kind, platos_slice_t data) {
  const platos_output_t output = {sizeof output, kind, data, {}};
  return sink->emit(sink->context, &output);
}

std::int32_t invoke(platos_instance_t* instance, platos_call_t*, platos_slice_t, platos_slice_t,
                    const platos_tool_sink_t* sink, platos_error_t*) {
  const std::string& does = rogue::object_of<Tools>(instance).does;
  if (does == "invoke_throws") throw 42;
  if (does == "invoke_hangs") rogue::hang();
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

}  // namespace

ROGUE_ENTRY(Tools, kSkill, PLATOS_SKILL_INTERFACE);
