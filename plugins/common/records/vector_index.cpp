#include "vector_index.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace platos::records {
namespace {

/// More than all rounding of the sums below adds up to, in float and in double.
constexpr double kSlack = 4e-6;
constexpr double kHighestCode = 127;
constexpr std::size_t kPollRows = 4096;
constexpr std::size_t kPollCandidates = 64;

/// A query's direction as 16-bit codes, so that its own error hardly counts.
struct QueryCodes {
  std::vector<std::int16_t> codes;
  double scale;
  double error;
};

QueryCodes encode_query(std::span<const float> vector, std::size_t stride) {
  const double length = length_of(vector);
  double highest = 0;
  double total = 0;
  for (const float value : vector) {
    highest = std::max(highest, std::abs(static_cast<double>(value)));
    total += std::abs(static_cast<double>(value));
  }
  // Rounding may lift every code by a half: the dimensions are part of the bound on the sum.
  const double room = std::numeric_limits<std::int32_t>::max() / kHighestCode - static_cast<double>(vector.size());
  const double levels = std::floor(std::min<double>(32'767, room * highest / total));
  QueryCodes out{std::vector<std::int16_t>(stride), highest / length / levels, 0};
  double rest = 0;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const double direction = static_cast<double>(vector[i]) / length;
    const double code = std::round(direction / out.scale);
    out.codes[i] = static_cast<std::int16_t>(std::clamp(code, -levels, levels));
    rest += std::pow(direction - out.scale * out.codes[i], 2);
  }
  out.error = std::sqrt(rest);
  return out;
}

}  // namespace

double length_of(std::span<const float> vector) {
  return std::sqrt(kernels().exact_dot(vector.data(), vector.data(), vector.size()));
}

double cosine_of(std::span<const float> left, double left_length, std::span<const float> right, double right_length) {
  const double dot = kernels().exact_dot(left.data(), right.data(), left.size());
  return std::clamp(dot / (left_length * right_length), -1.0, 1.0);
}

VectorIndex::VectorIndex(std::size_t dimensions, const Kernels& loops)
    : dimensions_(dimensions), stride_((dimensions + kCodeBlock - 1) / kCodeBlock * kCodeBlock), loops_(loops) {}

std::size_t VectorIndex::bytes_of(std::size_t dimensions, std::size_t count) {
  constexpr std::size_t kBytesBesideTheValues = 160;
  return count * (dimensions * (sizeof(float) + 1) + kCodeBlock + kBytesBesideTheValues);
}

void VectorIndex::reserve(std::size_t count) {
  codes_.reserve(count * stride_);
  heads_.reserve(count);
  floats_.reserve(count * dimensions_);
  rows_.reserve(count);
  ids_.reserve(count);
  slots_.reserve(count);
}

void VectorIndex::encode(std::size_t slot, std::span<const float> vector) {
  const double length = length_of(vector);
  double highest = 0;
  for (const float value : vector) highest = std::max(highest, std::abs(static_cast<double>(value)));
  Code head{static_cast<float>(highest / length / kHighestCode), 0, length};
  double rest = 0;
  for (std::size_t i = 0; i < dimensions_; ++i) {
    const double direction = static_cast<double>(vector[i]) / length;
    const double code =
        std::clamp(std::round(direction / static_cast<double>(head.scale)), -kHighestCode, kHighestCode);
    codes_[slot * stride_ + i] = static_cast<std::int8_t>(code);
    rest += std::pow(direction - static_cast<double>(head.scale) * code, 2);
  }
  head.error = static_cast<float>(std::sqrt(rest));
  heads_[slot] = head;
  std::copy(vector.begin(), vector.end(), floats_.begin() + static_cast<std::ptrdiff_t>(slot * dimensions_));
}

void VectorIndex::put(std::int64_t row, std::string_view id, std::span<const float> vector) {
  const auto [found, added] = slots_.try_emplace(row, static_cast<std::uint32_t>(rows_.size()));
  const std::size_t slot = found->second;
  if (added) {
    codes_.resize(codes_.size() + stride_);
    heads_.emplace_back();
    floats_.resize(floats_.size() + dimensions_);
    rows_.push_back(row);
    ids_.emplace_back(id);
  }
  encode(slot, vector);
}

void VectorIndex::erase(std::int64_t row) {
  const auto found = slots_.find(row);
  if (found == slots_.end()) return;
  const std::size_t slot = found->second;
  const std::size_t last = rows_.size() - 1;
  slots_.erase(found);
  if (slot != last) {
    encode(slot, vector_at(last));
    rows_[slot] = rows_[last];
    ids_[slot] = std::move(ids_[last]);
    slots_[rows_[slot]] = static_cast<std::uint32_t>(slot);
  }
  codes_.resize(last * stride_);
  heads_.pop_back();
  floats_.resize(last * dimensions_);
  rows_.pop_back();
  ids_.pop_back();
}

std::vector<VectorIndex::Candidate> VectorIndex::candidates(const VectorQuestion& question, const Stop& stop) const {
  const QueryCodes query = encode_query(question.vector, stride_);
  std::vector<Candidate> found;
  // The highest cosines that are certain, the least of them in front: what is surely below all of them is out. Not
  // when some rows may be refused later.
  std::vector<float> certain;
  const std::size_t certain_limit = question.accept ? 0 : question.limit;
  double floor = question.min_cosine;
  for (std::size_t slot = 0; slot < rows_.size(); ++slot) {
    if (slot % kPollRows == 0) stop.check();
    const Code& head = heads_[slot];
    const double estimate = query.scale * static_cast<double>(head.scale) *
                            loops_.code_dot(&codes_[slot * stride_], query.codes.data(), stride_);
    const double error = query.error + (1 + query.error) * static_cast<double>(head.error) + kSlack;
    if (estimate + error < floor) continue;
    found.push_back({static_cast<float>(estimate + error), static_cast<std::uint32_t>(slot)});
    if (certain_limit == 0) continue;
    if (certain.size() == certain_limit) {
      if (estimate - error <= static_cast<double>(certain.front())) continue;
      std::pop_heap(certain.begin(), certain.end(), std::greater<>());
      certain.pop_back();
    }
    certain.push_back(static_cast<float>(estimate - error));
    std::push_heap(certain.begin(), certain.end(), std::greater<>());
    if (certain.size() == certain_limit) floor = std::max(floor, static_cast<double>(certain.front()) - kSlack);
  }
  return found;
}

std::vector<VectorHit> VectorIndex::search(const VectorQuestion& question, const Stop& stop) const {
  std::vector<Candidate> open = candidates(question, stop);
  const auto lower = [](const Candidate& left, const Candidate& right) { return left.highest < right.highest; };
  std::make_heap(open.begin(), open.end(), lower);
  const double length = length_of(question.vector);
  TopHits top(question.limit);
  for (std::size_t seen = 0; !open.empty(); ++seen) {
    if (seen % kPollCandidates == 0) stop.check();
    const Candidate next = open.front();
    if (!top.wants(static_cast<double>(next.highest) + kSlack)) break;
    std::pop_heap(open.begin(), open.end(), lower);
    open.pop_back();
    const double cosine = cosine_of(question.vector, length, vector_at(next.slot), heads_[next.slot].length);
    if (cosine < question.min_cosine || !top.wants(cosine)) continue;
    if (question.accept && !question.accept(rows_[next.slot])) continue;
    top.add({rows_[next.slot], cosine, ids_[next.slot]});
  }
  return top.take();
}

}  // namespace platos::records
