// The widget's script, embedded into the binary by CMakeLists.txt.
#pragma once

#include <string_view>

namespace tributary::chat {

std::string_view widget_script();

}  // namespace tributary::chat
