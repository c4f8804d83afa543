/* platos.host.seal/1: keeping texts that cannot be read at rest, without seeing a key.
 *
 * Keys belong to the organization of the call's tenant and never cross. What one tenant, or one instance, sealed opens
 * for no other. Always there: no permission is needed. */
#ifndef PLATOS_SERVICES_SEAL_H
#define PLATOS_SERVICES_SEAL_H

#include "platos/host.h"

#define PLATOS_HOST_SEAL "platos.host.seal/1"

/* What hash() writes for each token. */
#define PLATOS_SEAL_HASH_BYTES 16

/* How much longer a sealed text is than its plain form. */
#define PLATOS_SEAL_OVERHEAD_BYTES 32

typedef struct platos_host_seal {
  uint32_t struct_size;
  uint32_t reserved;

  /* Writes the sealed form of text, at most 16 MiB. place: where the plugin keeps it, such as "notes/17/text"; it is
   * bound to the text, so that a sealed text moved elsewhere does not open. UNAVAILABLE: the organization's key is not
   * there yet; try again.                                                                                   [worker] */
  int32_t (*seal)(const platos_host_t *host, platos_call_t *call, platos_slice_t place, platos_slice_t text,
                  const platos_writer_t *writer, platos_error_t *error);

  /* Writes the text. DATA_LOSS: a byte, the place, the tenant or the instance is not what it was.            [worker] */
  int32_t (*open)(const platos_host_t *host, platos_call_t *call, platos_slice_t place, platos_slice_t sealed,
                  const platos_writer_t *writer, platos_error_t *error);

  /* Writes PLATOS_SEAL_HASH_BYTES for each token: a keyed hash, equal for equal tokens of one tenant and instance, for
   * ever. For indexes over words that nobody may read.                                                      [worker] */
  int32_t (*hash)(const platos_host_t *host, platos_call_t *call, const platos_slice_t *tokens, size_t count,
                  const platos_writer_t *writer, platos_error_t *error);
} platos_host_seal_t;

#endif
