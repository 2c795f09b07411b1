#include "connectors/email/html_text.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_containers = 1000;

using Names = std::unordered_set<std::string_view>;

const Names paragraph_tags = {"p",  "h1", "h2", "h3",  "h4",         "h5",   "h6",
                              "ul", "ol", "dl", "pre", "blockquote", "table"};
const Names line_tags = {"div",    "tr",     "li",      "dt",     "dd",   "section",    "article",
                         "header", "footer", "address", "center", "form", "fieldset",   "caption",
                         "main",   "nav",    "aside",   "figure", "body", "figcaption", "option"};
// Elements whose text nobody is meant to read.
const Names hidden_tags = {"head",     "title", "script", "style",
                           "template", "svg",   "math",   "noscript"};

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

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

}  // namespace

void HtmlText::break_line() {
    if (!trim(line_).empty()) {
        if (wants_blank_line_ && !lines_.empty())
            lines_.push_back({{}, lines_.back().is_quoted && quotes_ > 0});
        lines_.push_back({std::move(line_), quotes_ > 0});
        wants_blank_line_ = false;
    }
    line_.clear();
    link_start_ = 0;
    wants_space_ = false;
}

void HtmlText::break_paragraph() {
    break_line();
    wants_blank_line_ = true;
}

void HtmlText::on_text(std::string_view text) {
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
            if (trim(line_).empty() && !lines_.empty()) {
                lines_.push_back({{}, quotes_ > 0});
                line_.clear();
            } else {
                break_line();
            }
        } else if (preformatted_ > 0) {
            if (c != '\r') line_ += c;
        } else if (is_space(c)) {
            wants_space_ = !line_.empty();
        } else {
            if (wants_space_ && !line_.ends_with(' ')) line_ += ' ';
            wants_space_ = false;
            line_ += c;
        }
    }
}

void HtmlText::on_tag(const HtmlTag& tag) {
    if (hidden_tags.contains(tag.name)) {
        if (!tag.is_end) {
            ++skipped_;
        } else if (skipped_ > 0) {
            --skipped_;
        }
        return;
    }
    // Nobody closes a head reliably; its body does.
    if (tag.name == "body") skipped_ = 0;
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
        if (trim(line_).empty() && !lines_.empty()) {
            lines_.push_back({{}, quotes_ > 0});
            line_.clear();
        } else {
            break_line();
        }
    } else if (tag.name == "hr") {
        break_line();
        lines_.push_back({"________________________________", quotes_ > 0});
    } else if (tag.name == "blockquote" || tag.name == "div" || tag.name == "section") {
        enter_quote(tag);
    } else if (tag.name == "pre") {
        ++preformatted_;
    } else if (tag.name == "ul" || tag.name == "ol") {
        if (lists_.size() < max_containers) lists_.push_back({tag.name == "ol", 1});
    } else if (tag.name == "li") {
        const auto depth = lists_.empty() ? 0 : std::min<std::size_t>(lists_.size() - 1, 10);
        line_.assign(depth * 2, ' ');
        line_ += !lists_.empty() && lists_.back().is_numbered
                     ? std::to_string(lists_.back().next++) + ". "
                     : "- ";
    } else if (tag.name == "td" || tag.name == "th") {
        if (!trim(line_).empty()) line_ += ' ';
    } else if (tag.name == "a") {
        end_link();
        const auto* href = tag.find("href");
        link_ = href == nullptr ? std::string() : *href;
        link_start_ = line_.size();
    }
}

void HtmlText::enter_quote(const HtmlTag& tag) {
    if (containers_.size() >= max_containers) return;
    const bool quotes = is_quote_container(tag);
    containers_.emplace_back(tag.name, quotes);
    if (quotes) ++quotes_;
}

void HtmlText::close(std::string_view name) {
    if (name == "a") return end_link();
    if (paragraph_tags.contains(name)) {
        break_paragraph();
    } else if (line_tags.contains(name)) {
        break_line();
    }
    if (name == "pre" && preformatted_ > 0) --preformatted_;
    if ((name == "ul" || name == "ol") && !lists_.empty()) lists_.pop_back();
    if (name != "blockquote" && name != "div" && name != "section") return;
    for (auto depth = containers_.size(); depth-- > 0;) {
        if (containers_[depth].first != name) continue;
        while (containers_.size() > depth) {
            if (containers_.back().second) --quotes_;
            containers_.pop_back();
        }
        return;
    }
}

// A link whose text is not its address gets the address behind it.
void HtmlText::end_link() {
    const auto url = std::exchange(link_, {});
    if (!starts_with_ignoring_case(url, "http://") && !starts_with_ignoring_case(url, "https://")) {
        return;
    }
    const auto shown = trim(std::string_view(line_).substr(std::min(link_start_, line_.size())));
    const auto bare = std::string_view(url).substr(url.find("://") + 3);
    const bool says_it = shown.empty() || shown.find("://") != std::string_view::npos ||
                         contains_ignoring_case(bare, shown);
    if (!says_it) line_ += " <" + url + ">";
}

std::string HtmlText::text() const {
    std::string all;
    for (const auto& line : lines_) {
        all += line.text;
        while (all.ends_with(' '))
            all.pop_back();
        all += '\n';
    }
    all += trim(line_);
    return std::string(trim(all));
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

}  // namespace tributary::email
