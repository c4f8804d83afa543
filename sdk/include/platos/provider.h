/* platos.provider/1: a chat model as a codec without I/O.
 *
 * The plugin turns a canonical chat request (sdk/schema/chat-request.json) into HTTP steps and the vendor's bytes into
 * events; the host owns sockets, TLS, retries, deadlines, secrets. One exchange is one request and its answer:
 *
 *   begin -> { next -> HTTP: on_head, on_frame*, on_end -> next ... | WAIT -> next ... | DONE } -> end
 *
 * After any call that returned a status other than 0 the host calls only end(). Cancelling is end() at any point. */
#ifndef PLATOS_PROVIDER_H
#define PLATOS_PROVIDER_H

#include "platos/entry.h"

#define PLATOS_PROVIDER_INTERFACE "platos.provider/1"

typedef struct platos_exchange platos_exchange_t; /* defined by the plugin */

typedef struct platos_header {
  platos_slice_t name;
  platos_slice_t value;
} platos_header_t;

/* Kinds of step. */
enum {
  PLATOS_STEP_DONE = 1, /* the answer is complete: exactly one STOP event was sent */
  PLATOS_STEP_HTTP = 2, /* send this request */
  PLATOS_STEP_WAIT = 3, /* call next() again after wait_ms */
  PLATOS_STEP_WS = 4    /* reserved: the host answers UNIMPLEMENTED */
};

/* How the host cuts the response body into frames. */
enum {
  PLATOS_FRAMING_RAW = 1,   /* chunks as they arrive */
  PLATOS_FRAMING_SSE = 2,   /* one call per server-sent event: event name and data */
  PLATOS_FRAMING_NDJSON = 3, /* one call per line */
  PLATOS_FRAMING_WHOLE = 4  /* one call with the whole body, at most 16 MiB */
};

/* Filled by next(). Everything in it is borrowed until the next call on the exchange. The host zeroes it before. */
typedef struct platos_step {
  uint32_t struct_size; /* set by the host */
  int32_t kind;
  int32_t framing;
  int32_t timeout_ms; /* longest silence on the wire; 0: the host's default */
  int64_t wait_ms;
  platos_slice_t method; /* "POST" */
  platos_slice_t url;    /* absolute http or https; must match a granted pattern */
  const platos_header_t *headers;
  size_t header_count; /* at most 64. Values may hold {{secret:SLOT}}, which the host replaces when it sends */
  platos_slice_t body; /* at most 16 MiB */
} platos_step_t;

/* Kinds of event. Unknown kinds are ignored by the host. */
enum {
  PLATOS_EVENT_TEXT = 1,       /* text */
  PLATOS_EVENT_REASONING = 2,  /* text: the model's own thinking */
  PLATOS_EVENT_TOOL_BEGIN = 3, /* index, id, name: the model asks for a tool */
  PLATOS_EVENT_TOOL_ARGS = 4,  /* index, text: a piece of the arguments; all pieces make one JSON text */
  PLATOS_EVENT_TOOL_END = 5,   /* index: the arguments are complete */
  PLATOS_EVENT_USAGE = 6,      /* token counts; the last one wins */
  PLATOS_EVENT_STOP = 7,       /* stop_reason; exactly one in an exchange that ends with DONE */
  PLATOS_EVENT_EXTRA = 8       /* json: opaque data that the provider wants back in the next request */
};

/* Values of stop_reason. */
enum {
  PLATOS_STOP_END = 1,     /* the answer is complete */
  PLATOS_STOP_TOOLS = 2,   /* tool calls want results */
  PLATOS_STOP_LENGTH = 3,  /* cut by a token limit */
  PLATOS_STOP_REFUSED = 4, /* stopped by the vendor's safety system */
  PLATOS_STOP_OTHER = 5
};

/* An event, borrowed for the sink call. Text is UTF-8 and never cut inside a character. Counts of -1: unknown; input_tokens
 * includes those read from and written to a cache, output_tokens includes reasoning. */
typedef struct platos_event {
  uint32_t struct_size;
  int32_t kind;
  int32_t index;
  int32_t stop_reason;
  platos_slice_t text;
  platos_slice_t id;
  platos_slice_t name;
  platos_slice_t json;
  int64_t input_tokens;
  int64_t output_tokens;
  int64_t cached_tokens;
  int64_t reasoning_tokens;
  int64_t cache_write_tokens;
} platos_event_t;

/* Takes events in order. emit returns 0, or a status that the plugin returns at once. */
typedef struct platos_event_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  int32_t (*emit)(void *context, const platos_event_t *event);
} platos_event_sink_t;

typedef struct platos_provider {
  uint32_t struct_size;
  uint32_t reserved;

  /* Writes a JSON array of {"id", "name"?, "context_tokens"?, "max_output_tokens"?, "features"?: []}: the models known
   * in advance. Empty is fine: a model that is not listed may be asked for.                               [worker] */
  int32_t (*models)(platos_instance_t *instance, const platos_writer_t *writer, platos_error_t *error);

  /* Starts an exchange. request_json: borrowed for the call, checked against the schema by the host.      [worker] */
  int32_t (*begin)(platos_instance_t *instance, platos_call_t *call, platos_slice_t request_json,
                   platos_exchange_t **exchange, platos_error_t *error);

  /* What to do next. May emit events before DONE, so a codec that needs no network goes straight there.  [exchange] */
  int32_t (*next)(platos_exchange_t *exchange, platos_step_t *step, const platos_event_sink_t *sink,
                  platos_error_t *error);

  /* Status line and headers of the answer to the last HTTP step, once per step, before any frame. A codec that does
   * not like the status may fail here, or read the body first and fail in on_frame or on_end.            [exchange] */
  int32_t (*on_head)(platos_exchange_t *exchange, int32_t http_status, const platos_header_t *headers,
                     size_t header_count, platos_error_t *error);

  /* One frame. event is empty unless the framing is SSE. Both are borrowed for the call. Frames of an answer whose
   * status is not 2xx are raw chunks, whatever framing the step asked for.                              [exchange] */
  int32_t (*on_frame)(platos_exchange_t *exchange, platos_slice_t event, platos_slice_t data,
                      const platos_event_sink_t *sink, platos_error_t *error);

  /* The body ended (transport_status 0), or the transport failed with that status. Once per HTTP step.   [exchange] */
  int32_t (*on_end)(platos_exchange_t *exchange, int32_t transport_status, const platos_event_sink_t *sink,
                    platos_error_t *error);

  /* Ends the exchange and frees it. Always called once, also after a failure.                           [exchange] */
  void (*end)(platos_exchange_t *exchange);
} platos_provider_t;

#endif
