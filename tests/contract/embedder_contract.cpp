#include "contract/embedder_contract.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace platos::tests {
namespace {

using sdk::slice;
using sdk::view;
using sdk::testing::FakeInstance;

constexpr int kMostSteps = 1000;

const platos_embedder_t& table_of(const FakeInstance& instance) {
  return instance.table<platos_embedder_t>(PLATOS_EMBEDDER_INTERFACE);
}

/// One embedding from begin() to end().
class OpenEmbedding {
 public:
  OpenEmbedding(const FakeInstance& instance, std::vector<std::string> texts, Embedded& out)
      : embedder_(table_of(instance)), out_(out) {
    std::vector<platos_slice_t> slices;
    for (const std::string& text : texts) slices.push_back(slice(text));
    fails(embedder_.begin(instance.handle(), &call_, slices.data(), slices.size(), &embedding_, &out_.error));
    // What is borrowed for the call is gone afterwards.
    for (std::string& text : texts) std::fill(text.begin(), text.end(), '#');
  }
  ~OpenEmbedding() {
    if (embedding_ != nullptr) embedder_.end(embedding_);
  }
  OpenEmbedding(const OpenEmbedding&) = delete;
  OpenEmbedding& operator=(const OpenEmbedding&) = delete;

  /// False after DONE or a failure.
  bool step(const EmbeddedSink& sink, const EmbeddingVendor& vendor) {
    if (out_.status != PLATOS_OK || out_.done) return false;
    platos_step_t step{};
    step.struct_size = sizeof step;
    if (fails(embedder_.next(embedding_, &step, &sink.table, &out_.error))) return false;
    out_.done = step.kind == PLATOS_STEP_DONE;
    if (step.kind == PLATOS_STEP_HTTP) return exchange(step, sink, vendor);
    return step.kind == PLATOS_STEP_WAIT;
  }

 private:
  bool fails(std::int32_t status) { return (out_.status = status) != PLATOS_OK; }

  bool exchange(const platos_step_t& step, const EmbeddedSink& sink, const EmbeddingVendor& vendor) {
    if (!vendor) throw std::runtime_error("an HTTP step, and nobody to answer it");
    ++out_.http_steps;
    const std::string answer = vendor(std::string(view(step.body)));
    return !fails(embedder_.on_head(embedding_, 200, nullptr, 0, &out_.error)) &&
           !fails(embedder_.on_frame(embedding_, {}, slice(answer), &sink.table, &out_.error)) &&
           !fails(embedder_.on_end(embedding_, PLATOS_OK, &sink.table, &out_.error));
  }

  const platos_embedder_t& embedder_;
  Embedded& out_;
  platos_call_t call_;
  platos_embedding_t* embedding_ = nullptr;
};

void check_facts(const FakeInstance& instance) {
  const EmbedderFacts facts = facts_of(instance);
  CHECK(!facts.model.empty());
  CHECK((facts.dimensions >= 1 && facts.dimensions <= 16384));
  CHECK(facts.max_texts >= 1);
  CHECK(facts.max_text_bytes >= 1);
  const EmbedderFacts again = facts_of(instance);
  CHECK((again.model == facts.model && again.dimensions == facts.dimensions));
}

void check_vectors(const Embedded& embedded, std::size_t texts, std::size_t dimensions) {
  INFO(embedded.error.message);
  REQUIRE(embedded.status == PLATOS_OK);
  CHECK(embedded.done);
  CHECK(embedded.repeated.empty());
  REQUIRE(embedded.vectors.size() == texts);
  if (texts > 0) CHECK(embedded.vectors.rbegin()->first == texts - 1);
  for (const auto& [index, values] : embedded.vectors) {
    INFO("text " << index);
    CHECK(values.size() == dimensions);
    CHECK(std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }));
  }
  CHECK(embedded.usages.size() <= 1);
  for (const std::int64_t usage : embedded.usages) CHECK(usage >= 0);
}

std::vector<std::string> difficult_texts(const EmbedderFacts& facts) {
  std::vector<std::string> texts = {"a fact",
                                    "",
                                    " ",
                                    "?!",
                                    "\"quoted\" \\ and\ttabs\n",
                                    std::string("nul\0inside", 10),
                                    "\xC3\xA9t\xC3\xA9",
                                    "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E",
                                    "\xF0\x9F\x98\x80",
                                    "a fact",
                                    std::string(facts.max_text_bytes, 'x')};
  texts.resize(std::min(texts.size(), facts.max_texts));
  return texts;
}

