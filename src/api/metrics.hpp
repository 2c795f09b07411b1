// The numbers an operator watches, in Prometheus' text exposition format 0.0.4.
#pragma once

#include <string>

#include "api/context.hpp"

namespace tributary {

std::string metrics_text(const ApiContext& context);

}  // namespace tributary
