/* platos.observer/1: where spans, metrics, logs and events go.
 *
 * The host pushes records into a bounded ring for each observer and drains it on one thread of the observer's own. What
 * does not fit is dropped and counted; nothing in the daemon ever waits for an observer. Names and attributes follow
 * OpenTelemetry and its GenAI conventions. Texts of messages, tool arguments and results are left out unless the operator
 * grants "content"; secrets are never there. */
#ifndef PLATOS_OBSERVER_H
#define PLATOS_OBSERVER_H

#include "platos/entry.h"

#define PLATOS_OBSERVER_INTERFACE "platos.observer/1"

enum {
  PLATOS_RECORD_SPAN = 1,   /* trace_id, span_id, parent_span_id, start_ns, end_ns, severity of its status */
  PLATOS_RECORD_METRIC = 2, /* one point of the series name + attributes, at end_ns; see below */
  PLATOS_RECORD_LOG = 3,    /* body, severity */
  PLATOS_RECORD_EVENT = 4   /* name and attributes: something that happened once, such as a verdict */
};

enum { PLATOS_ATTRIBUTE_TEXT = 1, PLATOS_ATTRIBUTE_INTEGER = 2, PLATOS_ATTRIBUTE_DOUBLE = 3, PLATOS_ATTRIBUTE_BOOLEAN = 4 };
enum { PLATOS_SEVERITY_OK = 1, PLATOS_SEVERITY_INFO = 2, PLATOS_SEVERITY_WARN = 3, PLATOS_SEVERITY_ERROR = 4 };
/* `value` of a counter is its total since the daemon started, never an increment: a lost batch loses nothing. Of a gauge
 * it is what is now, of a histogram one observation. */
enum { PLATOS_METRIC_COUNTER = 1, PLATOS_METRIC_GAUGE = 2, PLATOS_METRIC_HISTOGRAM = 3 };
enum { PLATOS_SPAN_INTERNAL = 1, PLATOS_SPAN_CLIENT = 2, PLATOS_SPAN_SERVER = 3 };

/* An element of arrays: never grows. Which of the values counts is said by `type`; a boolean is an integer 0 or 1. */
typedef struct platos_attribute {
  platos_slice_t key;
  int32_t type;
  uint32_t reserved;
  int64_t integer;
  double number;
  platos_slice_t text;
} platos_attribute_t;

/* Borrowed for consume(). Members that a kind does not name are 0. Times are wall clock nanoseconds. */
typedef struct platos_record {
  uint32_t struct_size;
  int32_t kind;
  uint8_t trace_id[16];
  uint8_t span_id[8];
  uint8_t parent_span_id[8];
  int32_t severity;
  int32_t span_kind;
  int32_t metric_kind;
  uint32_t attribute_count;
  int64_t start_ns;
  int64_t end_ns;
  double value;
  platos_slice_t name;
  platos_slice_t body; /* of a log; of a failed span the error code */
  const platos_attribute_t *attributes;
} platos_record_t;

typedef struct platos_observer {
  uint32_t struct_size;
  uint32_t reserved;

  /* Takes a batch, at most 512 records. A failure is counted, and the batch is gone: keep what should be tried again.
   * The call carries a deadline; host services work with it.                                           [observer] */
  int32_t (*consume)(platos_instance_t *instance, platos_call_t *call, const platos_record_t *const *records,
                     size_t count, platos_error_t *error);

  /* Sends what is kept, within the deadline of the call: each few seconds, and before the daemon ends.  [observer] */
  int32_t (*flush)(platos_instance_t *instance, platos_call_t *call, platos_error_t *error);
} platos_observer_t;

#endif
