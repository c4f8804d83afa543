// platos.embedder/1 in C++. Derive from Embedder and Embedding; throw platos::sdk::Error.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/json_writer.hpp"
#include "platos/cpp/plugin.hpp"
#include "platos/embedder.h"

namespace platos::sdk {
inline namespace v1_0 {

/// Sends vectors to the host. Valid for the call it is passed to. Throws SinkClosed when the host wants no more.
class VectorSink {
 public:
  explicit VectorSink(const platos_vector_sink_t* sink) noexcept : sink_(sink) {}

  void vector(std::size_t index, std::span<const float> values) const {
    check(sink_->vector(sink_->context, index, values.data(), values.size()));
  }
  void usage(std::int64_t input_tokens) const { check(sink_->usage(sink_->context, input_tokens)); }

 private:
  static void check(std::int32_t status) {
    if (status != PLATOS_OK) throw SinkClosed(status);
  }
  const platos_vector_sink_t* sink_;
};

/// Embedding one batch of texts. Bytes that a step refers to must stay valid until the next call: keep them in members.
class Embedding {
 public:
  virtual ~Embedding() = default;
  virtual void next(platos_step_t& step, const VectorSink& sink) = 0;
  /// A local embedder, which only computes, is never asked these three.
  virtual void on_head(std::int32_t, std::span<const platos_header_t>) {}
  virtual void on_frame(std::string_view, std::string_view, const VectorSink&) {}
  virtual void on_end(std::int32_t, const VectorSink&) {}

 private:
  friend class Embedder;
  const platos_host_t* host_ = nullptr;
  platos_embedding_t* handle() noexcept { return reinterpret_cast<platos_embedding_t*>(this); }
  static Embedding& of(platos_embedding_t* handle) noexcept { return *reinterpret_cast<Embedding*>(handle); }
};

class Embedder : public Instance {
 public:
  static constexpr const char* kInterface = PLATOS_EMBEDDER_INTERFACE;
  using Instance::Instance;

  /// Writes the object that embedder.h describes.
  virtual void describe(JsonWriter& out) = 0;
  /// The texts are borrowed for the call.
  virtual std::unique_ptr<Embedding> begin(Call call, std::span<const std::string_view> texts) = 0;

  const void* interface_table(std::string_view interface_id) const noexcept override {
    return interface_id == kInterface ? &kTable : nullptr;
  }

 private:
  static Embedder& of(platos_instance_t* handle) noexcept { return static_cast<Embedder&>(Instance::of(handle)); }

  static std::int32_t describe_c(platos_instance_t* instance, const platos_writer_t* writer,
                                 platos_error_t* error) noexcept {
    return guard(of(instance).host().table(), error,
                 [&] { write_json(writer, [&](JsonWriter& json) { of(instance).describe(json); }); });
  }
  static std::int32_t begin_c(platos_instance_t* instance, platos_call_t* call, const platos_slice_t* texts,
                              std::size_t count, platos_embedding_t** embedding, platos_error_t* error) noexcept {
    const platos_host_t* host = of(instance).host().table();
    return guard(host, error, [&] {
      std::vector<std::string_view> views;
      for (std::size_t i = 0; i < count; ++i) views.push_back(view(texts[i]));
      std::unique_ptr<Embedding> made = of(instance).begin(Call(host, call, error), views);
      if (made == nullptr) throw Error(PLATOS_INTERNAL, "begin() made no embedding");
      made->host_ = host;
      *embedding = made.release()->handle();
    });
  }
  static std::int32_t next_c(platos_embedding_t* embedding, platos_step_t* step, const platos_vector_sink_t* sink,
                             platos_error_t* error) noexcept {
    return guard(Embedding::of(embedding).host_, error,
                 [&] { Embedding::of(embedding).next(*step, VectorSink(sink)); });
  }
  static std::int32_t on_head_c(platos_embedding_t* embedding, std::int32_t status, const platos_header_t* headers,
                                std::size_t count, platos_error_t* error) noexcept {
    return guard(Embedding::of(embedding).host_, error, [&] {
      Embedding::of(embedding).on_head(status, {headers, count});
    });
  }
  static std::int32_t on_frame_c(platos_embedding_t* embedding, platos_slice_t event, platos_slice_t data,
                                 const platos_vector_sink_t* sink, platos_error_t* error) noexcept {
    return guard(Embedding::of(embedding).host_, error,
                 [&] { Embedding::of(embedding).on_frame(view(event), view(data), VectorSink(sink)); });
  }
  static std::int32_t on_end_c(platos_embedding_t* embedding, std::int32_t transport_status,
                               const platos_vector_sink_t* sink, platos_error_t* error) noexcept {
    return guard(Embedding::of(embedding).host_, error,
                 [&] { Embedding::of(embedding).on_end(transport_status, VectorSink(sink)); });
  }
  static void end_c(platos_embedding_t* embedding) noexcept { delete &Embedding::of(embedding); }

  static constexpr platos_embedder_t kTable = {
      sizeof(platos_embedder_t), 0, describe_c, begin_c, next_c, on_head_c, on_frame_c, on_end_c, end_c};
};

}  // namespace v1_0
}  // namespace platos::sdk
