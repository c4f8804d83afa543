/* platos.host.sandbox/1: running programs that nobody has read, and the folder that they share with file tools.
 *
 * Only for plugins whose manifest asks for "sandbox" and whose grant allows it. A program has no network and sees the
 * system's programs read-only, /job (the job's files, read-only), /workspace and /tmp. The workspace is of the call's
 * environment and thread; no other thread's programs see it. */
#ifndef PLATOS_SERVICES_SANDBOX_H
#define PLATOS_SERVICES_SANDBOX_H

#include "platos/host.h"

#define PLATOS_HOST_SANDBOX "platos.host.sandbox/1"

/* Bits of platos_sandbox_end_t.flags. */
enum { PLATOS_SANDBOX_TIMED_OUT = 1, PLATOS_SANDBOX_OUTPUT_CUT = 2 };

/* A file (relative path, content) or a variable of the environment (name, value). */
typedef struct platos_sandbox_pair {
  platos_slice_t name;
  platos_slice_t value;
} platos_sandbox_pair_t;

/* Borrowed for the call. */
typedef struct platos_sandbox_job {
  uint32_t struct_size;
  int32_t timeout_ms;            /* longest run; the call's deadline applies too */
  const platos_slice_t *command; /* the program and its arguments; it starts in /workspace */
  size_t command_count;
  const platos_sandbox_pair_t *files; /* appear in /job; at most 256, together with input at most 16 MiB */
  size_t file_count;
  const platos_sandbox_pair_t *variables; /* besides PATH, HOME, TMPDIR, LANG, USER, PLATOS_WORKSPACE */
  size_t variable_count;
  platos_slice_t input;      /* standard input */
  uint64_t max_output_bytes; /* of standard output, and of standard error; more is cut. At most 16 MiB */
} platos_sandbox_job_t;

/* How a program ended. Borrowed for the sink call. */
typedef struct platos_sandbox_end {
  uint32_t struct_size;
  int32_t exit_code; /* 128 + the signal when it was killed */
  uint32_t flags;
  uint32_t reserved;
  platos_slice_t output; /* bytes; they may be no UTF-8 */
  platos_slice_t errors;
  platos_slice_t stopped_for; /* what it took too much of: "memory", "processes", "workspace"; or empty. Others may come */
} platos_sandbox_end_t;

/* ended is called once, on the calling thread, before run() returns 0. It returns 0, or a status that run() returns. */
typedef struct platos_sandbox_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  int32_t (*ended)(void *context, const platos_sandbox_end_t *end);
} platos_sandbox_sink_t;

/* Filled in by workspace(). */
typedef struct platos_workspace_limits {
  uint32_t struct_size; /* set by the caller */
  uint32_t reserved;
  uint64_t max_bytes;   /* on disk, of all files together */
  uint64_t max_entries; /* files and folders */
  uint64_t max_file_bytes;
} platos_workspace_limits_t;

typedef struct platos_host_sandbox {
  uint32_t struct_size;
  uint32_t reserved;

  /* Runs a program to its end; whatever its exit code, that is success. Without a thread in the call its workspace is
   * a fresh one, gone afterwards. INVALID_ARGUMENT: the job is out of bounds. FAILED_PRECONDITION: this machine cannot
   * confine programs, and nothing was run; or there is no such program. RESOURCE_EXHAUSTED: the workspace is over its
   * limits. UNAVAILABLE: too many programs run. DEADLINE and CANCELLED: of the call.         [worker, may block] */
  int32_t (*run)(const platos_host_t *host, platos_call_t *call, const platos_sandbox_job_t *job,
                 const platos_sandbox_sink_t *sink, platos_error_t *error);

  /* Writes the absolute path of the thread's workspace, which exists then, and fills in its limits. What is in there
   * was made by untrusted programs, which may run now: follow no link in it (openat2 with RESOLVE_BENEATH and
   * RESOLVE_NO_SYMLINKS), and give new files the owner of the folder. FAILED_PRECONDITION: the call has no thread.
   *                                                                                          [worker, may block] */
  int32_t (*workspace)(const platos_host_t *host, platos_call_t *call, const platos_writer_t *writer,
                       platos_workspace_limits_t *limits, platos_error_t *error);
} platos_host_sandbox_t;

#endif
