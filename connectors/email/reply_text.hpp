// The newest words of a mail: without what it quotes, without the lines that introduce a quote, and
// without the signature. Pure, linear in the text, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace tributary::email {

// `text` has line feeds only. Gives `text` itself, trimmed, when nothing would be left.
std::string trim_quotes(std::string_view text);

}  // namespace tributary::email
