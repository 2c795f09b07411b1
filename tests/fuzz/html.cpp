// Sanitised HTML has only what may be shown, and sanitising it again changes nothing.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"
#include "html/sanitize.hpp"
#include "html/text.hpp"

namespace {

using namespace tributary;

class Judge final : public HtmlSink {
 public:
    void on_tag(const HtmlTag& tag) override {
        for (const char* bad : {"script", "style", "svg", "math", "form", "iframe", "object",
                                "embed", "base", "meta", "link", "template", "input", "button"}) {
            if (tag.name == bad) std::abort();
        }
        for (const HtmlAttribute& attribute : tag.attributes) {
            if (attribute.name.starts_with("on") || attribute.name == "srcdoc") std::abort();
            if (attribute.name == "href" || attribute.name == "src") check_link(attribute.value);
        }
    }
    void on_text(std::string_view) override {}

 private:
    static void check_link(const std::string& link) {
        const std::string lower = ascii_lower(link);
        for (const char* good : {"http://", "https://", "mailto:", "tel:", "cid:", "data:image/"}) {
            if (lower.starts_with(good)) return;
        }
        if (!lower.empty() && !lower.starts_with('#')) std::abort();
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (!is_valid_utf8(bytes)) return 0;
    const std::string safe = sanitize_html(bytes);
    if (!is_valid_utf8(safe) || safe.size() > max_html_output + 100'000) std::abort();
    Judge judge;
    read_html(safe, {&judge});
    if (sanitize_html(safe) != safe) std::abort();
    HtmlText text;
    read_html(bytes, {&text});
    if (!is_valid_utf8(text.text()) || !is_valid_utf8(text.unquoted_text())) std::abort();
    return 0;
}
