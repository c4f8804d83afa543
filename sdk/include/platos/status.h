/* Status codes: the result of every fallible call, in the numbering of gRPC. 0 is success.
 *
 * "retry" says what the host does with a failed model or tool call when nothing was published or done yet. */
#ifndef PLATOS_STATUS_H
#define PLATOS_STATUS_H

#include "platos/abi.h"

enum {
  PLATOS_OK = 0,
  PLATOS_CANCELLED = 1,           /* the caller gave up; never retried */
  PLATOS_UNKNOWN = 2,             /* no better code; never retried */
  PLATOS_INVALID_ARGUMENT = 3,    /* the request is wrong; never retried. From a tool: the model may correct itself */
  PLATOS_DEADLINE = 4,            /* the time given was not enough; retried when the error says retryable */
  PLATOS_NOT_FOUND = 5,           /* no such model, tool, object; never retried */
  PLATOS_ALREADY_EXISTS = 6,      /* never retried */
  PLATOS_PERMISSION_DENIED = 7,   /* known caller, not allowed; never retried */
  PLATOS_RESOURCE_EXHAUSTED = 8,  /* rate limit or quota; retried after retry_after_ms when the error says retryable */
  PLATOS_FAILED_PRECONDITION = 9, /* the state must change first, such as a missing setting; never retried */
  PLATOS_ABORTED = 10,            /* a conflict with another writer */
  PLATOS_UNIMPLEMENTED = 12,      /* this plugin or host does not do that; never retried */
  PLATOS_INTERNAL = 13,           /* a bug, or an answer that breaks the protocol; retried when the error says retryable */
  PLATOS_UNAVAILABLE = 14,        /* try again later; retried */
  PLATOS_DATA_LOSS = 15,          /* never retried */
  PLATOS_UNAUTHENTICATED = 16,    /* the secret was refused; never retried */
  PLATOS_SUSPENDED = 17           /* reserved for draft interfaces */
};

#endif
