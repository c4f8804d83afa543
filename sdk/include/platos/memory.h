/* platos.memory/1: records with text, metadata and a vector, kept and searched.
 *
 * Every function that touches records takes a space: a tenant and a collection in it. Spaces never mix, whatever the
 * ids, filters or queries say; the host checks that the tenant of the space is the call's, and that a hit belongs to
 * what was asked for. Functions run concurrently on one instance and honour the deadline of the call. */
#ifndef PLATOS_MEMORY_H
#define PLATOS_MEMORY_H

#include "platos/entry.h"

#define PLATOS_MEMORY_INTERFACE "platos.memory/1"

typedef struct platos_memory_space {
  uint32_t struct_size;
  uint32_t reserved;
  platos_slice_t tenant;     /* equal to call_attribute(call, "environment") */
  platos_slice_t collection; /* at most 256 bytes, opaque */
} platos_memory_space_t;

/* One record. Borrowed for the call it is passed to, in both directions. */
typedef struct platos_memory_record {
  uint32_t struct_size;
  uint32_t dimensions; /* at most 16384; 0: no vector */
  platos_slice_t id;   /* at most 128 bytes, unique in the space */
  platos_slice_t content; /* UTF-8, at most 64 KiB: what keyword search sees */
  platos_slice_t metadata_json; /* an object, at most 64 KiB: what filters see; a null member counts as absent */
  const float *vector; /* finite, and not nothing but zeros */
} platos_memory_record_t;

/* Modes of search. Hybrid is both bits: the results of both are fused by their ranks. */
enum { PLATOS_MEMORY_KEYWORD = 1, PLATOS_MEMORY_VECTOR = 2, PLATOS_MEMORY_HYBRID = 3 };

/* A filter is a JSON object over top-level members of metadata; all must hold. {"kind": "fact"} equals,
 * {"kind": ["fact", "event"]} is one of, {"flagged": null} is absent. Values are texts, numbers or booleans. Empty: all. */
typedef struct platos_memory_query {
  uint32_t struct_size;
  int32_t mode;
  platos_slice_t text;        /* for keyword */
  const float *vector;        /* for vector; finite */
  uint32_t dimensions;
  uint32_t limit;             /* most hits wanted, 1 to 1000 */
  double min_score;           /* least cosine of a hit of vector search; ignored by keyword */
  platos_slice_t filter_json;
} platos_memory_query_t;

/* What list() goes through: records in the order of their ids. */
typedef struct platos_memory_page {
  uint32_t struct_size;
  uint32_t limit;      /* 1 to 1000 */
  platos_slice_t after; /* only ids behind this one; empty: from the start */
  platos_slice_t filter_json;
} platos_memory_page_t;

/* Takes records, best first where that has a meaning. score: fused score, cosine or rank score by mode; 0 for fetch and
 * list. cosine: of the record's vector with the query's, -2 when there is none. Returns 0, or a status that the plugin
 * returns at once. */
typedef struct platos_memory_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  int32_t (*record)(void *context, const platos_memory_record_t *record, double score, double cosine);
} platos_memory_sink_t;

typedef struct platos_memory {
  uint32_t struct_size;
  uint32_t reserved;

  /* Writes {"modes": ["keyword", "vector", "hybrid"], "dimensions"?: the only accepted number, "max_records_per_space"?}.
   *                                                                                                        [worker] */
  int32_t (*describe)(platos_instance_t *instance, const platos_writer_t *writer, platos_error_t *error);

  /* Writes records, replacing those with the same id; all or none. INVALID_ARGUMENT: a part over its limit, a vector
   * with a value that is not finite, of nothing but zeros, or of other dimensions than the space holds.
   * RESOURCE_EXHAUSTED: the space is full. Durable when it returns.                             [worker, may block] */
  int32_t (*upsert)(platos_instance_t *instance, platos_call_t *call, const platos_memory_space_t *space,
                    const platos_memory_record_t *const *records, size_t count, platos_error_t *error);

  /* Gives the records that exist among `ids`, with their vectors.                               [worker, may block] */
  int32_t (*fetch)(platos_instance_t *instance, platos_call_t *call, const platos_memory_space_t *space,
                   const platos_slice_t *ids, size_t count, const platos_memory_sink_t *sink, platos_error_t *error);

  /* Removes the records with these ids, or, when count is 0, those that match filter_json ("{}": all; empty:
   * INVALID_ARGUMENT, so that nobody empties a space by accident). Adds to *removed how many there were. Durable, and
   * gone from every index, when it returns.                                                     [worker, may block] */
  int32_t (*remove)(platos_instance_t *instance, platos_call_t *call, const platos_memory_space_t *space,
                    const platos_slice_t *ids, size_t count, platos_slice_t filter_json, uint64_t *removed,
                    platos_error_t *error);

  /* Gives at most `limit` hits, best first, vectors left out. FAILED_PRECONDITION: a mode that describe() does not
   * list; INVALID_ARGUMENT as in upsert.                                                        [worker, may block] */
  int32_t (*search)(platos_instance_t *instance, platos_call_t *call, const platos_memory_space_t *space,
                    const platos_memory_query_t *query, const platos_memory_sink_t *sink, platos_error_t *error);

  /* Gives one page of records, vectors left out, and writes the number of all matches to *total. [worker, may block] */
  int32_t (*list)(platos_instance_t *instance, platos_call_t *call, const platos_memory_space_t *space,
                  const platos_memory_page_t *page, const platos_memory_sink_t *sink, uint64_t *total,
                  platos_error_t *error);

  /* Asks a running function to return soon. May be NULL when they poll is_cancelled().                        [any] */
  void (*interrupt)(platos_instance_t *instance, platos_call_t *call);
} platos_memory_t;

#endif
