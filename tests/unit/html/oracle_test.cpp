// What a browser's parser sees in our sanitised HTML, over thousands of mutated attacks: nothing
// but allowed elements, attributes and schemes. The parser is another one than ours on purpose.
#include <gtest/gtest.h>

#if __has_include(<gumbo.h>)
#include <gumbo.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "html/sanitize.hpp"

namespace tributary {
namespace {

// Written down anew here: the test must not believe the list it tests.
const std::set<std::string, std::less<>> allowed_elements = {
    "html", "head", "body",       "a",      "abbr",       "acronym", "address", "article", "aside",
    "b",    "bdi",  "bdo",        "big",    "blockquote", "br",      "caption", "center",  "cite",
    "code", "col",  "colgroup",   "dd",     "del",        "dfn",     "dir",     "div",     "dl",
    "dt",   "em",   "figcaption", "figure", "font",       "footer",  "h1",      "h2",      "h3",
    "h4",   "h5",   "h6",         "header", "hr",         "i",       "img",     "ins",     "kbd",
    "li",   "main", "mark",       "nav",    "ol",         "p",       "pre",     "q",       "rp",
    "rt",   "ruby", "s",          "samp",   "section",    "small",   "span",    "strike",  "strong",
    "sub",  "sup",  "table",      "tbody",  "td",         "tfoot",   "th",      "thead",   "time",
    "tr",   "tt",   "u",          "ul",     "var",        "wbr"};
const std::set<std::string, std::less<>> allowed_attributes = {
    "href",  "src",    "alt",     "title",   "dir",     "lang",   "align",       "valign",
    "width", "height", "colspan", "rowspan", "span",    "border", "cellpadding", "cellspacing",
    "start", "value",  "color",   "size",    "bgcolor", "type",   "target",      "rel"};

struct FreeOutput {
    void operator()(GumboOutput* output) const {
        gumbo_destroy_output(&kGumboDefaultOptions, output);
    }
};

bool starts_with_one_of(std::string_view url, std::initializer_list<std::string_view> schemes) {
    for (const auto scheme : schemes) {
        if (starts_with_ignoring_case(url, scheme)) return true;
    }
    return false;
}

// "" when the attribute is harmless, else what is wrong.
std::string fault_of(std::string_view element, std::string_view name, std::string_view value) {
    if (!allowed_attributes.contains(name)) return "attribute " + std::string(name);
    if (name == "href") {
        const bool is_good =
            element == "a" && starts_with_one_of(value, {"http://", "https://", "mailto:", "tel:"});
        return is_good ? "" : "href " + std::string(value);
    }
    if (name == "src") {
        const bool is_good =
            element == "img" &&
            starts_with_one_of(value, {"http://", "https://", "cid:", "data:image/png;base64,",
                                       "data:image/jpeg;base64,", "data:image/jpg;base64,",
                                       "data:image/gif;base64,", "data:image/webp;base64,"});
        return is_good ? "" : "src " + std::string(value);
    }
    return "";
}

std::string fault_in(const GumboNode* node) {
    if (node->type == GUMBO_NODE_COMMENT || node->type == GUMBO_NODE_CDATA ||
        node->type == GUMBO_NODE_TEMPLATE) {
        return "a comment, CDATA or template";
    }
    if (node->type != GUMBO_NODE_ELEMENT) return "";
    const auto& element = node->v.element;
    if (element.tag_namespace != GUMBO_NAMESPACE_HTML) return "foreign content";
    const std::string name = gumbo_normalized_tagname(element.tag);
    if (!allowed_elements.contains(name)) {
        return "element " + std::string(element.original_tag.data, element.original_tag.length);
    }
    for (unsigned i = 0; i < element.attributes.length; ++i) {
        const auto* attribute = static_cast<const GumboAttribute*>(element.attributes.data[i]);
        auto fault = fault_of(name, attribute->name, attribute->value);
        if (!fault.empty()) return fault;
    }
    for (unsigned i = 0; i < element.children.length; ++i) {
        auto fault = fault_in(static_cast<const GumboNode*>(element.children.data[i]));
        if (!fault.empty()) return fault;
    }
    return "";
}

std::string fault_of_page(std::string_view html) {
    const std::unique_ptr<GumboOutput, FreeOutput> page(
        gumbo_parse_with_options(&kGumboDefaultOptions, html.data(), html.size()));
    const auto& children = page->document->v.document.children;
    for (unsigned i = 0; i < children.length; ++i) {
        auto fault = fault_in(static_cast<const GumboNode*>(children.data[i]));
        if (!fault.empty()) return fault;
    }
    return "";
}

// The attacks of other projects that lie beside the repository: mails with one HTML part in base64.
std::vector<std::string> public_attacks() {
    namespace fs = std::filesystem;
    const fs::path folder = fs::path(TRIBUTARY_SOURCE_DIR) / "../shared/corpora/email/cases/xss";
    std::vector<std::string> all;
    if (!fs::is_directory(folder)) return all;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".eml") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        std::string body;
        for (std::string line; std::getline(file, line) && !trim(line).empty();) {
        }
        for (std::string line; std::getline(file, line);)
            body += trim(line);
        const auto html = from_base64(body);
        EXPECT_TRUE(html) << entry.path();
        all.push_back(html.value_or(""));
    }
    std::sort(all.begin(), all.end());
    return all;
}

