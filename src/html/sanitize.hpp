// HTML from outside, made safe to show: only tags, attributes and link schemes of an allow-list are
// written, and everything is escaped anew, so that no browser can read it in another way.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "html/tokens.hpp"

namespace tributary {

inline constexpr std::size_t max_html_bytes = 2'000'000;   // of input; beyond: text only
inline constexpr std::size_t max_html_output = 4'000'000;  // what does not fit is left out
inline constexpr std::size_t max_html_depth = 100;         // deeper elements lose their tags
// A page beyond these is no page to show; sanitizing stops.
inline constexpr std::size_t max_html_elements = 100'000;
inline constexpr std::size_t max_html_deep_elements = 10'000;  // of those, below max_html_depth

class HtmlSanitizer final : public HtmlSink {
 public:
    void on_tag(const HtmlTag& tag) override;
    void on_text(std::string_view text) override;
    bool is_over_limits() const {
        return elements_ > max_html_elements || deep_elements_ > max_html_deep_elements;
    }
    // Closes what is open and returns it; call once.
    std::string finish();

 private:
    void open(const HtmlTag& tag);
    void close(std::string_view name);
    void close_implied(std::string_view name);
    void close_down_to(std::size_t depth);
    bool skips(const HtmlTag& tag);
    bool is_full() const { return out_.size() >= max_html_output || is_over_limits(); }

    std::string out_;
    std::vector<std::string> open_;  // the elements written and not yet closed
    std::string skipped_;            // the element whose contents are being dropped
    std::size_t skipped_depth_ = 0;
    std::size_t elements_ = 0;
    std::size_t deep_elements_ = 0;
};

// The two together over one string.
std::string sanitize_html(std::string_view html);

}  // namespace tributary
