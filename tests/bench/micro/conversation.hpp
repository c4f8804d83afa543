// A conversation of given length with one tool on offer: shared input of several benchmarks.
#pragma once

#include "model/chat.hpp"

namespace platos::bench {

/// Users and assistants in turn, about 290 bytes a message.
model::ChatRequest conversation(int messages);

}  // namespace platos::bench
