// The demo's customers and what they went through, filed by the same steps as real life.
#pragma once

#include "base/time.hpp"
#include "model/agent.hpp"
#include "store/store.hpp"

namespace tributary {

// Fills an empty store with some days of history that end at `now`.
void tell_demo_story(Tx& tx, const Agent& agent, Timestamp now);

}  // namespace tributary
