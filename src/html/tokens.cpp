#include "html/tokens.hpp"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/text.hpp"

namespace tributary {
namespace {

constexpr std::size_t max_attributes = 64;
constexpr std::size_t max_name_bytes = 64;
constexpr std::size_t max_entity_bytes = 10;  // the longest name of HTML 4 has eight letters

// Their contents are no prose and end only at their own end tag.
constexpr std::array<std::string_view, 9> raw_elements = {
    "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "template"};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

void append_code_point(std::string& out, std::uint32_t c) {
    if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | c >> 6);
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | c >> 12);
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | c >> 18);
        out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

// Numbers 128..159 mean windows-1252 (WHATWG HTML, section 13.2.5.80).
std::uint32_t repair_c1(std::uint32_t c) {
    constexpr std::array<std::uint16_t, 32> meant = {
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
    return c >= 0x80 && c < 0xA0 ? meant[c - 0x80] : c;
}

// Appends what the reference at text[at] ("&") stands for; returns where the text goes on.
std::size_t append_reference(std::string& out, std::string_view text, std::size_t at) {
    auto end = at + 1;
    if (end < text.size() && text[end] == '#') {
        const bool is_hex = end + 1 < text.size() && (text[end + 1] == 'x' || text[end + 1] == 'X');
        const auto* first = text.data() + end + (is_hex ? 2 : 1);
        const auto* last = text.data() + text.size();
        std::uint32_t value = 0;
        const auto [stop, error] = std::from_chars(first, last, value, is_hex ? 16 : 10);
        if (stop != first) {
            append_code_point(out, error == std::errc() ? repair_c1(value) : 0xFFFD);
            end = static_cast<std::size_t>(stop - text.data());
            return end < text.size() && text[end] == ';' ? end + 1 : end;
        }
    } else {
        while (end < text.size() && end - at <= max_entity_bytes &&
               (is_letter(text[end]) || (text[end] >= '0' && text[end] <= '9'))) {
            ++end;
        }
        const std::string name(text.substr(at + 1, end - at - 1));
        const auto* entity = htmlEntityLookup(reinterpret_cast<const xmlChar*>(name.c_str()));
        if (entity != nullptr) {
            append_code_point(out, entity->value);
            return end < text.size() && text[end] == ';' ? end + 1 : end;
        }
        if (name == "apos") {
            out += '\'';
            return end < text.size() && text[end] == ';' ? end + 1 : end;
        }
    }
    out += '&';
    return at + 1;
}

void resolve_references(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto reference = std::min(text.find('&', at), text.size());
        out.append(text.substr(at, reference - at));
        at = reference == text.size() ? reference : append_reference(out, text, reference);
    }
}

class Tokenizer {
 public:
    Tokenizer(std::string_view html, const std::vector<HtmlSink*>& sinks)
        : html_(html), sinks_(sinks) {}

    void run() {
        while (at_ < html_.size()) {
            const auto open = std::min(html_.find('<', at_), html_.size());
            emit_text(open);
            at_ = open;
            if (at_ < html_.size()) markup();
        }
    }

 private:
    char peek(std::size_t ahead) const {
        return at_ + ahead < html_.size() ? html_[at_ + ahead] : '\0';
    }

    void emit_text(std::size_t end) {
        if (end == at_) return;
        text_.clear();
        resolve_references(text_, html_.substr(at_, end - at_));
        for (auto* sink : sinks_)
            sink->on_text(text_);
    }

    // At a '<': a tag, something to leave out, or just the sign.
    void markup() {
        const char next = peek(1);
        if (is_letter(next) || (next == '/' && is_letter(peek(2)))) {
            read_tag();
        } else if (next == '!' && html_.substr(at_).starts_with("<!--")) {
            skip_comment();
        } else if (next == '!' || next == '?' || next == '/') {
            const auto close = html_.find('>', at_);
            at_ = close == std::string_view::npos ? html_.size() : close + 1;
        } else {
            for (auto* sink : sinks_)
                sink->on_text("<");
            ++at_;
        }
    }

