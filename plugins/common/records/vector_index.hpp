// The vectors of one space in memory, searched exactly.
//
// A search goes over one byte per dimension first. Every vector is kept beside itself as codes: its direction is
// scale * codes plus a rest whose length is known, so the codes give the cosine up to an error that is known as well.
// Whatever can still be among the best after that is scored from the floats, in double. So the result is that of
// scoring every vector, at a fraction of the memory traffic.
//
// Not synchronised: any number of threads may search while none changes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernels.hpp"
#include "stop.hpp"
#include "top_hits.hpp"

namespace platos::records {

/// The length of `vector`; 0 only when every value is 0. All values must be finite.
double length_of(std::span<const float> vector);

/// Cosine of two vectors of equal dimensions and of these lengths, from -1 to 1.
double cosine_of(std::span<const float> left, double left_length, std::span<const float> right, double right_length);

/// What a vector search asks. `accept` decides by row whether a record is wanted; empty: all are.
struct VectorQuestion {
  std::span<const float> vector;
  std::size_t limit;
  double min_cosine;
  std::function<bool(std::int64_t row)> accept;
};

class VectorIndex {
 public:
  explicit VectorIndex(std::size_t dimensions, const Kernels& loops = kernels());

  /// Bytes that `count` vectors take, roughly.
  static std::size_t bytes_of(std::size_t dimensions, std::size_t count);

  std::size_t dimensions() const noexcept { return dimensions_; }
  std::size_t bytes() const { return bytes_of(dimensions_, rows_.size()); }

  void reserve(std::size_t count);

  /// Adds or replaces. The vector has dimensions() finite values, not all 0.
  void put(std::int64_t row, std::string_view id, std::span<const float> vector);

  /// Nothing when there is no such row.
  void erase(std::int64_t row);

  /// The best hits, best first. Throws what `stop` and `accept` throw.
  std::vector<VectorHit> search(const VectorQuestion& question, const Stop& stop) const;

 private:
  struct Candidate {
    float highest;  // cosine that is possible
    std::uint32_t slot;
  };
  /// Codes times scale is the vector, but for a rest of length error.
  struct Code {
    float scale;
    float error;
    double length;  // of the vector itself
  };

  std::vector<Candidate> candidates(const VectorQuestion& question, const Stop& stop) const;
  void encode(std::size_t slot, std::span<const float> vector);
  std::span<const float> vector_at(std::size_t slot) const { return {&floats_[slot * dimensions_], dimensions_}; }

  std::size_t dimensions_;
  std::size_t stride_;  // codes per vector
  const Kernels& loops_;
  std::vector<std::int8_t> codes_;
  std::vector<Code> heads_;
  std::vector<float> floats_;
  std::vector<std::int64_t> rows_;
  std::vector<std::string> ids_;
  std::unordered_map<std::int64_t, std::uint32_t> slots_;
};

}  // namespace platos::records
