#include "connectors/email/rtf.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "connectors/email/charset.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_groups = 1000;  // open at once; deeper ones share the innermost state
constexpr std::size_t max_fonts = 1000;
constexpr std::size_t max_word_bytes = 32;

// Groups that hold no words of the body.
constexpr std::array<std::string_view, 17> silent_groups = {
    "fonttbl", "colortbl", "stylesheet", "info",    "pict",    "object",
    "header",  "headerl",  "headerr",    "headerf", "footer",  "footerl",
    "footerr", "footerf",  "footnote",   "fldinst", "listtext"};

struct Symbol {
    std::string_view word, text;
};
constexpr std::array symbols = {
    Symbol{"par", "\n"},           Symbol{"line", "\n"},       Symbol{"sect", "\n"},
    Symbol{"page", "\n"},          Symbol{"row", "\n"},        Symbol{"tab", "\t"},
    Symbol{"cell", "\t"},          Symbol{"nestcell", "\t"},   Symbol{"nestrow", "\n"},
    Symbol{"lquote", "\u2018"},    Symbol{"rquote", "\u2019"}, Symbol{"ldblquote", "\u201C"},
    Symbol{"rdblquote", "\u201D"}, Symbol{"bullet", "\u2022"}, Symbol{"endash", "\u2013"},
    Symbol{"emdash", "\u2014"},    Symbol{"emspace", " "},     Symbol{"enspace", " "}};

// \fcharset to code page (the RTF specification's table).
int charset_codepage(int charset) {
    switch (charset) {
        case 77: return 10000;
        case 128: return 932;
        case 129: return 949;
        case 134: return 936;
        case 136: return 950;
        case 161: return 1253;
        case 162: return 1254;
        case 163: return 1258;
        case 177: return 1255;
        case 178: return 1256;
        case 186: return 1257;
        case 204: return 1251;
        case 222: return 874;
        case 238: return 1250;
        default: return 0;
    }
}

void append_unit(std::u16string& units, int number) {
    units += static_cast<char16_t>(number < 0 ? number + 0x10000 : number);
}

class RtfReader {
 public:
    explicit RtfReader(std::string_view rtf) : rtf_(rtf) {}

    RtfBody read() {
        while (at_ < rtf_.size())
            step();
        flush();
        RtfBody body;
        if (is_from_html_) {
            body.html = std::move(out_);
        } else {
            body.text = std::move(out_);
        }
        return body;
    }

 private:
    struct Group {
        bool is_silent = false;
        bool is_tag = false;      // {\*\htmltag ...}: markup of the original
        bool is_fonts = false;    // the font table
        bool in_htmlrtf = false;  // what stands there only for readers of RTF
        int font = -1;
        int skip = 1;  // how many characters stand in for a \u
    };

    void step() {
        const char c = rtf_[at_];
        if (c == '{') {
            ++at_;
            open();
        } else if (c == '}') {
            ++at_;
            close();
        } else if (c == '\\') {
            control();
        } else {
            ++at_;
            if (c == '\r' || c == '\n') return;
            may_name_group_ = false;
            if (stand_ins_ > 0) {
                --stand_ins_;
            } else if (is_heard()) {
                flush_units();
                bytes_ += c;
            }
        }
    }

    bool is_heard() const { return !group_.is_silent && !group_.in_htmlrtf; }

    void open() {
        flush();
        stand_ins_ = 0;
        if (groups_.size() < max_groups) {
            groups_.push_back(group_);
        } else {
            ++unkept_;
        }
        may_name_group_ = true;
    }

    void close() {
        flush();
        stand_ins_ = 0;
        if (unkept_ > 0) {
            --unkept_;
        } else if (!groups_.empty()) {
            group_ = groups_.back();
            groups_.pop_back();
        }
    }

    void control() {
        if (at_ + 1 >= rtf_.size()) {
            ++at_;
            return;
        }
        const char c = rtf_[at_ + 1];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return word();
        at_ += 2;
        if (c == '*') {
            is_optional_ = true;
            return;
        }
        if (c == '\'') return hex_byte();
        if (stand_ins_ > 0) {
            --stand_ins_;
            return;
        }
        if (!is_heard()) return;
        switch (c) {
            case '\\':
            case '{':
            case '}':
                flush_units();
                bytes_ += c;
                break;
            case '~': say(is_from_html_ ? "&nbsp;" : " "); break;
            case '_': say("-"); break;
            case '\r':
            case '\n': say("\n"); break;
            default: break;
        }
    }

    void hex_byte() {
        int value = 0;
        const auto digits = rtf_.substr(at_, 2);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        at_ += digits.size();
        if (error != std::errc() || end != digits.data() + 2) return;
        if (stand_ins_ > 0) {
            --stand_ins_;
        } else if (is_heard()) {
            flush_units();
            bytes_ += static_cast<char>(value);
        }
    }

