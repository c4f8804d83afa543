// A secret in memory: locked, kept out of core dumps, wiped when it goes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace platos::secrets {

/// A resource: moved, never copied. `view()` is for the one place that sends it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view value);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  std::string_view view() const { return {data_, size_}; }
  bool empty() const { return size_ == 0; }

 private:
  void release();
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t mapped_ = 0;
};

}  // namespace platos::secrets
