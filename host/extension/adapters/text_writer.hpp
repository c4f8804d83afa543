// Takes one text of a plugin, up to a limit.
#pragma once

#include <cstdint>
#include <string>

#include "extension/services/call.hpp"

namespace platos::extension {

/// Bound to the thread of its call.
class TextWriter {
 public:
  explicit TextWriter(std::size_t max_bytes) : max_bytes_(max_bytes) {
    table_ = {sizeof table_, 0, this, [](void* self, platos_slice_t bytes) noexcept -> std::int32_t {
                return static_cast<TextWriter*>(self)->take(bytes);
              }};
  }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  const platos_writer_t* writer() const { return &table_; }
  const std::string& text() const { return text_; }

 private:
  std::int32_t take(platos_slice_t bytes) {
    const auto view = checked_view(bytes, max_bytes_, "text");
    if (!view || text_.size() + view->size() > max_bytes_) return PLATOS_RESOURCE_EXHAUSTED;
    text_ += *view;
    return PLATOS_OK;
  }

  std::size_t max_bytes_;
  std::string text_;
  platos_writer_t table_;
};

}  // namespace platos::extension
