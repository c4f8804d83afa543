// platos.image/1 in C++. Derive from ImageMaker and Generation; throw platos::sdk::Error.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "platos/cpp/json_writer.hpp"
#include "platos/cpp/plugin.hpp"
#include "platos/image.h"

namespace platos::sdk {
inline namespace v1_0 {

/// Gives the image to the host. Valid for the call it is passed to. Throws SinkClosed when the host wants no more.
class ImageSink {
 public:
  explicit ImageSink(const platos_image_sink_t* sink) noexcept : sink_(sink) {}

  /// `offset`: where the last piece ended, or 0 to begin anew.
  void piece(std::uint64_t offset, std::string_view bytes) const {
    check(sink_->piece(sink_->context, offset, slice(bytes)));
  }
  void about(std::string_view json) const { check(sink_->about(sink_->context, slice(json))); }

 private:
  static void check(std::int32_t status) {
    if (status != PLATOS_OK) throw SinkClosed(status);
  }
  const platos_image_sink_t* sink_;
};

/// Making one image. Bytes that a step refers to must stay valid until the next call: keep them in members.
class Generation {
 public:
  virtual ~Generation() = default;
  virtual void next(platos_step_t& step, const ImageSink& sink) = 0;
  /// One that only computes is never asked these three.
  virtual void on_head(std::int32_t, std::span<const platos_header_t>) {}
  virtual void on_frame(std::string_view, std::string_view, const ImageSink&) {}
  virtual void on_end(std::int32_t, const ImageSink&) {}

 private:
  friend class ImageMaker;
  const platos_host_t* host_ = nullptr;
  platos_generation_t* handle() noexcept { return reinterpret_cast<platos_generation_t*>(this); }
  static Generation& of(platos_generation_t* handle) noexcept { return *reinterpret_cast<Generation*>(handle); }
};

class ImageMaker : public Instance {
 public:
  static constexpr const char* kInterface = PLATOS_IMAGE_INTERFACE;
  using Instance::Instance;

  /// Writes the object that image.h describes.
  virtual void describe(JsonWriter& out) = 0;
  /// `request_json` is borrowed for the call.
  virtual std::unique_ptr<Generation> begin(Call call, std::string_view request_json) = 0;

  const void* interface_table(std::string_view interface_id) const noexcept override {
    return interface_id == kInterface ? &kTable : nullptr;
  }

 private:
  static ImageMaker& of(platos_instance_t* handle) noexcept { return static_cast<ImageMaker&>(Instance::of(handle)); }

  static std::int32_t describe_c(platos_instance_t* instance, const platos_writer_t* writer,
                                 platos_error_t* error) noexcept {
    return guard(of(instance).host().table(), error,
                 [&] { write_json(writer, [&](JsonWriter& json) { of(instance).describe(json); }); });
  }
  static std::int32_t begin_c(platos_instance_t* instance, platos_call_t* call, platos_slice_t request_json,
                              platos_generation_t** generation, platos_error_t* error) noexcept {
    const platos_host_t* host = of(instance).host().table();
    return guard(host, error, [&] {
      std::unique_ptr<Generation> made = of(instance).begin(Call(host, call, error), view(request_json));
      if (made == nullptr) throw Error(PLATOS_INTERNAL, "begin() made no generation");
      made->host_ = host;
      *generation = made.release()->handle();
    });
  }
  static std::int32_t next_c(platos_generation_t* generation, platos_step_t* step, const platos_image_sink_t* sink,
                             platos_error_t* error) noexcept {
    return guard(Generation::of(generation).host_, error,
                 [&] { Generation::of(generation).next(*step, ImageSink(sink)); });
  }
  static std::int32_t on_head_c(platos_generation_t* generation, std::int32_t status, const platos_header_t* headers,
                                std::size_t count, platos_error_t* error) noexcept {
    return guard(Generation::of(generation).host_, error, [&] {
      Generation::of(generation).on_head(status, {headers, count});
    });
  }
  static std::int32_t on_frame_c(platos_generation_t* generation, platos_slice_t event, platos_slice_t data,
                                 const platos_image_sink_t* sink, platos_error_t* error) noexcept {
    return guard(Generation::of(generation).host_, error,
                 [&] { Generation::of(generation).on_frame(view(event), view(data), ImageSink(sink)); });
  }
  static std::int32_t on_end_c(platos_generation_t* generation, std::int32_t transport_status,
                               const platos_image_sink_t* sink, platos_error_t* error) noexcept {
    return guard(Generation::of(generation).host_, error,
                 [&] { Generation::of(generation).on_end(transport_status, ImageSink(sink)); });
  }
  static void end_c(platos_generation_t* generation) noexcept { delete &Generation::of(generation); }

  static constexpr platos_image_maker_t kTable = {
      sizeof(platos_image_maker_t), 0, describe_c, begin_c, next_c, on_head_c, on_frame_c, on_end_c, end_c};
};

}  // namespace v1_0
}  // namespace platos::sdk
