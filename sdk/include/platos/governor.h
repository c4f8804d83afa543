/* platos.governor/1: a policy that allows, redacts, asks for approval, or denies.
 *
 * A check is one subject at one point, such as the user's message before the model sees it:
 *
 *   begin -> feed* (the last with is_last = 1) -> end
 *
 * The host runs its governors in the operator's order; a later one sees what the earlier left; the most severe decision
 * wins. An error, a breach, or more than the time budget (50 ms a check, unless set otherwise) denies, unless the operator
 * wrote on_error "allow" for the instance. Governors compute: they do not wait. Every verdict other than a plain allow is
 * audited with rule_id and the plugin's version. */
#ifndef PLATOS_GOVERNOR_H
#define PLATOS_GOVERNOR_H

#include "platos/entry.h"

#define PLATOS_GOVERNOR_INTERFACE "platos.governor/1"

typedef struct platos_check platos_check_t; /* defined by the plugin */

/* Points, as bits. What feed() is given at each, and what a redaction's replacement is there. */
enum {
  PLATOS_POINT_SESSION_START = 1,       /* nothing: the subject says who and where */
  PLATOS_POINT_BEFORE_MODEL = 2,        /* the user's message: text */
  PLATOS_POINT_AFTER_MODEL = 4,         /* the model's answer: text, in pieces as it streams */
  PLATOS_POINT_BEFORE_TOOL = 8,         /* the arguments: one JSON object; a replacement is one too */
  PLATOS_POINT_AFTER_TOOL = 16,         /* the result: one JSON value; a replacement is one too */
  PLATOS_POINT_BEFORE_MEMORY_WRITE = 32, /* the content of a memory: text */
  PLATOS_POINT_EGRESS = 64              /* nothing: the subject names method and url */
};

/* Decisions, by severity. Any other number is read as deny. */
enum { PLATOS_ALLOW = 1, PLATOS_REDACT = 2, PLATOS_REQUIRE_APPROVAL = 3, PLATOS_DENY = 4 };

/* Filled by feed(); zeroed by the host before. Slices are borrowed until the next call on the check.
 *
 * Text that was fed and not yet released is held. ALLOW with release_bytes releases that many held bytes, from the front,
 * as they are; REDACT puts `replacement` in the place of those bytes. Cuts fall between characters. With is_last
 * everything held is settled, whatever release_bytes says. At most 2 KiB may stay held between two calls. At points that
 * are fed once (all but AFTER_MODEL), there is exactly one feed(), and release_bytes is not looked at. An empty
 * replacement takes the text out. */
typedef struct platos_verdict {
  uint32_t struct_size; /* set by the host */
  int32_t decision;
  uint64_t release_bytes;
  platos_slice_t replacement;
  platos_slice_t rule_id; /* stable name of the rule that decided, at most 64 bytes */
  platos_slice_t reason;  /* one sentence for an operator; never the matched text */
  /* A JSON array, empty when nothing new was found: {"type", "severity": "low"|"medium"|"high", "detail",
   * "matched_text"?: masked, "action"?: "flag"|"warn"|"redact"|"block", further members}. "action" is what this verdict
   * does about the finding, not what a policy might do. Clients see them as safety flags;
   * the operator's ledger keeps them. */
  platos_slice_t findings_json;
  platos_slice_t approval_json; /* of REQUIRE_APPROVAL: {"roles"?: [], "needed"?, "expires_ms"?, "show"?} */
} platos_verdict_t;

typedef struct platos_governor {
  uint32_t struct_size;
  uint32_t reserved;

  /* The points that this instance wants, as a sum of bits. Constant for the instance.                      [setup] */
  uint32_t (*points)(platos_instance_t *instance);

  /* Starts a check. subject_json: {"point", "agent_id", "thread_id", "user_id", "run_id", "model"?, "tool"?, "effect"?,
   * "method"?, "url"?}; borrowed for the call. After a failure nothing follows, not even end().           [worker] */
  int32_t (*begin)(platos_instance_t *instance, platos_call_t *call, uint32_t point, platos_slice_t subject_json,
                   platos_check_t **check, platos_error_t *error);

  /* Gives a piece of the subject, whole characters of UTF-8, and asks what may be done with what is held. The same
   * subject in the same pieces gives the same verdicts. After a verdict of REQUIRE_APPROVAL or DENY, or a status other
   * than 0, only end() follows.                                                                          [exchange] */
  int32_t (*feed)(platos_check_t *check, platos_slice_t chunk, int32_t is_last, platos_verdict_t *verdict,
                  platos_error_t *error);

  /* Ends the check and frees it. Always called once for what begin() gave, also after a failure.         [exchange] */
  void (*end)(platos_check_t *check);
} platos_governor_t;

#endif
