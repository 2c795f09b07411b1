#include "connectors/webhook/html_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/text.hpp"

namespace tributary::webhook {
namespace {

constexpr std::size_t kLongestEntity = 10;  // "&#x10ffff;"

constexpr std::string_view kBlocks[] = {"br", "p",     "div", "li",         "tr", "ul",
                                        "ol", "table", "h1",  "h2",         "h3", "h4",
                                        "h5", "h6",    "hr",  "blockquote", "pre"};
constexpr std::string_view kHidden[] = {"script", "style", "head", "template"};

struct Entity {
    std::string_view name;
    std::string_view text;
};
constexpr Entity kEntities[] = {{"amp", "&"},   {"lt", "<"},   {"gt", ">"},
                                {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}};

std::optional<std::string> numeric_entity(std::string_view digits) {
    int base = 10;
    if (digits.starts_with('x') || digits.starts_with('X')) {
        base = 16;
        digits.remove_prefix(1);
    }
    std::uint32_t point = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), point, base);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    if (point == 0 || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return "\uFFFD";
    std::string out;
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xc0 | (point >> 6));
        out += static_cast<char>(0x80 | (point & 0x3f));
    } else {
        if (point < 0x10000) {
            out += static_cast<char>(0xe0 | (point >> 12));
        } else {
            out += static_cast<char>(0xf0 | (point >> 18));
            out += static_cast<char>(0x80 | ((point >> 12) & 0x3f));
        }
        out += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (point & 0x3f));
    }
    return out;
}

// The character that the entity at `text` ("&amp;…") means; moves `length` to its length.
std::optional<std::string> entity(std::string_view text, std::size_t& length) {
    const std::size_t end = text.substr(0, kLongestEntity).find(';');
    if (end == std::string_view::npos) return std::nullopt;
    length = end + 1;
    const std::string_view name = text.substr(1, end - 1);
    if (name.starts_with('#')) return numeric_entity(name.substr(1));
    for (const Entity& known : kEntities)
        if (known.name == name) return std::string(known.text);
    return std::nullopt;
}

// Spaces fold into one, lines are ended at most twice in a row.
class Lines {
 public:
    void add(std::string_view text) {
        if (is_after_space_ && !out_.empty() && out_.back() != '\n') out_ += ' ';
        is_after_space_ = false;
        out_ += text;
    }
    void space() { is_after_space_ = true; }
    void end_line() {
        is_after_space_ = false;
        if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
    }
    std::string finish() { return std::string(trim(out_)); }

 private:
    std::string out_;
    bool is_after_space_ = false;
};

std::string tag_name(std::string_view tag) {
    return ascii_lower(tag.substr(0, tag.find_first_of(" \t\r\n/>")));
}

// Where `</name` begins; the end when it never comes.
std::size_t skip_hidden(std::string_view html, std::size_t at, std::string_view name) {
    while ((at = html.find("</", at)) != std::string_view::npos) {
        if (starts_with_ignoring_case(html.substr(at + 2), name)) return at;
        at += 2;
    }
    return html.size();
}

}  // namespace

std::string html_to_text(std::string_view html) {
    Lines lines;
    std::size_t at = 0;
    while (at < html.size()) {
        const char c = html[at];
        if (html.substr(at).starts_with("<!--")) {
            const std::size_t end = html.find("-->", at + 4);
            at = end == std::string_view::npos ? html.size() : end + 3;
        } else if (c == '<') {
            std::size_t start = at + 1;
            const bool is_closing = start < html.size() && html[start] == '/';
            if (is_closing) ++start;
            const std::string name = tag_name(html.substr(start));
            const std::size_t end = html.find('>', start);
            at = end == std::string_view::npos ? html.size() : end + 1;
            if (std::ranges::count(kBlocks, name)) lines.end_line();
            if (!is_closing && std::ranges::count(kHidden, name)) at = skip_hidden(html, at, name);
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            lines.space();
            ++at;
        } else {
            std::size_t length = 1;
            const auto meant = c == '&' ? entity(html.substr(at), length) : std::nullopt;
            if (meant) {
                lines.add(*meant);
                at += length;
            } else {
                lines.add(html.substr(at, 1));
                ++at;
            }
        }
    }
    return lines.finish();
}

}  // namespace tributary::webhook
