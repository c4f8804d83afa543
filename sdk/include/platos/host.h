/* What the host gives to a plugin: the core table, the current call, and the error slot.
 *
 * Thread tags, printed on every function of this SDK:
 *   [setup]              serialised by the host per library
 *   [worker]             any pool thread, may run concurrently on one instance, must not block
 *   [worker, may block]  the same, in a pool of its own; the deadline of the call applies
 *   [exchange]           any thread, never two at once on one exchange; different exchanges run in parallel
 *   [observer]           one thread of the instance's own, which may block
 *   [any]                concurrently with everything; must neither block nor call back
 * No call arrives after destroy() begins; destroy() is called only when no call is active; the host holds no lock while
 * it calls a plugin; a plugin may use host services from inside any call that is not tagged [any]. */
#ifndef PLATOS_HOST_H
#define PLATOS_HOST_H

#include "platos/status.h"

/* One operation: deadline, cancellation, tenant. Lives until the operation's last call returns. */
typedef struct platos_call platos_call_t;

/* Where a failing function leaves the reason. Never NULL. Lives for the call it was passed to. */
typedef struct platos_error platos_error_t;

enum { PLATOS_LOG_DEBUG = 1, PLATOS_LOG_INFO = 2, PLATOS_LOG_WARN = 3, PLATOS_LOG_ERROR = 4 };

/* Clocks of now_ns. Other values are treated as PLATOS_CLOCK_MONOTONIC. */
enum { PLATOS_CLOCK_WALL = 1, PLATOS_CLOCK_MONOTONIC = 2 };

/* The core table. One per instance (one more per library for init()), so permissions, log prefix and accounting are the
 * instance's own. Valid until destroy(), or shutdown(), returns. Members up to the plugin's target are never NULL. */
typedef struct platos_host platos_host_t;
struct platos_host {
  uint32_t struct_size;
  uint16_t generation; /* of the host: PLATOS_SDK_GENERATION it implements */
  uint16_t minor;      /* highest SDK minor the host implements */
  void *context;       /* the host's own */

  /* A table of functions by id, such as "platos.host.http/1". NULL when unknown, not asked for in the manifest, or not
   * granted by the operator: one answer for all three. Lives as long as this table.                           [any] */
  const void *(*get_service)(const platos_host_t *self, const char *service_id);

  /* Writes one log line. fields_json: a JSON object, or empty. Cut at 8 KiB; more than 100 lines a second are
   * dropped and counted.                                                                                      [any] */
  void (*log)(const platos_host_t *self, int32_t level, platos_slice_t message, platos_slice_t fields_json);

  /* The lowest level that is written.                                                                         [any] */
  int32_t (*log_level)(const platos_host_t *self);

  /* Nanoseconds: since 1970 (wall) or an arbitrary start (monotonic).                                         [any] */
  int64_t (*now_ns)(const platos_host_t *self, int32_t clock);

  /* 1 when the operation was given up. Blocking code asks at least every 50 ms.                               [any] */
  int32_t (*is_cancelled)(const platos_host_t *self, const platos_call_t *call);

  /* Monotonic deadline of the operation, as now_ns(PLATOS_CLOCK_MONOTONIC) counts. INT64_MAX: none.           [any] */
  int64_t (*deadline_ns)(const platos_host_t *self, const platos_call_t *call);

  /* A fact about the operation: "environment", "user", "run", "idempotency_key", "thread_id", "agent_id". Empty slice
   * when there is none. Borrowed until the operation's last call returns.                                      [any] */
  platos_slice_t (*call_attribute)(const platos_host_t *self, const platos_call_t *call, const char *key);

  /* Leaves the reason of a failure; the function then returns the same code. message: one sentence for an operator, no
   * secrets. detail_json: a JSON object or empty; the host reads the keys http_status (integer), retry_after_ms
   * (integer), retryable (boolean), provider_code (text). The last call wins. Both slices are copied.          [any] */
  void (*error_set)(const platos_host_t *self, platos_error_t *error, int32_t code, platos_slice_t message,
                    platos_slice_t detail_json);
};

#endif
