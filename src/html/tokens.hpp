// HTML as a flat stream of tags and text, read in one linear pass without a tree. What comes out
// need not agree with a browser to the letter: nothing foreign is passed on verbatim, everything
// is judged and written anew (html_sanitize.hpp). Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tributary {

struct HtmlAttribute {
    std::string name;   // lower case
    std::string value;  // character references resolved
};

struct HtmlTag {
    std::string name;  // lower case
    bool is_end = false;
    std::vector<HtmlAttribute> attributes;
    // nullptr when absent.
    const std::string* find(std::string_view attribute) const;
};

class HtmlSink {
 public:
    virtual ~HtmlSink() = default;
    virtual void on_tag(const HtmlTag& tag) = 0;
    virtual void on_text(std::string_view text) = 0;  // character references resolved
};

// Feeds every sink with every token. Comments, declarations and the contents of elements that hold
// no prose (script, style, title, ...) are left out; `html` is valid UTF-8.
void read_html(std::string_view html, const std::vector<HtmlSink*>& sinks);

}  // namespace tributary