std::vector<std::string> attacks() {
    std::vector<std::string> all = {
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
        "onerror=alert(1)&gt;\">",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\" java\tscript:alert(1)\">x</a>",
        "<a href=\"&#106;avascript:alert(1)\">x</a>",
        "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
        "<img src=\"data:image/svg+xml;base64,PHN2Zz4=\">",
        "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
        "<form action=https://evil.example><input name=a><button>x</button></form>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
        "<textarea></textarea><img src=x onerror=alert(1)>",
        "<title><img src=x onerror=alert(1)></title>",
        "<xmp><img src=x onerror=alert(1)></xmp>",
        "<style>@import 'https://evil.example';</style>",
        "<div style=\"position:fixed;background:url(https://evil.example)\">x</div>",
        "<base href=https://evil.example><meta http-equiv=refresh content=0><link rel=stylesheet>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[<img src=x onerror=alert(1)>]]>",
        "<?xml version=\"1.0\"?><p>x",
        "<p id=body name=cookie class=x>clobber</p>",
        "<select><template><img src=x onerror=alert(1)></template></select>",
        "<table><tr><td><svg><desc><td><img src=x onerror=alert(1)>",
        "<a href='https://example.com/' onclick='alert(1)' title='\"><script>'>x</a>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<object data=x><embed src=y><applet code=z><param name=movie value=a>",
        "<marquee onstart=alert(1)>x</marquee><blink>x</blink><keygen autofocus onfocus=alert(1)>",
        "<img src=`x`onerror=alert(1)><img \"\"\"><img/src=x/onerror=alert(1)>",
        "<plaintext><img src=x onerror=alert(1)>",
        "<ul><li><p>fine</p><blockquote>quoted<br>text</blockquote></ul>",
    };
    for (auto& attack : public_attacks())
        all.push_back(std::move(attack));
    return all;
}

class Mutator {
 public:
    Mutator(std::uint64_t seed, const std::vector<std::string>& bases)
        : random_(seed), bases_(bases) {}

    std::string make() {
        auto html = bases_[below(bases_.size())];
        for (auto rounds = below(5) + 1; rounds > 0; --rounds) {
            const auto& other = bases_[below(bases_.size())];
            const auto at = below(html.size() + 1);
            switch (below(9)) {
                case 0: html.insert(at, other); break;
                case 1: html = html.substr(0, at) + other.substr(below(other.size() + 1)); break;
                case 2: html.erase(at, below(6) + 1); break;
                case 3: html.insert(at, token()); break;
                case 4: html = token() + html + token(); break;
                case 5:
                    if (!html.empty()) html[below(html.size())] = static_cast<char>(random_());
                    break;
                case 6:
                    if (at < html.size()) html[at] = static_cast<char>(html[at] ^ 0x20);
                    break;
                case 7:
                    if (at < html.size()) {
                        const auto code = static_cast<unsigned char>(html[at]);
                        html.replace(at, 1, "&#" + std::to_string(code) + (below(2) ? ";" : ""));
                    }
                    break;
                default: html.insert(at, html.substr(below(html.size() + 1), below(30))); break;
            }
        }
        return html;
    }

