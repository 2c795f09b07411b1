// The version, for everything that tells it.
#pragma once

#include <string_view>

namespace tributary {

// The one place of the version; CMakeLists.txt names the same.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace tributary
