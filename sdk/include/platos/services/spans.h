/* platos.host.spans/1: spans of a plugin's own, as children of the span of the call.
 *
 * There for every instance. Outside a traced call, and beyond 64 open spans a call, spans are not recorded, which the
 * plugin need not know. */
#ifndef PLATOS_SERVICES_SPANS_H
#define PLATOS_SERVICES_SPANS_H

#include "platos/observer.h"

#define PLATOS_HOST_SPANS "platos.host.spans/1"

typedef struct platos_host_spans {
  uint32_t struct_size;
  uint32_t reserved;

  /* Starts a span under the call's. 0 when it is not recorded. name: at most 64 bytes.                         [any] */
  uint64_t (*start)(const platos_host_t *host, platos_call_t *call, platos_slice_t name);

  /* Ends it with attributes, copied; at most 16. severity: PLATOS_SEVERITY_OK or _ERROR. A span of 0 is ignored. One
   * that is not ended when the call ends is dropped.                                                           [any] */
  void (*end)(const platos_host_t *host, platos_call_t *call, uint64_t span, int32_t severity,
              const platos_attribute_t *attributes, size_t attribute_count);
} platos_host_spans_t;

#endif
