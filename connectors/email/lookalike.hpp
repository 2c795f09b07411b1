// Addresses made to be taken for others: letters of several scripts in one name, or all of another
// script that read as Latin ones (UTS 39, sections 4 and 5.2). Pure, thread-safe.
#pragma once

#include <string_view>

namespace tributary::email {

// `address` in normal form: UTF-8 before the '@', A-labels behind it.
bool is_lookalike_address(std::string_view address);

}  // namespace tributary::email