void check_batches(const FakeInstance& instance, const EmbeddingVendor& vendor) {
  const EmbedderFacts facts = facts_of(instance);
  const std::vector<std::string> texts = difficult_texts(facts);
  const Embedded batch = embed(instance, texts, vendor);
  check_vectors(batch, texts.size(), facts.dimensions);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    INFO("text " << i);
    const Embedded alone = embed(instance, {texts[i]}, vendor);
    check_vectors(alone, 1, facts.dimensions);
    CHECK(alone.vectors.at(0) == batch.vectors.at(i));
  }
  const std::size_t many = std::min<std::size_t>(facts.max_texts, 1000);
  std::vector<std::string> full;
  for (std::size_t i = 0; i < many; ++i) full.push_back("text number " + std::to_string(i));
  check_vectors(embed(instance, full, vendor), many, facts.dimensions);
}

void check_open_together(const FakeInstance& instance, const EmbeddingVendor& vendor) {
  Embedded first, second;
  const EmbeddedSink first_sink(first), second_sink(second);
  OpenEmbedding first_open(instance, {"one"}, first), second_open(instance, {"two"}, second);
  bool goes_on = true;
  for (int i = 0; i < kMostSteps && goes_on; ++i) {
    const bool second_goes_on = second_open.step(second_sink, vendor);
    goes_on = first_open.step(first_sink, vendor) || second_goes_on;
  }
  CHECK(first.vectors == embed(instance, {"one"}, vendor).vectors);
  CHECK(second.vectors == embed(instance, {"two"}, vendor).vectors);
}

void check_ends(const FakeInstance& instance, const EmbeddingVendor& vendor) {
  Embedded unused;
  { const OpenEmbedding ended_at_once(instance, {"a"}, unused); }
  CHECK(unused.status == PLATOS_OK);
  CHECK(unused.vectors.empty());
  for (const std::size_t refuse_at : {std::size_t{0}, std::size_t{1}}) {
    if (refuse_at >= facts_of(instance).max_texts) continue;
    const Embedded refused = embed(instance, {"a", "b", "c"}, vendor, refuse_at);
    CHECK(refused.status == PLATOS_CANCELLED);
    CHECK(refused.vectors.size() == refuse_at);
  }
}

}  // namespace

EmbeddedSink::EmbeddedSink(Embedded& out, std::size_t refuse_at)
    : table{sizeof table, 0, this,
            [](void* self, std::size_t index, const float* values, std::size_t count) -> std::int32_t {
              auto& sink = *static_cast<EmbeddedSink*>(self);
              if (sink.seen_++ == sink.refuse_at_) return PLATOS_CANCELLED;
              if (sink.out_.vectors.count(index) > 0) sink.out_.repeated.push_back(index);
              sink.out_.vectors[index].assign(values, values + count);
              return PLATOS_OK;
            },
            [](void* self, std::int64_t tokens) -> std::int32_t {
              static_cast<EmbeddedSink*>(self)->out_.usages.push_back(tokens);
              return PLATOS_OK;
            }},
      out_(out),
      refuse_at_(refuse_at) {}

EmbedderFacts facts_of(const FakeInstance& instance) {
  sdk::testing::TextWriter writer;
  platos_error_t error;
  if (table_of(instance).describe(instance.handle(), &writer.table, &error) != PLATOS_OK) {
    throw std::runtime_error(error.message);
  }
  const auto facts = nlohmann::json::parse(writer.text);
  return {facts.at("model").get<std::string>(), facts.at("dimensions").get<std::size_t>(),
          facts.at("max_texts").get<std::size_t>(), facts.at("max_text_bytes").get<std::size_t>()};
}

Embedded embed(const FakeInstance& instance, const std::vector<std::string>& texts, const EmbeddingVendor& vendor,
               std::size_t refuse_at) {
  Embedded out;
  const EmbeddedSink sink(out, refuse_at);
  OpenEmbedding open(instance, texts, out);
  for (int i = 0; i < kMostSteps && open.step(sink, vendor); ++i) continue;
  return out;
}

void check_embedder_contract(const FakeInstance& instance, const EmbeddingVendor& vendor) {
  check_facts(instance);
  check_batches(instance, vendor);
  check_open_together(instance, vendor);
  check_ends(instance, vendor);
}

}  // namespace platos::tests
