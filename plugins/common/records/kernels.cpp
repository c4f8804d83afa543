#include "kernels.hpp"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace platos::records {
namespace {

constexpr std::size_t kLanes = 8;

/// Adds the lanes in one fixed order, after what the whole blocks left over.
double sum_of_lanes(double (&lanes)[kLanes], const float* a, const float* b, std::size_t from, std::size_t count) {
  for (std::size_t i = from; i < count; ++i) lanes[i % kLanes] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

std::int32_t portable_code_dot(const std::int8_t* codes, const std::int16_t* query, std::size_t count) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<std::int32_t>(codes[i]) * query[i];
  return sum;
}

double portable_exact_dot(const float* a, const float* b, std::size_t count) {
  double lanes[kLanes] = {};
  const std::size_t whole = count - count % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
    }
  }
  return sum_of_lanes(lanes, a, b, whole, count);
}

#ifdef __x86_64__

__attribute__((target("avx2"))) __m256i products(const std::int8_t* codes, const std::int16_t* query) {
  const __m256i wide = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
  return _mm256_madd_epi16(wide, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query)));
}

__attribute__((target("avx2"))) std::int32_t avx2_code_dot(const std::int8_t* codes, const std::int16_t* query,
                                                           std::size_t count) {
  __m256i even = _mm256_setzero_si256();
  __m256i odd = _mm256_setzero_si256();
  for (std::size_t i = 0; i < count; i += kCodeBlock) {
    even = _mm256_add_epi32(even, products(codes + i, query + i));
    odd = _mm256_add_epi32(odd, products(codes + i + 16, query + i + 16));
  }
  alignas(32) std::int32_t lanes[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), _mm256_add_epi32(even, odd));
  std::int32_t sum = 0;
  for (const std::int32_t lane : lanes) sum += lane;
  return sum;
}

__attribute__((target("avx2"))) __m256d added(__m256d sum, const float* a, const float* b) {
  return _mm256_add_pd(sum, _mm256_mul_pd(_mm256_cvtps_pd(_mm_loadu_ps(a)), _mm256_cvtps_pd(_mm_loadu_ps(b))));
}

__attribute__((target("avx2"))) double avx2_exact_dot(const float* a, const float* b, std::size_t count) {
  __m256d low = _mm256_setzero_pd();
  __m256d high = _mm256_setzero_pd();
  const std::size_t whole = count - count % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    low = added(low, a + i, b + i);
    high = added(high, a + i + 4, b + i + 4);
  }
  double lanes[kLanes];
  _mm256_storeu_pd(lanes, low);
  _mm256_storeu_pd(lanes + 4, high);
  return sum_of_lanes(lanes, a, b, whole, count);
}

#endif

}  // namespace

const Kernels& portable_kernels() noexcept {
  static constexpr Kernels kPortable = {portable_code_dot, portable_exact_dot};
  return kPortable;
}

const Kernels& kernels() noexcept {
#ifdef __x86_64__
  static constexpr Kernels kAvx2 = {avx2_code_dot, avx2_exact_dot};
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2) return kAvx2;
#endif
  return portable_kernels();
}

}  // namespace platos::records
