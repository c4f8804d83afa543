/* platos.host.http/1: one HTTP exchange over the host's egress, for skills and stores that may block.
 *
 * The URL must match a pattern that the manifest asks for and the operator granted; the address guard applies; secrets
 * are written as {{secret:SLOT}} in header values and put in by the host. Codecs do not need this service. */
#ifndef PLATOS_SERVICES_HTTP_H
#define PLATOS_SERVICES_HTTP_H

#include "platos/provider.h"

#define PLATOS_HOST_HTTP "platos.host.http/1"

typedef struct platos_http_request {
  uint32_t struct_size;
  int32_t timeout_ms; /* longest silence on the wire; 0: the host's default. The call's deadline applies too */
  platos_slice_t method;
  platos_slice_t url;
  const platos_header_t* headers;
  size_t header_count;
  platos_slice_t body;
} platos_http_request_t;

/* Called in this order, on the calling thread: head once, body any number of times. Both return 0, or a status that
 * ends the exchange and is returned by it. Everything is borrowed for the call. */
typedef struct platos_http_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  int32_t (*head)(void* context, int32_t http_status, const platos_header_t* headers, size_t header_count);
  int32_t (*body)(void* context, platos_slice_t bytes);
} platos_http_sink_t;

typedef struct platos_host_http {
  uint32_t struct_size;
  uint32_t reserved;

  /* Sends the request and waits for the whole answer. Any HTTP status is success; a failure of the transport, a refused
   * URL or address, a deadline and a cancelled call are errors. Bodies are capped at 16 MiB. [worker, may block] */
  int32_t (*exchange)(const platos_host_t* host, platos_call_t* call, const platos_http_request_t* request,
                      const platos_http_sink_t* sink, platos_error_t* error);
} platos_host_http_t;

#endif
