#include "secrets/secret.hpp"

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <utility>

namespace platos::secrets {

Secret::Secret(std::string_view value) {
  if (value.empty()) return;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  mapped_ = (value.size() + page - 1) / page * page;
  void* memory = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  // Both may fail under tight limits; the secret is then as safe as any other memory of this process.
  (void)::mlock(memory, mapped_);
  (void)::madvise(memory, mapped_, MADV_DONTDUMP);
  data_ = static_cast<char*>(memory);
  size_ = value.size();
  std::memcpy(data_, value.data(), size_);
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    mapped_ = std::exchange(other.mapped_, 0);
  }
  return *this;
}

Secret::~Secret() { release(); }

void Secret::release() {
  if (data_ == nullptr) return;
  OPENSSL_cleanse(data_, size_);
  ::munmap(data_, mapped_);
  data_ = nullptr;
}

}  // namespace platos::secrets
