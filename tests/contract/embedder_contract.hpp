// What any plugin with the interface platos.embedder/1 must do, whatever it computes. Compile embedder_contract.cpp
// into the test, and call check_embedder_contract() from a TEST_CASE.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/testing/fake_host.hpp"
#include "platos/embedder.h"

namespace platos::tests {

/// Answers the body of an HTTP step with the body of a 200. Empty for an embedder that makes no HTTP step.
using EmbeddingVendor = std::function<std::string(const std::string& request_body)>;

/// What describe() says.
struct EmbedderFacts {
  std::string model;
  std::size_t dimensions = 0;
  std::size_t max_texts = 0;
  std::size_t max_text_bytes = 0;
};

/// What one embedding did.
struct Embedded {
  std::int32_t status = PLATOS_OK;  ///< of the first call that failed
  platos_error_t error;
  bool done = false;
  std::map<std::size_t, std::vector<float>> vectors;
  std::vector<std::size_t> repeated;  ///< indices that came more than once
  std::vector<std::int64_t> usages;
  std::size_t http_steps = 0;
};

/// Takes the vectors of one embedding. `refuse_at`: the number of the vector that it answers with CANCELLED.
class EmbeddedSink {
 public:
  explicit EmbeddedSink(Embedded& out, std::size_t refuse_at = static_cast<std::size_t>(-1));
  EmbeddedSink(const EmbeddedSink&) = delete;
  EmbeddedSink& operator=(const EmbeddedSink&) = delete;

  const platos_vector_sink_t table;

 private:
  Embedded& out_;
  std::size_t refuse_at_;
  std::size_t seen_ = 0;
};

/// Throws when describe() fails or leaves something out.
EmbedderFacts facts_of(const sdk::testing::FakeInstance& instance);

/// Embeds `texts` as a host does. The texts given to begin() are overwritten as soon as it returns.
Embedded embed(const sdk::testing::FakeInstance& instance, const std::vector<std::string>& texts,
               const EmbeddingVendor& vendor = {}, std::size_t refuse_at = static_cast<std::size_t>(-1));

/// Checks with Catch2: describe() is sound and constant; every text has exactly one vector of the declared dimensions,
/// all finite; a batch gives what its texts give one by one, bit for bit, so `vendor` must answer the same text with
/// the same vector; embeddings may be open at the same time, may end at any time, and stop at the sink's word.
void check_embedder_contract(const sdk::testing::FakeInstance& instance, const EmbeddingVendor& vendor = {});

}  // namespace platos::tests
