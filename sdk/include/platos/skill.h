/* platos.skill/1: tools that a model may call. */
#ifndef PLATOS_SKILL_H
#define PLATOS_SKILL_H

#include "platos/entry.h"

#define PLATOS_SKILL_INTERFACE "platos.skill/1"

/* Kinds of tool output. Unknown kinds are ignored by the host. */
enum {
  PLATOS_OUTPUT_TEXT = 1,         /* data: UTF-8 */
  PLATOS_OUTPUT_JSON = 2,         /* data: one JSON text */
  PLATOS_OUTPUT_BLOB = 3,         /* data: bytes, label: their MIME type */
  PLATOS_OUTPUT_ARTIFACT_REF = 4, /* data: id of an artifact */
  PLATOS_OUTPUT_PROGRESS = 5,     /* data: UTF-8, shown to a person, not to the model */
  PLATOS_OUTPUT_LOG = 6           /* data: UTF-8, for the operator */
};

/* Borrowed for the sink call. The whole output of one call is capped at 16 MiB. */
typedef struct platos_output {
  uint32_t struct_size;
  int32_t kind;
  platos_slice_t data;
  platos_slice_t label;
} platos_output_t;

/* Takes output in order. emit returns 0, or a status that the plugin returns at once. */
typedef struct platos_tool_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  int32_t (*emit)(void *context, const platos_output_t *output);
} platos_tool_sink_t;

typedef struct platos_skill {
  uint32_t struct_size;
  uint32_t reserved;

  /* Writes a JSON array, one object a tool:
   *   {"name", "description", "input_schema": {}, "title"?, "output_schema"?, "effect"?: "read"|"idempotent"|"once",
   *    "requires_approval"?: false, "timeout_ms"?: 30000, "reconcile"?: "name of another tool"}
   * effect decides what happens after a crash in the middle of a call: read and idempotent are repeated (idempotent
   * with the same key), once is not. Absent means once. When nobody knows whether a call with the effect once has taken
   * place, the host asks the tool that `reconcile` names, with {"idempotencyKey", "tool", "arguments"}; it answers with
   * the JSON {"status": "succeeded", "failed" or "unknown", "result"?}. Names are [A-Za-z0-9_.-]{1,64}.       [worker] */
  int32_t (*list)(platos_instance_t *instance, const platos_writer_t *writer, platos_error_t *error);

  /* Invokes one tool.                                                                           [worker, may block]
   *
   * name, args_json: borrowed for the call; args_json is one JSON object in UTF-8.
   * sink: receives output in any number and order; borrowed for the call.
   * Returns 0, or a status after error_set. INVALID_ARGUMENT goes to the model as a tool error; UNAVAILABLE and DEADLINE
   * may be retried by the host if the tool's effect is read or idempotent. call_attribute(call, "idempotency_key") is
   * the same for every attempt of one call. */
  int32_t (*invoke)(platos_instance_t *instance, platos_call_t *call, platos_slice_t name, platos_slice_t args_json,
                    const platos_tool_sink_t *sink, platos_error_t *error);

  /* Asks a running invoke() to return soon. May be NULL when invoke() polls is_cancelled().                  [any] */
  void (*interrupt)(platos_instance_t *instance, platos_call_t *call);
} platos_skill_t;

#endif
