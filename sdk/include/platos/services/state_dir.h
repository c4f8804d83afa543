/* platos.host.state-dir/1: a private folder for files that outlive the process.
 *
 * Only for plugins whose manifest asks for "files" and whose grant allows it. The folder exists, is readable by the
 * daemon's user alone, belongs to one instance, and is empty at first. */
#ifndef PLATOS_SERVICES_STATE_DIR_H
#define PLATOS_SERVICES_STATE_DIR_H

#include "platos/host.h"

#define PLATOS_HOST_STATE_DIR "platos.host.state-dir/1"

typedef struct platos_host_state_dir {
  uint32_t struct_size;
  uint32_t reserved;

  /* Its absolute path, without a slash at the end. Lives as long as the instance.                              [any] */
  platos_slice_t (*path)(const platos_host_t *host);
} platos_host_state_dir_t;

#endif
