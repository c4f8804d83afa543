// The two inner loops of vector search. Pure functions; any thread.
//
// Each exists twice, for every processor and for x86-64 with AVX2, and both give the same bits: integers add exactly,
// and a product of two floats is exact in double, so only the order of the additions counts, which is the same in both.
#pragma once

#include <cstddef>
#include <cstdint>

namespace platos::records {

/// Codes are stored in rows of a multiple of this many, filled up with zeros.
inline constexpr std::size_t kCodeBlock = 32;

struct Kernels {
  /// Sum of codes[i] * query[i]. `count` is a multiple of kCodeBlock; the caller sees to it that 32 bits suffice.
  std::int32_t (*code_dot)(const std::int8_t* codes, const std::int16_t* query, std::size_t count);

  /// Sum of a[i] * b[i] in double: the one that scores are made of.
  double (*exact_dot)(const float* a, const float* b, std::size_t count);
};

const Kernels& portable_kernels() noexcept;

/// The fastest ones that this processor runs.
const Kernels& kernels() noexcept;

}  // namespace platos::records
