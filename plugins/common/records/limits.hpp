// What a record, a query and a filter may be at most. The sizes of ids, collections, contents and metadata are those of
// memory.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace platos::records {

inline constexpr std::size_t kTenantBytes = 256;
inline constexpr std::size_t kCollectionBytes = 256;
inline constexpr std::size_t kIdBytes = 128;
inline constexpr std::size_t kContentBytes = 64 * 1024;
inline constexpr std::size_t kMetadataBytes = 64 * 1024;
inline constexpr std::size_t kQueryTextBytes = 64 * 1024;
inline constexpr std::size_t kFilterBytes = 64 * 1024;
inline constexpr std::size_t kFilterMembers = 32;
inline constexpr std::size_t kConfigBytes = 64 * 1024;
inline constexpr int kJsonDepth = 32;

/// With at most this many, the products of the first pass of vector search fit 32 bits.
inline constexpr std::size_t kDimensions = 8192;

/// Of search and of a page of list.
inline constexpr std::uint32_t kHighestLimit = 1000;

/// Of one query, after splitting; further words are left out.
inline constexpr std::size_t kQueryWords = 64;
inline constexpr std::size_t kWordBytes = 64;

}  // namespace platos::records
