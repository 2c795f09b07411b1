#include "html/text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"

namespace tributary {
namespace {

constexpr std::size_t max_containers = 1000;

using Names = std::unordered_set<std::string_view>;

const Names paragraph_tags = {"p",  "h1", "h2", "h3",  "h4",         "h5",   "h6",
                              "ul", "ol", "dl", "pre", "blockquote", "table"};
const Names line_tags = {"div",    "tr",     "li",      "dt",     "dd",   "section",    "article",
                         "header", "footer", "address", "center", "form", "fieldset",   "caption",
                         "main",   "nav",    "aside",   "figure", "body", "figcaption", "option"};
// Elements whose text nobody is meant to read.
const Names hidden_tags = {"title", "script", "style", "template", "svg", "math", "noscript"};
// What may stand in a head; anything else ends it (WHATWG HTML, section 13.2.6.4.4).
const Names head_tags = {"head", "html", "title",    "script", "style",
                         "meta", "link", "template", "base",   "noscript"};
constexpr std::string_view rule = "----------";
constexpr std::string_view cell_separator = " | ";
constexpr std::size_t max_depth_shown = 20;

bool has_word(const std::string* attribute, std::initializer_list<std::string_view> words) {
    if (attribute == nullptr) return false;
    const auto text = ascii_lower(*attribute);
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

// The containers in which mail programs put what they quote.
bool is_quote_container(const HtmlTag& tag) {
    const auto* id = tag.find("id");
    const auto* css_class = tag.find("class");
    const auto* name = tag.find("name");
    if (tag.name == "blockquote") return true;
    return has_word(css_class, {"gmail_quote", "yahoo_quoted", "moz-cite-prefix", "zmail_extra",
                                "tutanota_quote", "protonmail_quote", "gmail_extra_quote",
                                "ms-outlook-mobile-reference-message", "aolmail_quote"}) ||
           has_word(id,
                    {"olk_src_body_section", "yahoo_quoted", "isreplycontent",
                     "divtagdefaultwrapper_quote", "mail-editor-reference-message-container"}) ||
           has_word(name, {"quote"});
}

std::string_view without_www(std::string_view host) {
    return starts_with_ignoring_case(host, "www.") ? host.substr(4) : host;
}

// Whether `words` are the address itself, or its beginning ("example.com").
bool names_site(std::string_view words, std::string_view url) {
    if (const auto scheme = words.find("://"); scheme != std::string_view::npos) {
        words.remove_prefix(scheme + 3);
    }
    const auto bare = without_www(url.substr(url.find("://") + 3));
    return words.find('.') != std::string_view::npos &&
           starts_with_ignoring_case(bare, without_www(words));
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

}  // namespace

HtmlText::Line HtmlText::as_line(std::string text) const {
    return {std::move(text), quotes_ > 0, std::min(block_quotes_, max_depth_shown)};
}

void HtmlText::break_line() {
    while (line_.ends_with(' ') || line_.ends_with('|'))
        line_.pop_back();
    if (!trim(line_).empty()) {
        if (wants_blank_line_ && !lines_.empty()) {
            auto blank = as_line({});
            blank.is_quoted = blank.is_quoted && lines_.back().is_quoted;
            blank.depth = std::min(blank.depth, lines_.back().depth);
            lines_.push_back(std::move(blank));
        }
        lines_.push_back(as_line(std::move(line_)));
        wants_blank_line_ = false;
    }
    line_.clear();
    link_start_ = 0;
    wants_space_ = false;
}

void HtmlText::break_paragraph() {
    break_line();
    // The items of a list stay together.
    wants_blank_line_ = wants_blank_line_ || lists_.empty();
}

// A blank line that the writer made, or the end of a line.
void HtmlText::write_blank() {
    if (trim(line_).empty() && !lines_.empty()) {
        lines_.push_back(as_line({}));
        line_.clear();
    } else {
        break_line();
    }
}

void HtmlText::write(std::string_view text) {
    if (!mark_.empty()) line_ = std::exchange(mark_, {}) + line_;
    line_ += text;
}

void HtmlText::on_text(std::string_view text) {
    if (in_head_ && !trim(text).empty()) in_head_ = false;
    if (skipped_ > 0) return;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        // A no-break space is a blank to readers of plain text.
        const bool is_no_break = c == '\xC2' && i + 1 < text.size() && text[i + 1] == '\xA0';
        if (is_no_break) {
            line_ += ' ';
            ++i;
            wants_space_ = false;
        } else if (preformatted_ > 0 && c == '\n') {
            write_blank();
        } else if (preformatted_ > 0) {
            if (c != '\r') write(text.substr(i, 1));
        } else if (is_space(c)) {
            wants_space_ = !line_.empty();
        } else {
            if (wants_space_ && !line_.ends_with(' ')) line_ += ' ';
            wants_space_ = false;
            write(text.substr(i, 1));
        }
    }
}

void HtmlText::on_tag(const HtmlTag& tag) {
    if (tag.name == "head") {
        in_head_ = !tag.is_end;
        return;
    }
    if (in_head_ && !head_tags.contains(tag.name)) in_head_ = false;
    if (hidden_tags.contains(tag.name)) {
        if (!tag.is_end) {
            ++skipped_;
        } else if (skipped_ > 0) {
            --skipped_;
        }
        return;
    }
    // Not everybody closes what is hidden; a block of words ends it.
    if (tag.name == "body" || paragraph_tags.contains(tag.name) || line_tags.contains(tag.name)) {
        skipped_ = 0;
    }
    if (skipped_ > 0) return;
    if (tag.is_end) {
        close(tag.name);
    } else {
        open(tag);
    }
}

void HtmlText::open(const HtmlTag& tag) {
    if (paragraph_tags.contains(tag.name)) {
        break_paragraph();
    } else if (line_tags.contains(tag.name)) {
        break_line();
    }
    if (tag.name == "br") {
        write_blank();
    } else if (tag.name == "hr") {
        break_line();
        lines_.push_back(as_line(std::string(rule)));
    } else if (tag.name == "blockquote" || tag.name == "div" || tag.name == "section") {
        enter_quote(tag);
    } else if (tag.name == "pre") {
        ++preformatted_;
    } else if (tag.name == "ul" || tag.name == "ol") {
        open_list(tag);
    } else if (tag.name == "li") {
        open_item(tag);
    } else if (tag.name == "dd") {
        line_ = "  ";
    } else if (tag.name == "td" || tag.name == "th") {
        while (line_.ends_with(' '))
            line_.pop_back();
        if (!line_.empty() && !line_.ends_with('|')) line_ += cell_separator;
        wants_space_ = false;
    } else if (tag.name == "a") {
        end_link();
        const auto* href = tag.find("href");
        link_ = href == nullptr ? std::string() : std::string(trim(*href));
        link_start_ = line_.size();
    } else if (tag.name == "img") {
        // A picture of a single sign is that sign.
        constexpr std::size_t max_sign_bytes = 16;
        const auto* alt = tag.find("alt");
        const bool is_sign = alt != nullptr && !alt->empty() && alt->size() <= max_sign_bytes &&
                             static_cast<unsigned char>(alt->front()) >= 0xE2;
        if (is_sign) on_text(*alt);
    }
}

void HtmlText::open_list(const HtmlTag& tag) {
    if (lists_.size() >= max_containers) return;
    List list{tag.name == "ol", 1};
    const auto* start = tag.find("start");
    if (start != nullptr && start->size() <= 6) list.next = std::max(std::atoi(start->c_str()), 0);
    lists_.push_back(list);
}

void HtmlText::open_item(const HtmlTag& tag) {
    constexpr std::size_t max_indent = 10;
    const auto depth = lists_.empty() ? 0 : std::min(lists_.size() - 1, max_indent);
    mark_.assign(depth * 2, ' ');
    if (lists_.empty() || !lists_.back().is_numbered) {
        mark_ += "- ";
        return;
    }
    const auto* value = tag.find("value");
    if (value != nullptr && value->size() <= 6) {
        lists_.back().next = std::max(std::atoi(value->c_str()), 0);
    }
    mark_ += std::to_string(lists_.back().next++) + ". ";
}

void HtmlText::enter_quote(const HtmlTag& tag) {
    if (containers_.size() >= max_containers) return;
    const bool quotes = is_quote_container(tag);
    containers_.emplace_back(tag.name, quotes);
    if (quotes) ++quotes_;
    if (tag.name == "blockquote") ++block_quotes_;
}

void HtmlText::close(std::string_view name) {
    if (name == "a") return end_link();
    if (paragraph_tags.contains(name)) {
        break_paragraph();
    } else if (line_tags.contains(name)) {
        break_line();
    }
    if (name == "pre" && preformatted_ > 0) --preformatted_;
    if (name == "li") mark_.clear();
    if ((name == "ul" || name == "ol") && !lists_.empty()) {
        lists_.pop_back();
        wants_blank_line_ = wants_blank_line_ || lists_.empty();
    }
    if (name != "blockquote" && name != "div" && name != "section") return;
    for (auto depth = containers_.size(); depth-- > 0;) {
        if (containers_[depth].first != name) continue;
        while (containers_.size() > depth) {
            if (containers_.back().second) --quotes_;
            if (containers_.back().first == "blockquote") --block_quotes_;
            containers_.pop_back();
        }
        return;
    }
}

// A link whose words do not tell its address gets the address behind it.
void HtmlText::end_link() {
    const auto url = std::exchange(link_, {});
    const bool is_mail = starts_with_ignoring_case(url, "mailto:");
    if (!is_mail && !starts_with_ignoring_case(url, "http://") &&
        !starts_with_ignoring_case(url, "https://")) {
        return;
    }
    const auto address =
        is_mail ? std::string_view(url).substr(7, url.find('?') - 7) : std::string_view(url);
    const auto shown = trim(std::string_view(line_).substr(std::min(link_start_, line_.size())));
    const bool says_it = shown.empty() || contains_ignoring_case(shown, address) ||
                         (!is_mail && names_site(shown, address));
    if (!says_it) (line_ += " <").append(address) += '>';
}

std::string HtmlText::text() const {
    std::string all;
    const auto add = [&](const Line& line) {
        for (std::size_t i = 0; i < line.depth; ++i)
            all += "> ";
        all += line.text;
        while (all.ends_with(' '))
            all.pop_back();
        all += '\n';
    };
    for (const auto& line : lines_)
        add(line);
    if (!trim(line_).empty()) {
        if (wants_blank_line_ && !lines_.empty()) all += '\n';
        add(as_line(line_));
    }
    while (!all.empty() && static_cast<unsigned char>(all.back()) <= ' ')
        all.pop_back();
    all.erase(0, std::min(all.find_first_not_of('\n'), all.size()));
    return all;
}

std::string HtmlText::unquoted_text() const {
    std::string all;
    for (const auto& line : lines_) {
        if (line.is_quoted) continue;
        all += line.text;
        all += '\n';
    }
    if (quotes_ == 0) all += line_;
    return all;
}

std::string html_to_text(std::string_view html) {
    HtmlText words;
    read_html(html, {&words});
    return words.text();
}

}  // namespace tributary
