/* platos.host.secrets/1: using a secret without seeing it.
 *
 * A slot is a name that the manifest lists under permissions.secrets and the instance binds. Values never cross. */
#ifndef PLATOS_SERVICES_SECRETS_H
#define PLATOS_SERVICES_SECRETS_H

#include "platos/host.h"

#define PLATOS_HOST_SECRETS "platos.host.secrets/1"

typedef struct platos_host_secrets {
  uint32_t struct_size;
  uint32_t reserved;

  /* 1 when the slot is bound to a value for this call, else 0.                                                 [any] */
  int32_t (*exists)(const platos_host_t* host, platos_call_t* call, platos_slice_t slot);

  /* Writes the raw bytes of a keyed signature. algorithm: "hmac-sha256" or "hmac-sha512"; another one is UNIMPLEMENTED,
   * an unbound slot FAILED_PRECONDITION.                                                                       [any] */
  int32_t (*sign)(const platos_host_t* host, platos_call_t* call, platos_slice_t slot, platos_slice_t algorithm,
                  platos_slice_t data, const platos_writer_t* writer, platos_error_t* error);
} platos_host_secrets_t;

#endif
