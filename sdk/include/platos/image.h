/* platos.image/1: a text to an image, as a codec without I/O.
 *
 * The same step machine as a provider (see provider.h): the host owns sockets, secrets, deadlines. One generation makes
 * one image. A vendor that works in the background is a submission, then WAIT steps and requests that ask for the result.
 *
 *   begin -> { next -> HTTP: on_head, on_frame*, on_end -> next ... | WAIT -> next ... | DONE } -> end
 *
 * Addresses that a vendor gives (where to ask, where the image lies) may be URLs of steps. Secrets go only where a pattern
 * that manifest and grant name covers the URL. A pattern may cover every host below a domain, by a star and a dot in front
 * of it; such hosts must be public. What no pattern covers is fetched when the plugin asks for "public_web" and is granted
 * it: by https, from public addresses, without secrets. A generation has at most 64 steps. */
#ifndef PLATOS_IMAGE_H
#define PLATOS_IMAGE_H

#include "platos/provider.h"

#define PLATOS_IMAGE_INTERFACE "platos.image/1"

/* The host takes no larger image, and only PNG, JPEG and WebP. */
enum { PLATOS_IMAGE_MAX_BYTES = 20 * 1024 * 1024 };

typedef struct platos_generation platos_generation_t; /* defined by the plugin */

/* Takes the image. Both return 0, or a status that the plugin returns at once. */
typedef struct platos_image_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  /* A piece of the file, borrowed for the call. `offset` is where the last piece ended; or 0, which begins anew: what was
   * given before is dropped, as when a broken transfer is repeated. The host looks at what the file really is, whatever
   * the vendor calls it. */
  int32_t (*piece)(void *context, uint64_t offset, platos_slice_t bytes);
  /* What the vendor says of the image, at most once: a JSON object {"revised_prompt"?: text}, at most 64 KiB. */
  int32_t (*about)(void *context, platos_slice_t json);
} platos_image_sink_t;

typedef struct platos_image_maker {
  uint32_t struct_size;
  uint32_t reserved;

  /* Writes {"model": text, "max_prompt_bytes": 1..., "sizes": [{"width", "height", "cost_micro_usd"?}, ...]}: at least one
   * size, each once; the cost is what one image of it costs. Constant for the instance.                    [worker] */
  int32_t (*describe)(platos_instance_t *instance, const platos_writer_t *writer, platos_error_t *error);

  /* Starts a generation. request_json: {"v": 1, "prompt": text, "width", "height"}, one of the sizes of describe(), the
   * prompt within its limit. Borrowed for the call. After a failure nothing follows, not even end().       [worker] */
  int32_t (*begin)(platos_instance_t *instance, platos_call_t *call, platos_slice_t request_json,
                   platos_generation_t **generation, platos_error_t *error);

  /* As the members of platos_provider_t with the same names; the image goes to the image sink. DONE means that it was
   * given whole. A failure may say why in the member "reason" of its detail: "content_policy", "quota", "size" or "model"
   * (which the vendor has no more); other words are passed over.                                         [exchange] */
  int32_t (*next)(platos_generation_t *generation, platos_step_t *step, const platos_image_sink_t *sink,
                  platos_error_t *error);
  int32_t (*on_head)(platos_generation_t *generation, int32_t http_status, const platos_header_t *headers,
                     size_t header_count, platos_error_t *error);
  int32_t (*on_frame)(platos_generation_t *generation, platos_slice_t event, platos_slice_t data,
                      const platos_image_sink_t *sink, platos_error_t *error);
  int32_t (*on_end)(platos_generation_t *generation, int32_t transport_status, const platos_image_sink_t *sink,
                    platos_error_t *error);
  /* Always called once for what begin() gave.                                                          [exchange] */
  void (*end)(platos_generation_t *generation);
} platos_image_maker_t;

#endif