    // An unclosed comment hides nothing of the mail: only its opening is skipped.
    void skip_comment() {
        if (html_.substr(at_).starts_with("<!-->")) {
            at_ += 5;
            return;
        }
        if (comments_stay_open_) {
            at_ += 4;
            return;
        }
        const auto close = html_.find("--", at_ + 4);
        for (auto end = close; end != std::string_view::npos; end = html_.find("--", end + 1)) {
            const auto rest = html_.substr(end + 2);
            if (rest.starts_with('>') || rest.starts_with("!>")) {
                at_ = end + (rest.starts_with('>') ? 3 : 4);
                return;
            }
        }
        comments_stay_open_ = true;
        at_ += 4;
    }

    void read_tag() {
        tag_.is_end = peek(1) == '/';
        tag_.attributes.clear();
        at_ += tag_.is_end ? 2 : 1;
        const auto start = at_;
        while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '>' &&
               html_[at_] != '/') {
            ++at_;
        }
        tag_.name = ascii_lower(html_.substr(start, std::min(at_ - start, max_name_bytes)));
        read_attributes();
        for (auto* sink : sinks_)
            sink->on_tag(tag_);
        if (!tag_.is_end) skip_raw_contents();
    }

    void read_attributes() {
        while (at_ < html_.size()) {
            const char c = html_[at_];
            if (c == '>') {
                ++at_;
                return;
            }
            if (is_space(c) || c == '/') {
                ++at_;
                continue;
            }
            read_attribute();
        }
    }

    void read_attribute() {
        const auto start = at_;
        ++at_;  // even a leading '=' belongs to a name
        while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '>' &&
               html_[at_] != '/' && html_[at_] != '=') {
            ++at_;
        }
        const auto name = html_.substr(start, std::min(at_ - start, max_name_bytes));
        auto after = at_;
        while (after < html_.size() && is_space(html_[after]))
            ++after;
        std::string_view value;
        if (after < html_.size() && html_[after] == '=') {
            at_ = after + 1;
            value = read_value();
        }
        if (tag_.attributes.size() == max_attributes) return;
        HtmlAttribute attribute{ascii_lower(name), {}};
        if (tag_.find(attribute.name) != nullptr) return;  // the first one counts
        resolve_references(attribute.value, value);
        tag_.attributes.push_back(std::move(attribute));
    }

    std::string_view read_value() {
        while (at_ < html_.size() && is_space(html_[at_]))
            ++at_;
        if (at_ == html_.size()) return {};
        const char quote = html_[at_];
        if (quote == '"' || quote == '\'') {
            const auto start = ++at_;
            const auto end = std::min(html_.find(quote, at_), html_.size());
            at_ = std::min(end + 1, html_.size());
            return html_.substr(start, end - start);
        }
        const auto start = at_;
        while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '>')
            ++at_;
        return html_.substr(start, at_ - start);
    }

    void skip_raw_contents() {
        const auto known = std::find(raw_elements.begin(), raw_elements.end(), tag_.name);
        if (known == raw_elements.end()) return;
        auto& stays_open = stays_open_[static_cast<std::size_t>(known - raw_elements.begin())];
        if (stays_open) return;
        const auto& name = tag_.name;
        for (auto end = html_.find("</", at_); end != std::string_view::npos;
             end = html_.find("</", end + 2)) {
            const auto behind = html_.substr(end + 2);
            if (starts_with_ignoring_case(behind, name) &&
                (behind.size() == name.size() || !is_letter(behind[name.size()]))) {
                at_ = end;
                return;
            }
        }
        stays_open = true;
        // Without an end tag a script or style sheet runs to the end; prose is not given up.
        if (name == "script" || name == "style") at_ = html_.size();
    }

    std::string_view html_;
    const std::vector<HtmlSink*>& sinks_;
    std::size_t at_ = 0;
    HtmlTag tag_;
    std::string text_;
    // What was once found to have no end is not searched for again: that keeps the pass linear.
    bool comments_stay_open_ = false;
    std::array<bool, raw_elements.size()> stays_open_{};
};

}  // namespace

const std::string* HtmlTag::find(std::string_view attribute) const {
    for (const auto& known : attributes) {
        if (known.name == attribute) return &known.value;
    }
    return nullptr;
}

void read_html(std::string_view html, const std::vector<HtmlSink*>& sinks) {
    Tokenizer(html, sinks).run();
}

}  // namespace tributary
