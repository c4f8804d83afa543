// An embedder in raw C tables, of two dimensions. Configuration: {"mode": "..."}.
#include <array>
#include <limits>
#include <stdexcept>

#include "rogue-kit/rogue_kit.hpp"

namespace {

constexpr std::size_t kDimensions = 2;

struct Embedder {
  Embedder(const platos_host_t* its_host, std::string_view config)
      : host(its_host), mode(rogue::member(config, "mode")) {}
  const platos_host_t* host;
  const std::string mode;
};

struct Embedding {
  Embedder* embedder;
  std::size_t texts;
  int nexts = 0;
};

Embedder& embedder_of(platos_instance_t* handle) { return rogue::object_of<Embedder>(handle); }
Embedding& embedding_of(platos_embedding_t* handle) { return *reinterpret_cast<Embedding*>(handle); }

std::int32_t describe(platos_instance_t* instance, const platos_writer_t* writer, platos_error_t*) {
  const std::string& mode = embedder_of(instance).mode;
  if (mode == "describe_throws") throw 42;
  if (mode == "describe_no_dimensions") return rogue::write(writer, R"({"model":"rogue"})");
  if (mode == "describe_huge") return rogue::write(writer, R"({"model":"rogue","dimensions":1000000})");
  return rogue::write(writer, R"({"model":"rogue","dimensions":2,"max_texts":8,"max_text_bytes":8192})");
}

std::int32_t begin(platos_instance_t* instance, platos_call_t*, const platos_slice_t*, std::size_t count,
                   platos_embedding_t** embedding, platos_error_t* error) {
  Embedder& embedder = embedder_of(instance);
  if (embedder.mode == "begin_throws") throw std::runtime_error("thrown by begin");
  if (embedder.mode == "begin_hangs") rogue::hang();
  if (embedder.mode == "begin_fails")
    return rogue::refuse(embedder.host, error, PLATOS_UNAVAILABLE, "the weights are lost");
  if (embedder.mode == "begin_without_embedding") return PLATOS_OK;
  *embedding = reinterpret_cast<platos_embedding_t*>(new Embedding{&embedder, count});
  return PLATOS_OK;
}

/// Deaf to what the sink answers, except when all is well.
void give(const platos_vector_sink_t* sink, const std::string& mode, std::size_t texts) {
  std::array<float, kDimensions> values = {1, 0};
  const auto say = [&](std::size_t index, std::size_t dimensions) {
    (void)sink->vector(sink->context, index, values.data(), dimensions);
  };
  if (mode == "vector_nan") values[1] = std::numeric_limits<float>::quiet_NaN();
  if (mode == "vector_infinite") values[1] = std::numeric_limits<float>::infinity();
  if (mode == "vector_missing") return;
  if (mode == "vector_nowhere") return (void)sink->vector(sink->context, 0, nullptr, kDimensions);
  if (mode == "dimension_short") return say(0, 1);
  if (mode == "dimension_huge") return say(0, std::numeric_limits<std::size_t>::max());
  if (mode == "index_beyond") return say(texts, kDimensions);
  for (std::size_t i = 0; i < texts; ++i) say(i, kDimensions);
  if (mode == "vector_twice") say(0, kDimensions);
}

std::int32_t next(platos_embedding_t* handle, platos_step_t* step, const platos_vector_sink_t* sink, platos_error_t*) {
  Embedding& embedding = embedding_of(handle);
  const std::string& mode = embedding.embedder->mode;
  if (mode == "next_throws") throw 42;
  if (mode == "next_hangs") rogue::hang();
  if (mode == "step_unknown") {
    step->kind = 99;
    return PLATOS_OK;
  }
  // The second next() runs on a loop; what hangs there holds up everything.
  if (mode == "second_next_hangs" && ++embedding.nexts > 1) rogue::hang();
  if (mode == "second_next_hangs" || mode == "never_done") {
    step->kind = PLATOS_STEP_WAIT;
    step->wait_ms = 1;
    return PLATOS_OK;
  }
  give(sink, mode, embedding.texts);
  step->kind = PLATOS_STEP_DONE;
  return PLATOS_OK;
}

std::int32_t on_head(platos_embedding_t*, std::int32_t, const platos_header_t*, std::size_t, platos_error_t*) {
  return PLATOS_OK;
}
std::int32_t on_frame(platos_embedding_t*, platos_slice_t, platos_slice_t, const platos_vector_sink_t*,
                      platos_error_t*) {
  return PLATOS_OK;
}
std::int32_t on_end(platos_embedding_t*, std::int32_t, const platos_vector_sink_t*, platos_error_t*) {
  return PLATOS_OK;
}

void end(platos_embedding_t* handle) {
  const Embedding* embedding = &embedding_of(handle);
  if (embedding->embedder->mode == "end_throws") throw 42;
  if (embedding->embedder->mode == "end_hangs") rogue::hang();
  delete embedding;
}

const platos_embedder_t kEmbedder = {
    sizeof(platos_embedder_t), 0, describe, begin, next, on_head, on_frame, on_end, end};

}  // namespace

ROGUE_ENTRY(Embedder, kEmbedder, PLATOS_EMBEDDER_INTERFACE);
