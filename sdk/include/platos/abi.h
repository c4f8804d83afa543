/* The ground rules of the Platos plugin ABI: slices, table growth, export, versions.
 *
 * Versioning policy
 *  1. Released means: contained in a tagged SDK x.y.0. From then on names, parameters, order, layout, numbers and the
 *     documented meaning (ownership, lifetime, threads, nullability, errors) never change.
 *  2. What is unreleased, or lies in draft/, may change freely. Generation 1 is unreleased until SDK 1.0.0.
 *  3. We add, we do not alter: new members go to the end of a table in a new band, a changed signature becomes a member
 *     with the suffix _v2, a changed concept becomes a new interface revision. Enumerators that flow from plugin to host
 *     may be appended; those that flow from host to plugin only where the header says that unknown values are ignored.
 *  4. Deprecated members stay filled for the whole generation. Nothing is removed inside a generation.
 *  5. The host supports every minor of its generation, and the previous generation for two years.
 *
 * Only C11 crosses this boundary, on 64-bit little-endian Linux. Every header here compiles alone as C11 and C++17.
 */
#ifndef PLATOS_ABI_H
#define PLATOS_ABI_H

#include <stddef.h>
#include <stdint.h>

/* SDK version generation.minor.patch. This is its only source: CMake and the manifests read it from these lines. */
#define PLATOS_SDK_GENERATION 1
#define PLATOS_SDK_MINOR 0
#define PLATOS_SDK_PATCH 0
#define PLATOS_SDK_VERSION "1.0.0"

/* The minor version whose surface a plugin is compiled against. 0, the smallest surface, runs on every host of the
 * generation; raise it on purpose to see newer members. */
#ifndef PLATOS_SDK_TARGET
#define PLATOS_SDK_TARGET 0
#endif

/* True when members introduced in SDK minor n are visible. Guards the bands at the end of growing tables. */
#define PLATOS_AT_LEAST(n) (PLATOS_SDK_TARGET >= (n))

/* True when the table behind `table` was built by someone who knew `member`, and filled it. */
#define PLATOS_HAS(table, member)                                                                           \
  ((size_t)(table)->struct_size >= offsetof(__typeof__(*(table)), member) + sizeof((table)->member) && \
   (table)->member != NULL)

#define PLATOS_EXPORT __attribute__((visibility("default")))

#ifdef __cplusplus
#define PLATOS_STATIC_ASSERT(condition, text) static_assert(condition, text)
#else
#define PLATOS_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

PLATOS_STATIC_ASSERT(sizeof(void *) == 8 && sizeof(size_t) == 8, "the Platos ABI is 64-bit only");

/* Borrowed bytes. Text is UTF-8, counted, never assumed to end with NUL. data may be NULL when size is 0. */
typedef struct platos_slice {
  const char *data;
  size_t size;
} platos_slice_t;

/* Receives one result of unknown size. Call write any number of times; the bytes are copied before it returns.
 * write returns 0, or a status (see status.h) after which the caller stops and returns that status. */
typedef struct platos_writer {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  int32_t (*write)(void *context, platos_slice_t bytes);
} platos_writer_t;

#endif
