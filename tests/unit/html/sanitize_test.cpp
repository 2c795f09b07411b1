#include "html/sanitize.hpp"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(SanitizeHtml, KeepsOnlyWhatIsHarmless) {
    SCOPED_TRACE("E53, E54");
    const struct {
        std::string_view html, safe;
    } cases[] = {
        {"<p>a<script>alert(1)</script>b", "<p>ab</p>"},
        {"<img src=x onerror=alert(1)>", "<img>"},
        {"<img src=file:///etc/passwd><img src=//evil.example/x><img src=data:text/html,x>",
         "<img><img><img>"},
        {"<img srcset='https://evil.example/x 2x' style='background:url(//evil.example)'>",
         "<img>"},
        {"<p background=https://evil.example style='position:fixed'>a", "<p>a</p>"},
        {"<a href=\"java\nscript:alert(1)\">x</a>", "<a>x</a>"},
        {"<a href=' https://example.com/?a=1&amp;b=2 '>x</a>",
         "<a href=\"https://example.com/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer "
         "nofollow\">x</a>"},
        {"<svg><style><img src=x></svg>a", ""},
        {"<svg><p>a", "<p>a</p>"},
        {"<form><p>kept</form>", "<p>kept</p>"},
        {"<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"},
        {"<table><tr><td>a</div><td>b</table>", "<table><tr><td>a</td><td>b</td></tr></table>"},
        {"<!-- <b>hidden</b> -->a<!-- open", "a open"},
        {"1 < 2 &amp; 3 &copy; &#x41;&#128;", "1 &lt; 2 &amp; 3 © A€"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(sanitize_html(one.html), one.safe) << one.html;
}

TEST(SanitizeHtml, StaysLinearOnHostileInput) {
    for (const auto* piece : {"<div>", "<!--", "<title>", "<a b=", "<svg>", "&amp", "</p>",
                              "<b><i>", "<td>", "<a href='"}) {
        std::string html;
        for (int i = 0; i < 100'000; ++i)
            html += piece;
        EXPECT_LT(sanitize_html(html).size(), max_html_output + 10'000) << piece;
    }
}

}  // namespace
}  // namespace tributary