    void word() {
        const auto start = ++at_;
        while (at_ < rtf_.size() &&
               ((rtf_[at_] >= 'a' && rtf_[at_] <= 'z') || (rtf_[at_] >= 'A' && rtf_[at_] <= 'Z')))
            ++at_;
        const auto name = rtf_.substr(start, std::min(at_ - start, max_word_bytes));
        int number = 0;
        bool has_number = false;
        const auto* first = rtf_.data() + at_;
        const auto [end, error] = std::from_chars(first, rtf_.data() + rtf_.size(), number);
        if (end != first) {
            has_number = error == std::errc();
            at_ += static_cast<std::size_t>(end - first);
        }
        if (at_ < rtf_.size() && rtf_[at_] == ' ') ++at_;
        if (name == "bin") {  // raw bytes follow
            at_ += std::min(static_cast<std::size_t>(std::max(number, 0)), rtf_.size() - at_);
            return;
        }
        const bool names_group = std::exchange(may_name_group_, false);
        const bool is_optional = std::exchange(is_optional_, false);
        if (names_group || is_optional) name_group(name, is_optional);
        apply(name, has_number ? number : 1, has_number);
    }

    void name_group(std::string_view name, bool is_optional) {
        if (name == "fonttbl") group_.is_fonts = true;
        if (is_optional && name == "htmltag") {
            group_.is_tag = is_from_html_;
            group_.is_silent = group_.is_silent || !is_from_html_;
            // Markup is meant whatever surrounds it says.
            if (is_from_html_) group_.in_htmlrtf = false;
            return;
        }
        const bool is_silent =
            std::find(silent_groups.begin(), silent_groups.end(), name) != silent_groups.end();
        if (is_optional || is_silent) group_.is_silent = true;
    }

    void apply(std::string_view name, int number, bool has_number) {
        if (name == "u" && has_number) return unicode(number);
        if (stand_ins_ > 0) --stand_ins_;
        if (name == "fromhtml") {
            is_from_html_ = number != 0;
        } else if (name == "ansicpg") {
            codepage_ = number;
        } else if (name == "mac" && !has_number) {
            codepage_ = 10000;
        } else if (name == "deff") {
            default_font_ = number;
        } else if (name == "uc") {
            group_.skip = std::clamp(number, 0, 100);
        } else if (name == "f") {
            flush();
            group_.font = number;
        } else if (name == "fcharset" && group_.is_fonts) {
            if (font_codepages_.size() < max_fonts)
                font_codepages_[group_.font] = charset_codepage(number);
        } else if (name == "htmlrtf") {
            flush();
            group_.in_htmlrtf = is_from_html_ && (!has_number || number != 0);
        } else if (is_heard()) {
            const auto symbol =
                std::find_if(symbols.begin(), symbols.end(),
                             [&](const Symbol& known) { return known.word == name; });
            if (symbol != symbols.end()) say(symbol->text);
        }
    }

    void unicode(int number) {
        stand_ins_ = group_.skip;
        if (!is_heard()) return;
        flush_bytes();
        append_unit(units_, number);
    }

    void say(std::string_view text) {
        flush();
        if (out_.size() + text.size() <= max_rtf_bytes) out_ += text;
    }

    void flush() {
        flush_bytes();
        flush_units();
    }

    void flush_bytes() {
        if (bytes_.empty()) return;
        auto codepage = codepage_;
        const auto font = font_codepages_.find(group_.font < 0 ? default_font_ : group_.font);
        if (font != font_codepages_.end() && font->second != 0) codepage = font->second;
        const auto text = decode_charset(bytes_, codepage_charset(codepage));
        bytes_.clear();
        if (out_.size() + text.size() <= max_rtf_bytes) out_ += text;
    }

    void flush_units() {
        if (units_.empty()) return;
        const std::string_view raw(reinterpret_cast<const char*>(units_.data()),
                                   units_.size() * sizeof(char16_t));
        const auto text = decode_charset(raw, "utf-16le");
        units_.clear();
        if (out_.size() + text.size() <= max_rtf_bytes) out_ += text;
    }

    std::string_view rtf_;
    std::size_t at_ = 0;
    std::string out_;
    std::string bytes_;     // in the font's code page, not yet decoded
    std::u16string units_;  // of \u, not yet decoded: surrogates come one by one
    int stand_ins_ = 0;     // characters still to be skipped behind a \u
    Group group_;
    std::vector<Group> groups_;
    std::size_t unkept_ = 0;
    bool may_name_group_ = false;
    bool is_optional_ = false;
    bool is_from_html_ = false;
    int codepage_ = 1252;
    int default_font_ = 0;
    std::map<int, int> font_codepages_;
};

}  // namespace

RtfBody read_rtf(std::string_view rtf) {
    if (!rtf.starts_with("{\\rtf")) return {};
    return RtfReader(rtf).read();
}

}  // namespace tributary::email
