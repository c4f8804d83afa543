// Full-text search over 100,000 messages of one user: Search::find() from call to answer, and how fast the index is
// made. On SQLite, or with PLATOS_TEST_STORE=postgres on PostgreSQL. Words are as common as in texts (Zipf): "w1" is in
// nearly every message, "w20" in one of four.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <random>

#include "agent/message_indexer.hpp"
#include "agent/search.hpp"
#include "base/task_set.hpp"
#include "secrets/cipher.hpp"
#include "store/data_keys.hpp"
#include "support/postgres.hpp"
#include "support/temp_dir.hpp"
#include "support/tenant_rows.hpp"

namespace platos::bench {
namespace {

constexpr int kMessages = 100'000;
constexpr int kMessagesOfThread = 200;
constexpr int kWordsOfMessage = 40;
constexpr std::size_t kVocabulary = 50'000;

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

class Texts {
 public:
  Texts() {
    double sum = 0;
    for (std::size_t i = 1; i <= kVocabulary; ++i) sums_.push_back(sum += 1.0 / static_cast<double>(i));
  }
  std::string next() {
    std::string text;
    for (int i = 0; i < kWordsOfMessage; ++i) {
      const double at = std::uniform_real_distribution<double>(0, sums_.back())(random_);
      const auto place = std::lower_bound(sums_.begin(), sums_.end(), at) - sums_.begin();
      text += (i > 0 ? " w" : "w") + std::to_string(place + 1);
    }
    return text;
  }

 private:
  std::mt19937 random_{7};
  std::vector<double> sums_;
};

class IndexedStore {
 public:
  static IndexedStore& shared() {
    static IndexedStore store;
    return store;
  }

  double search(const std::string& text) {
    agent::SearchQuery query;
    query.text = text;
    const auto start = Clock::now();
    const auto page = base::run_to_end(loop_, search_->find(loop_, who_, query));
    const double took = milliseconds_since(start);
    if (!page) std::fprintf(stderr, "%s\n", page.error().message.c_str());
    total = page ? page->total : -1;
    return took;
  }
  /// What others do meanwhile: each commit empties what readers have cached.
  void commit() {
    base::run_to_end(loop_, wait(database_->write(loop_, [](store::Session& session) -> Result<void> {
                       session.execute(model::SystemScopeForTest::make(), "UPDATE agents SET name = name");
                       return {};
                     })));
  }
  std::int64_t total = 0;

 private:
  IndexedStore() {
    options_.directory = dir_.path();
    options_.url = tests::store_url(dir_.path());
    options_.durable = false;
    options_.keys = &ring_;
    database_ = std::move(*store::Database::open(options_, clock_, logger_));
    search_ = std::make_unique<agent::Search>(*database_);
    fill();
    index();
  }
  template <typename T>
  static Task<T> wait(base::Completion<T> completion) {
    T value = co_await completion;
    co_return value;
  }
  template <typename Work>
  void write(Work work) {
    const auto done =
        base::run_to_end(loop_, wait(database_->write(loop_, [&](store::Session& session) -> Result<void> {
                           work(session);
                           return {};
                         })));
    if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  }
  void fill() {
    write([&](store::Session& session) {
      tests::insert_tenant(session, who_.scope);
      store::DataKeys(session).insert(store::Connection::everywhere(), ring_.make("org"), 1);
    });
    for (int i = 0; i < kMessages; i += kMessagesOfThread) write([&](store::Session& session) { add(session, i); });
  }
  void add(store::Session& session, int first) {
    store::Conversations talk(session);
    model::Thread thread;
    thread.id = "thr_" + std::to_string(first);
    thread.agent_id = "agt";
    thread.user_id = who_.user_id;
    thread.title = "A thread";
    talk.insert_thread(who_.scope, thread);
    for (int i = first; i < first + kMessagesOfThread; ++i) {
      model::Message message;
      message.id = "msg_01JGFJJZ00G2T0ABCDEF" + std::to_string(i);
      message.thread_id = thread.id;
      message.run_id = "run_" + std::to_string(i / 2);
      message.role = i % 2 == 0 ? "user" : "assistant";
      message.state = "active";
      message.content = texts_.next();
      message.created_us = i;
      if (i == 5) message.content += " oldest";
      talk.insert_message(who_.scope, message);
    }
  }
  void index() {
    agent::IndexerOptions settings;
    settings.host_id = "host";
    agent::MessageIndexer indexer(*database_, logger_, settings);
    std::vector<double> steps;
    const auto start = Clock::now();
    for (;;) {
      const auto begin = Clock::now();
      const auto done = base::run_to_end(loop_, indexer.step(loop_));
      if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
      if (!done || *done != agent::MessageIndexer::Outcome::More) break;
      steps.push_back(milliseconds_since(begin));
    }
    const double took = milliseconds_since(start);
    std::sort(steps.begin(), steps.end());
    std::printf("indexed %d messages in %.1f s; a look with its commit: median %.2f ms, p99 %.2f ms, longest %.1f ms\n",
                kMessages, took / 1e3, steps[steps.size() / 2], steps[steps.size() * 99 / 100], steps.back());
  }

  tests::TempDir dir_;
  base::SystemClock clock_;
  base::Loop loop_{clock_};
  base::Logger logger_{clock_, base::LogLevel::Error, base::LogFormat::Json, dir_.path() + "/log"};
  secrets::KeyRing ring_{secrets::random_key()};
  model::Principal who_{{"org", "prj", "env"}, "alice"};
  store::DatabaseOptions options_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<agent::Search> search_;
  Texts texts_;
};

void message_search(benchmark::State& state, const std::string& text) {
  auto& store = IndexedStore::shared();
  std::vector<double> times;
  for (auto _ : state) {
    state.PauseTiming();
    store.commit();
    state.ResumeTiming();
    times.push_back(store.search(text));
  }
  std::sort(times.begin(), times.end());
  state.counters["p50_ms"] = times[times.size() / 2];
  state.counters["p99_ms"] = times[times.size() * 99 / 100];
  state.counters["found"] = static_cast<double>(store.total);
}

constexpr int kSearches = 300;
BENCHMARK_CAPTURE(message_search, common_word, "w1")->Iterations(kSearches)->UseRealTime();
BENCHMARK_CAPTURE(message_search, two_common_words, "w1 w2")->Iterations(kSearches)->UseRealTime();
BENCHMARK_CAPTURE(message_search, eight_common_words, "w1 w2 w3 w4 w5 w6 w7 w8")->Iterations(kSearches)->UseRealTime();
BENCHMARK_CAPTURE(message_search, word_in_one_of_four, "w20")->Iterations(kSearches)->UseRealTime();
BENCHMARK_CAPTURE(message_search, rare_word, "w4000")->Iterations(kSearches)->UseRealTime();
BENCHMARK_CAPTURE(message_search, rare_and_common_word, "w1 w4000")->Iterations(kSearches)->UseRealTime();
BENCHMARK_CAPTURE(message_search, word_of_the_oldest, "oldest")->Iterations(kSearches)->UseRealTime();
BENCHMARK_CAPTURE(message_search, common_words_never_together, "w30 w31 w32 w33")->Iterations(kSearches)->UseRealTime();
BENCHMARK_CAPTURE(message_search, unknown_word, "nothing")->Iterations(kSearches)->UseRealTime();

}  // namespace
}  // namespace platos::bench
