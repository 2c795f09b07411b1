// The numbers an operator watches, in Prometheus' text exposition format 0.0.4.
#pragma once

#include <optional>
#include <string>

#include "api/context.hpp"

namespace tributary {

std::string metrics_text(const ApiContext& context, std::optional<Timestamp> last_backup);

}  // namespace tributary
