// The vectors of spaces that were searched lately, within a number of bytes; the least recently searched go first.
//
// Thread-safe. A space is either loaded or not. Whoever writes a space holds its Exclusive from before the commit until
// the loaded index has the change, and whoever searches begins its snapshot of the file while it holds a Shared: so
// both show one state. Take a session of the database before either lock, never after.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "vector_index.hpp"

namespace platos::records {

class VectorCache {
 public:
  explicit VectorCache(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  class Entry {
   public:
    class Shared {
     public:
      explicit Shared(Entry& entry);
      /// Null: not loaded.
      const VectorIndex* index() const { return entry_.index_.get(); }

     private:
      Entry& entry_;
      std::shared_lock<std::shared_mutex> lock_;
    };
    class Exclusive {
     public:
      explicit Exclusive(Entry& entry);
      VectorIndex* index() const { return entry_.index_.get(); }
      /// Null unloads.
      void set(std::unique_ptr<VectorIndex> index) noexcept;
      /// To be called after the index was changed.
      void update_bytes() noexcept;

     private:
      Entry& entry_;
      std::unique_lock<std::shared_mutex> lock_;
    };

   private:
    friend class VectorCache;
    std::mutex gate_;  // whoever waits for the lock holds it: without it, searches that overlap keep a writer out
    std::shared_mutex lock_;
    std::unique_ptr<VectorIndex> index_;
    std::atomic<std::size_t> bytes_{0};
    std::uint64_t used_ = 0;  // guarded by the cache's mutex
  };

  /// The entry of a space, which becomes the most recently used one.
  std::shared_ptr<Entry> entry(std::int64_t space);

  /// Whether this many bytes may be loaded at all.
  bool fits(std::size_t bytes) const { return bytes <= limit_bytes_; }

  /// Unloads the least recently used ones beyond the limit. The caller holds no lock of an entry.
  void trim();

  std::size_t bytes();

 private:
  std::vector<std::shared_ptr<Entry>> beyond_limit();

  std::size_t limit_bytes_;
  std::mutex mutex_;
  std::map<std::int64_t, std::shared_ptr<Entry>> entries_;
  std::uint64_t clock_ = 0;
};

}  // namespace platos::records
