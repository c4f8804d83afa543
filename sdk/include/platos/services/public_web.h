/* platos.host.public-web/1: pages of the public web, at addresses that nobody granted one by one, such as those that a
 * model chose. For plugins whose manifest asks for "public_web" and whose operator grants it.
 *
 * Only GET, only http and https on their usual ports, only to addresses that are public: no private, loopback,
 * link-local, shared or metadata address, whatever a name resolves to. A name is looked up once, and the connection goes
 * to the address that was looked at. Redirects are followed by the host, and each is checked like the first URL. Nothing
 * that is secret, no cookie and no header of the plugin's is sent. */
#ifndef PLATOS_SERVICES_PUBLIC_WEB_H
#define PLATOS_SERVICES_PUBLIC_WEB_H

#include "platos/provider.h"

#define PLATOS_HOST_PUBLIC_WEB "platos.host.public-web/1"

typedef struct platos_web_request {
  uint32_t struct_size;
  int32_t timeout_ms;    /* for everything, redirects included; 0: 20000; at most 60000. The call's deadline applies too */
  platos_slice_t url;    /* at most 8 KiB; what is not ASCII in it is percent-encoded by the host */
  platos_slice_t accept; /* media types; empty: any */
  uint64_t max_bytes;    /* of the body; 0: 2 MiB; at most 16 MiB */
  uint32_t max_redirects; /* at most 10; 0: none is followed, and its answer is the page */
  uint32_t reserved;
} platos_web_request_t;

/* Borrowed for the call of the sink. */
typedef struct platos_web_page {
  uint32_t struct_size;
  int32_t http_status;
  platos_slice_t url; /* where the page is, after redirects */
  const platos_header_t *headers;
  size_t header_count;
  platos_slice_t body;
  int32_t truncated; /* 1: the body was longer than max_bytes, and is its beginning */
  uint32_t reserved;
} platos_web_page_t;

/* Called once, on the calling thread. page returns 0, or a status that fetch() returns. */
typedef struct platos_web_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  int32_t (*page)(void *context, const platos_web_page_t *page);
} platos_web_sink_t;

typedef struct platos_host_public_web {
  uint32_t struct_size;
  uint32_t reserved;

  /* Gets a page. Any HTTP status is success. INVALID_ARGUMENT: the text is no such URL. PERMISSION_DENIED: an address
   * that is not public, of the URL or of a redirect. UNAVAILABLE, DEADLINE, CANCELLED: no answer. RESOURCE_EXHAUSTED:
   * more redirects than were allowed.                                                             [worker, may block] */
  int32_t (*fetch)(const platos_host_t *host, platos_call_t *call, const platos_web_request_t *request,
                   const platos_web_sink_t *sink, platos_error_t *error);
} platos_host_public_web_t;

#endif
