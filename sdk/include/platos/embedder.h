/* platos.embedder/1: text to vectors, as a codec without I/O.
 *
 * The same step machine as a provider (see provider.h): the host owns sockets, secrets, deadlines.
 *
 *   begin -> { next -> HTTP: on_head, on_frame*, on_end -> next ... | WAIT -> next ... | DONE } -> end
 *
 * A local embedder computes in next() and goes straight to DONE; it runs on a worker, so it may take its time. */
#ifndef PLATOS_EMBEDDER_H
#define PLATOS_EMBEDDER_H

#include "platos/provider.h"

#define PLATOS_EMBEDDER_INTERFACE "platos.embedder/1"

typedef struct platos_embedding platos_embedding_t; /* defined by the plugin */

/* Takes results. Both return 0, or a status that the plugin returns at once. */
typedef struct platos_vector_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  /* The vector of text number `index`; exactly one for each text before DONE, in any order. `dimensions` is what
   * describe() says; every value is finite. Borrowed for the call. When the embedding fails later, the host drops what
   * it was given. */
  int32_t (*vector)(void *context, size_t index, const float *values, size_t dimensions);
  /* Tokens that the vendor counted, at most once. */
  int32_t (*usage)(void *context, int64_t input_tokens);
} platos_vector_sink_t;

typedef struct platos_embedder {
  uint32_t struct_size;
  uint32_t reserved;

  /* Writes {"model": text, "dimensions": 1..16384, "max_texts": 1..., "max_text_bytes": 1...}. Constant for the
   * instance: stored vectors depend on model and dimensions.                                              [worker] */
  int32_t (*describe)(platos_instance_t *instance, const platos_writer_t *writer, platos_error_t *error);

  /* Starts embedding `count` texts, one at least, within the limits of describe(). Borrowed for the call. After a
   * failure nothing follows, not even end().                                                              [worker] */
  int32_t (*begin)(platos_instance_t *instance, platos_call_t *call, const platos_slice_t *texts, size_t count,
                   platos_embedding_t **embedding, platos_error_t *error);

  /* As the members of platos_provider_t with the same names; results go to the vector sink.             [exchange] */
  int32_t (*next)(platos_embedding_t *embedding, platos_step_t *step, const platos_vector_sink_t *sink,
                  platos_error_t *error);
  int32_t (*on_head)(platos_embedding_t *embedding, int32_t http_status, const platos_header_t *headers,
                     size_t header_count, platos_error_t *error);
  int32_t (*on_frame)(platos_embedding_t *embedding, platos_slice_t event, platos_slice_t data,
                      const platos_vector_sink_t *sink, platos_error_t *error);
  int32_t (*on_end)(platos_embedding_t *embedding, int32_t transport_status, const platos_vector_sink_t *sink,
                    platos_error_t *error);
  /* Always called once for what begin() gave.                                                           [exchange] */
  void (*end)(platos_embedding_t *embedding);
} platos_embedder_t;

#endif
