#include "html/text.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace tributary {
namespace {

TEST(HtmlText, ReadsAsWrittenByAPerson) {
    const struct {
        std::string_view html, text;
    } cases[] = {
        {"<head><title>no</title></head><h1>Hello</h1><p>one\n two&nbsp;three<br>four</p>",
         "Hello\n\none two three\nfour"},
        {"<p>a</p><ol><li>b<li><p>c</p></li></ol><p>d", "a\n\n1. b\n2. c\n\nd"},
        {"<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c"},
        {"<ol start=3><li>c<li value=7>g<li></li><li>i</ol>", "3. c\n7. g\n9. i"},
        {"<table><tr><th>Item<th>Price</tr><tr><td>Tea</td><td>3 €</td></tr></table>",
         "Item | Price\nTea | 3 €"},
        {"<table><tr><td></td><td><div>only</div></td></tr></table>", "only"},
        {"<a href='https://example.com/shop'>the shop</a>", "the shop <https://example.com/shop>"},
        {"<a href='https://example.com/'>example.com</a>", "example.com"},
        {"<a href='https://example.com/'>https://example.com/</a>", "https://example.com/"},
        {"<a href='mailto:ann@example.com?subject=x'>Ann</a>", "Ann <ann@example.com>"},
        {"<a href='mailto:ann@example.com'>ann@example.com</a>", "ann@example.com"},
        {"<a href='javascript:x'>x</a>", "x"},
        {"<a href='https://example.com/shop'>shop</a>", "shop <https://example.com/shop>"},
        {"<a href='https://evil.example/'>https://bank.example/</a>",
         "https://bank.example/ <https://evil.example/>"},
        {"<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"},
        {"a<hr>b", "a\n----------\nb"},
        {"new<blockquote>old<blockquote>older</blockquote></blockquote>end",
         "new\n\n> old\n>\n> > older\n\nend"},
        {"<dl><dt>word<dd>meaning</dl>", "word\n  meaning"},
        {"<p>yes <img alt='\U0001F600' src=x> <img alt=logo src=y></p>", "yes \U0001F600"},
        {"<head><style>p{}</style><p>never closed", "never closed"},
        {"<svg><title>t</title><p>words", "words"},
        {"a<script>b</script><style>c</style><!-- d -->e", "ae"},
        {"plain", "plain"},
        {"", ""},
        {"<div>one</div><div>two</div>", "one\ntwo"},
        {"a  \n b", "a b"},
        {"x<!-- hidden -->y", "xy"},
        {"<script>never ends", ""},
        {"open <b", "open"},
        {"&#x1F600;&#65;&lt;&nosuch;",
         "\xF0\x9F\x98\x80"
         "A<&nosuch;"},
        {"&#xD800;&#0;", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(html_to_text(one.html), one.text) << one.html;
    }
    HtmlText text;
    read_html("new<blockquote>old</blockquote>", {&text});
    EXPECT_EQ(trim(text.unquoted_text()), "new");
}

}  // namespace
}  // namespace tributary
