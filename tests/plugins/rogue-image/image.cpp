// Image makers that break the contract, in raw C tables. Configuration: {"mode": "...", "url": "..."}.
#include <array>
#include <stdexcept>

#include "rogue-kit/rogue_kit.hpp"
#include "support/image_bytes.hpp"

namespace {

struct Maker {
  Maker(const platos_host_t* its_host, std::string_view config)
      : host(its_host), mode(rogue::member(config, "mode")), url(rogue::member(config, "url")) {}
  const platos_host_t* host;
  const std::string mode;
  const std::string url;
};

struct Generation {
  Maker* maker;
  int nexts = 0;
};

Maker& maker_of(platos_instance_t* handle) { return rogue::object_of<Maker>(handle); }
Generation& generation_of(platos_generation_t* handle) { return *reinterpret_cast<Generation*>(handle); }

std::int32_t describe(platos_instance_t* instance, const platos_writer_t* writer, platos_error_t*) {
  const std::string& mode = maker_of(instance).mode;
  const auto write = [&](std::string_view sizes) {
    return rogue::write(writer, R"({"model":"rogue","max_prompt_bytes":100,"sizes":)" + std::string(sizes) + "}");
  };
  if (mode == "describe_throws") throw 42;
  if (mode == "describe_no_model") return rogue::write(writer, R"({"max_prompt_bytes":100,"sizes":[]})");
  if (mode == "describe_no_sizes") return write("[]");
  if (mode == "describe_huge_size") return write(R"([{"width":1000000,"height":1}])");
  if (mode == "describe_size_twice") return write(R"([{"width":8,"height":8},{"width":8,"height":8}])");
  return write(R"([{"width":1024,"height":1024,"cost_micro_usd":12345}])");
}

std::int32_t begin(platos_instance_t* instance, platos_call_t*, platos_slice_t, platos_generation_t** generation,
                   platos_error_t* error) {
  Maker& maker = maker_of(instance);
  if (maker.mode == "begin_throws") throw std::runtime_error("thrown by begin");
  if (maker.mode == "begin_fails")
    return rogue::refuse(maker.host, error, PLATOS_INVALID_ARGUMENT, "no such thing can be drawn");
  if (maker.mode == "begin_without_generation") return PLATOS_OK;
  *generation = reinterpret_cast<platos_generation_t*>(new Generation{&maker});
  return PLATOS_OK;
}

/// Deaf to what the sink answers.
void give(const platos_image_sink_t* sink, const std::string& mode) {
  const std::string image = platos::tests::png_bytes(64, 32);
  const auto say = [&](std::uint64_t offset, std::string_view bytes) {
    (void)sink->piece(sink->context, offset, platos::sdk::slice(bytes));
  };
  const auto about = [&](std::string_view json) { (void)sink->about(sink->context, platos::sdk::slice(json)); };
  if (mode == "piece_missing") return;
  if (mode == "piece_nowhere") return (void)sink->piece(sink->context, 0, {nullptr, 100});
  if (mode == "piece_beyond") return say(7, image);
  if (mode == "piece_huge") return (void)sink->piece(sink->context, 0, {image.data(), static_cast<std::size_t>(-1)});
  if (mode == "too_large") {
    const std::string megabyte = image + std::string(1024 * 1024 - image.size(), 'x');
    for (std::uint64_t at = 0; at < 25; ++at) say(at * megabyte.size(), megabyte);
    return;
  }
  if (mode == "wrong_magic") return say(0, "<html>no image here</html>");
  if (mode == "cut") return say(0, std::string_view(image).substr(0, image.size() - 4));
  if (mode == "about_twice") about("{}");
  if (mode == "about_no_object") about("[]");
  if (mode == "about_no_text") about(R"({"revised_prompt":7})");
  about(R"({"revised_prompt":"A rogue"})");
  if (mode == "begins_anew") say(0, std::string_view(image).substr(0, 20));
  for (std::size_t at = 0; at < image.size(); at += 10) say(at, std::string_view(image).substr(at, 10));
}

std::int32_t http(platos_step_t* step, const Maker& maker) {
  static const platos_header_t kKey = {{"x-key", 5}, {"{{secret:token}}", 16}};
  step->kind = PLATOS_STEP_HTTP;
  step->framing = PLATOS_FRAMING_RAW;
  step->method = platos::sdk::slice("GET");
  step->url = platos::sdk::slice(maker.url);
  step->headers = &kKey;
  step->header_count = maker.mode == "asks_with_key" ? 1 : 0;
  return PLATOS_OK;
}

std::int32_t next(platos_generation_t* handle, platos_step_t* step, const platos_image_sink_t* sink,
                  platos_error_t* error) {
  Generation& generation = generation_of(handle);
  Maker& maker = *generation.maker;
  const std::string& mode = maker.mode;
  if (mode == "next_throws") throw 42;
  if (mode == "fails_with_reason") {
    maker.host->error_set(maker.host, error, PLATOS_UNKNOWN, platos::sdk::slice("not this"),
                          platos::sdk::slice(R"({"reason":"content_policy"})"));
    return PLATOS_UNKNOWN;
  }
  if (mode == "step_unknown") {
    step->kind = 99;
    return PLATOS_OK;
  }
  if (mode == "never_done") {
    step->kind = PLATOS_STEP_WAIT;
    step->wait_ms = 1;
    return PLATOS_OK;
  }
  if (mode.starts_with("asks") && ++generation.nexts == 1) return http(step, maker);
  give(sink, mode);
  step->kind = PLATOS_STEP_DONE;
  return PLATOS_OK;
}

std::int32_t on_head(platos_generation_t*, std::int32_t, const platos_header_t*, std::size_t, platos_error_t*) {
  return PLATOS_OK;
}
std::int32_t on_frame(platos_generation_t*, platos_slice_t, platos_slice_t, const platos_image_sink_t*,
                      platos_error_t*) {
  return PLATOS_OK;
}
std::int32_t on_end(platos_generation_t*, std::int32_t, const platos_image_sink_t*, platos_error_t*) {
  return PLATOS_OK;
}

void end(platos_generation_t* handle) {
  const Generation* generation = &generation_of(handle);
  if (generation->maker->mode == "end_throws") throw 42;
  delete generation;
}

const platos_image_maker_t kMaker = {
    sizeof(platos_image_maker_t), 0, describe, begin, next, on_head, on_frame, on_end, end};

}  // namespace

ROGUE_ENTRY(Maker, kMaker, PLATOS_IMAGE_INTERFACE);
