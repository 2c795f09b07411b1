// What a page loads: the widget's script and its words.
#pragma once

#include "connectors/chat/options.hpp"
#include "http/message.hpp"

namespace tributary::chat {

// With ETag; 304 when the browser has it.
http::Reply serve_widget_script(const http::Request& request);
// Title, greeting, questions and limits, for the widget only.
http::Reply serve_widget_words(const Options& options);

}  // namespace tributary::chat
