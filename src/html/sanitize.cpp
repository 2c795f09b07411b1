#include "html/sanitize.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/text.hpp"

namespace tributary {
namespace {

using Names = std::unordered_set<std::string_view>;

const Names allowed_tags = {
    "a",      "abbr",       "acronym", "address", "article", "aside",  "b",    "bdi",  "bdo",
    "big",    "blockquote", "br",      "caption", "center",  "cite",   "code", "col",  "colgroup",
    "dd",     "del",        "dfn",     "dir",     "div",     "dl",     "dt",   "em",   "figcaption",
    "figure", "font",       "footer",  "h1",      "h2",      "h3",     "h4",   "h5",   "h6",
    "header", "hr",         "i",       "img",     "ins",     "kbd",    "li",   "main", "mark",
    "nav",    "ol",         "p",       "pre",     "q",       "rp",     "rt",   "ruby", "s",
    "samp",   "section",    "small",   "span",    "strike",  "strong", "sub",  "sup",  "table",
    "tbody",  "td",         "tfoot",   "th",      "thead",   "time",   "tr",   "tt",   "u",
    "ul",     "var",        "wbr"};
const Names void_tags = {"br", "col", "hr", "img", "wbr"};

// Dropped with all they hold. Foreign content (svg, math) parses by rules of its own, where the
// bypasses of sanitizers live.
const Names dropped_tags = {"svg",     "math",     "script",   "style",   "iframe",
                            "object",  "applet",   "noscript", "title",   "template",
                            "noembed", "noframes", "xmp",      "textarea"};
// Inside them an HTML element ends the foreign content (WHATWG HTML, section 13.2.6.5).
const Names breakout_tags = {
    "b",  "big", "blockquote", "body",  "br",   "center", "code",  "dd", "div", "dl",  "dt",
    "em", "h1",  "h2",         "h3",    "h4",   "h5",     "h6",    "hr", "i",   "img", "li",
    "ol", "p",   "pre",        "small", "span", "strong", "table", "td", "tr",  "u",   "ul"};

// A start tag of these ends an open paragraph.
const Names paragraph_enders = {
    "address", "article", "aside", "blockquote", "center", "dir",     "div",   "dl",     "figure",
    "footer",  "h1",      "h2",    "h3",         "h4",     "h5",      "h6",    "header", "hr",
    "main",    "nav",     "ol",    "p",          "pre",    "section", "table", "ul"};
const Names table_parts = {"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"};

bool is_number(std::string_view text, bool with_percent) {
    if (with_percent && text.ends_with('%')) text.remove_suffix(1);
    return !text.empty() && text.size() <= 5 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_plain_word(std::string_view text) {
    return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '#';
    });
}

// A URL as browsers read it: controls vanish, the scheme has no case.
std::string clean_url(std::string_view url) {
    std::string clean;
    for (const char c : trim(url)) {
        if (static_cast<unsigned char>(c) >= ' ' && c != 127) clean += c;
    }
    return std::string(trim(clean));
}

bool has_scheme(std::string_view url, std::initializer_list<std::string_view> schemes) {
    return std::any_of(schemes.begin(), schemes.end(), [&](std::string_view scheme) {
        return starts_with_ignoring_case(url, scheme);
    });
}

bool is_safe_link(std::string_view url) {
    return has_scheme(url, {"http://", "https://", "mailto:", "tel:"});
}

bool is_safe_image(std::string_view url) {
    return has_scheme(
        url, {"http://", "https://", "cid:", "data:image/png;base64,", "data:image/jpeg;base64,",
              "data:image/jpg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"});
}

// The value to write, or nullopt when the attribute is not allowed there.
std::optional<std::string> allowed_value(std::string_view tag, const HtmlAttribute& attribute) {
    const std::string_view name = attribute.name;
    const auto keep_if = [&](bool good) {
        return good ? std::optional(attribute.value) : std::nullopt;
    };
    if (name == "href" && tag == "a") {
        auto url = clean_url(attribute.value);
        return is_safe_link(url) ? std::optional(std::move(url)) : std::nullopt;
    }
    if (name == "src" && tag == "img") {
        auto url = clean_url(attribute.value);
        return is_safe_image(url) ? std::optional(std::move(url)) : std::nullopt;
    }
    if (name == "alt" && tag == "img") return attribute.value;
    if (name == "title") return attribute.value;
    if (name == "dir" || name == "lang" || name == "align" || name == "valign") {
        return keep_if(is_plain_word(attribute.value));
    }
    if (name == "width" || name == "height") return keep_if(is_number(attribute.value, true));
    if (name == "colspan" || name == "rowspan" || name == "span" || name == "border" ||
        name == "cellpadding" || name == "cellspacing" || name == "start" || name == "value") {
        return keep_if(is_number(attribute.value, false) && tag != "a");
    }
    if (name == "color" || name == "size" || name == "bgcolor" || (name == "type" && tag == "ol")) {
        return keep_if(is_plain_word(attribute.value));
    }
    return std::nullopt;
}

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            case '`': out += "&#96;"; break;
            default:
                // Controls but tab and line ends mean nothing in HTML.
                if (static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\t' || c == '\r') {
                    out += c;
                }
        }
    }
}

}  // namespace

