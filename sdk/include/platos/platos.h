/* Every stable header of the plugin ABI. */
#ifndef PLATOS_PLATOS_H
#define PLATOS_PLATOS_H

#include "platos/abi.h"
#include "platos/embedder.h"
#include "platos/entry.h"
#include "platos/governor.h"
#include "platos/host.h"
#include "platos/image.h"
#include "platos/memory.h"
#include "platos/observer.h"
#include "platos/provider.h"
#include "platos/services/http.h"
#include "platos/services/mail.h"
#include "platos/services/metrics.h"
#include "platos/services/public_web.h"
#include "platos/services/sandbox.h"
#include "platos/services/seal.h"
#include "platos/services/secrets.h"
#include "platos/services/spans.h"
#include "platos/services/state_dir.h"
#include "platos/skill.h"
#include "platos/status.h"

#endif