 private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

    std::string token() {
        static const std::vector<std::string> tokens = {"<svg>",
                                                        "</svg>",
                                                        "<math>",
                                                        "<mtext>",
                                                        "<table>",
                                                        "</table>",
                                                        "<style>",
                                                        "</style>",
                                                        "<title>",
                                                        "</title>",
                                                        "<noscript>",
                                                        "</noscript>",
                                                        "<!--",
                                                        "-->",
                                                        "--!>",
                                                        "<![CDATA[",
                                                        "]]>",
                                                        "<p title=\"",
                                                        "\">",
                                                        "'>",
                                                        "<select>",
                                                        "<option>",
                                                        "<template>",
                                                        "</template>",
                                                        "<form>",
                                                        "<textarea>",
                                                        "</textarea>",
                                                        "<iframe>",
                                                        "</iframe>",
                                                        "<xmp>",
                                                        "</xmp>",
                                                        "<frameset>",
                                                        "<plaintext>",
                                                        "<a href='",
                                                        "<img src=x ",
                                                        " onerror=",
                                                        "javascript:",
                                                        "\t",
                                                        "\n",
                                                        "\f",
                                                        std::string(1, '\0'),
                                                        "\x01",
                                                        "`",
                                                        "=",
                                                        "/",
                                                        "<",
                                                        ">",
                                                        "</p>",
                                                        "<br/>",
                                                        "</br>",
                                                        "<li>",
                                                        "<td>",
                                                        "<foreignObject>",
                                                        "<desc>",
                                                        "&lt;",
                                                        "&#x3c;",
                                                        "&amp;lt;",
                                                        "&NewLine;",
                                                        "&colon;",
                                                        "<a>",
                                                        "<b><i></b>",
                                                        "<font>",
                                                        "<mglyph>",
                                                        "<annotation-xml encoding=text/html>"};
        return tokens[below(tokens.size())];
    }

    std::mt19937_64 random_;
    const std::vector<std::string>& bases_;
};

TEST(HtmlOracle, KnowsWhatIsBad) {
    for (const auto* html :
         {"<script>", "<p onclick=x>", "<a href=javascript:x>", "<svg>", "<img src=file:x>",
          "<!-- x -->", "<p style=x>", "<form>", "<template>"}) {
        EXPECT_NE(fault_of_page(html), "") << html;
    }
    EXPECT_EQ(fault_of_page("<p><a href=https://x title=y>z</a><img src=cid:a>"), "");
}

// TRIBUTARY_MUTATED_HTML=100000 tries more.
TEST(HtmlOracle, SeesNothingHarmfulInMutatedAttacks) {
    SCOPED_TRACE("E53");
    const auto* wanted = std::getenv("TRIBUTARY_MUTATED_HTML");
    const std::size_t count = wanted == nullptr ? 20'000 : std::strtoul(wanted, nullptr, 10);
    const auto bases = attacks();
    for (const auto& html : bases)
        ASSERT_EQ(fault_of_page(sanitize_html(html)), "") << html;
    const auto start = std::chrono::steady_clock::now();
    std::size_t kept = 0;
    for (std::size_t seed = 0; seed < count; ++seed) {
        const auto html = to_valid_utf8(Mutator(seed, bases).make());
        const auto safe = sanitize_html(html);
        ASSERT_EQ(fault_of_page(safe), "") << "seed " << seed << "\n" << html << "\n" << safe;
        kept += safe.empty() ? 0 : 1;
    }
    EXPECT_GT(kept, count / 2);
    std::printf("%zu mutated attacks on %zu bases in %lld ms\n", count, bases.size(),
                static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                           std::chrono::steady_clock::now() - start)
                                           .count()));
}

}  // namespace
}  // namespace tributary

#endif
