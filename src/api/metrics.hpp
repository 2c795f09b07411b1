// The numbers an operator watches, in Prometheus' text exposition format 0.0.4. Labels come from
// closed sets: connectors, their states, our own reasons.
#pragma once

#include <string>

#include "api/context.hpp"

namespace tributary {

awaitable<std::string> metrics_text(ApiContext& context);

}  // namespace tributary