bool HtmlSanitizer::skips(const HtmlTag& tag) {
    if (skipped_.empty()) {
        if (tag.is_end || !dropped_tags.contains(tag.name)) return false;
        skipped_ = tag.name;
        skipped_depth_ = 1;
        return true;
    }
    const bool is_foreign = skipped_ == "svg" || skipped_ == "math" || skipped_ == "noscript" ||
                            skipped_ == "object" || skipped_ == "applet";
    if (tag.name == skipped_) {
        skipped_depth_ += tag.is_end ? 0 : 1;
        if (tag.is_end && --skipped_depth_ == 0) skipped_.clear();
        return true;
    }
    if (is_foreign && !tag.is_end && breakout_tags.contains(tag.name)) {
        skipped_.clear();
        return false;
    }
    return true;
}

void HtmlSanitizer::on_tag(const HtmlTag& tag) {
    if (is_full() || skips(tag)) return;
    const auto known = allowed_tags.find(tag.name);
    if (known == allowed_tags.end()) return;
    if (!tag.is_end) {
        open(tag);
    } else if (tag.name == "br" || tag.name == "p") {
        // "</br>" and a "</p>" that closes nothing still break the line.
        const bool closes = std::find(open_.begin(), open_.end(), tag.name) != open_.end();
        if (closes) {
            close(tag.name);
        } else {
            out_ += "<br>";
        }
    } else {
        close(tag.name);
    }
}

void HtmlSanitizer::open(const HtmlTag& tag) {
    close_implied(tag.name);
    const bool is_void = void_tags.contains(tag.name);
    ++elements_;
    if (!is_void && open_.size() >= max_html_depth) {
        ++deep_elements_;
        return;
    }
    const auto start = out_.size();
    out_ += '<';
    out_ += tag.name;
    bool has_link = false;
    for (const auto& attribute : tag.attributes) {
        const auto value = allowed_value(tag.name, attribute);
        if (!value) continue;
        out_ += ' ';
        out_ += attribute.name;
        out_ += "=\"";
        append_escaped(out_, *value);
        out_ += '"';
        has_link = has_link || attribute.name == "href";
    }
    if (has_link) out_ += " target=\"_blank\" rel=\"noopener noreferrer nofollow\"";
    out_ += '>';
    if (is_full()) {
        out_.resize(start);
    } else if (!is_void) {
        open_.push_back(tag.name);
    }
}

// End tags that HTML lets writers leave out (WHATWG HTML, section 13.1.2.4).
void HtmlSanitizer::close_implied(std::string_view name) {
    const auto close_within = [&](std::initializer_list<std::string_view> closed,
                                  std::initializer_list<std::string_view> barriers) {
        for (auto depth = open_.size(); depth-- > 0;) {
            const std::string_view open = open_[depth];
            if (std::find(closed.begin(), closed.end(), open) != closed.end()) {
                return close_down_to(depth);
            }
            if (std::find(barriers.begin(), barriers.end(), open) != barriers.end()) return;
        }
    };
    if (name == "li") {
        close_within({"li"}, {"ul", "ol", "dir", "td", "th", "table", "blockquote"});
    } else if (name == "dt" || name == "dd") {
        close_within({"dt", "dd"}, {"dl", "td", "th", "table"});
    } else if (name == "td" || name == "th") {
        close_within({"td", "th"}, {"tr", "table"});
    } else if (name == "tr") {
        close_within({"tr"}, {"table"});
    } else if (name == "tbody" || name == "thead" || name == "tfoot") {
        close_within({"tbody", "thead", "tfoot"}, {"table"});
    } else if (paragraph_enders.contains(name)) {
        close_within({"p"}, {"td", "th", "table", "div", "li", "blockquote", "caption"});
    }
}

void HtmlSanitizer::close(std::string_view name) {
    const bool is_table_part = table_parts.contains(name);
    for (auto depth = open_.size(); depth-- > 0;) {
        if (open_[depth] == name) return close_down_to(depth);
        // A stray end tag inside a cell must not close what lies around the table.
        if (!is_table_part && (open_[depth] == "td" || open_[depth] == "th")) return;
        if (is_table_part && name != "table" && open_[depth] == "table") return;
    }
}

void HtmlSanitizer::close_down_to(std::size_t depth) {
    while (open_.size() > depth) {
        out_ += "</" + open_.back() + '>';
        open_.pop_back();
    }
}

void HtmlSanitizer::on_text(std::string_view text) {
    if (!skipped_.empty() || is_full()) return;
    append_escaped(out_, truncate_utf8(text, max_html_output - out_.size()));
}

std::string HtmlSanitizer::finish() {
    close_down_to(0);
    return std::move(out_);
}

std::string sanitize_html(std::string_view html) {
    HtmlSanitizer sanitizer;
    read_html(html, {&sanitizer});
    return sanitizer.finish();
}

}  // namespace tributary
