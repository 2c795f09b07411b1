// The words of a piece of HTML, for senders that have no plain text: tags go, blocks become lines,
// scripts and styles vanish. The result is text and is never shown as markup.
#pragma once

#include <string>
#include <string_view>

namespace tributary::webhook {

std::string html_to_text(std::string_view html);

}  // namespace tributary::webhook
