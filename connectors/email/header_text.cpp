#include "connectors/email/header_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "connectors/email/charset.hpp"
#include "connectors/email/headers.hpp"
#include "connectors/email/transfer.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_parameters = 200;
constexpr std::size_t max_header_text_bytes = 64 * 1024;

struct EncodedWord {
    std::string_view charset;
    std::string bytes;
    std::size_t end = 0;  // behind the final "?="
};

// The encoded word that starts at text[at] ("=?"), if it is one. RFC 2231 section 5 allows a
// language behind the charset; blanks inside the text are forbidden but common.
std::optional<EncodedWord> read_encoded_word(std::string_view text, std::size_t at) {
    const auto charset_end = text.find('?', at + 2);
    if (charset_end == std::string_view::npos || charset_end == at + 2) return std::nullopt;
    if (charset_end + 2 >= text.size() || text[charset_end + 2] != '?') return std::nullopt;
    auto charset = text.substr(at + 2, charset_end - at - 2);
    if (charset.find_first_of(" \t\"") != std::string_view::npos) return std::nullopt;
    charset = charset.substr(0, charset.find('*'));
    const auto end = text.find("?=", charset_end + 3);
    if (end == std::string_view::npos) return std::nullopt;
    const auto body = text.substr(charset_end + 3, end - charset_end - 3);
    switch (text[charset_end + 1]) {
        case 'b':
        case 'B': return EncodedWord{charset, decode_base64(body), end + 2};
        case 'q':
        case 'Q': return EncodedWord{charset, decode_q(body), end + 2};
        default: return std::nullopt;
    }
}

// Encoded words decoded in place; neighbours are joined before decoding, because senders cut
// multibyte characters in two. Everything between them is plain text, repaired if it is 8-bit.
std::string decode_words(std::string_view text) {
    if (text.find("=?") == std::string_view::npos) return decode_undeclared(text);
    std::string out;
    std::string_view charset;
    std::string pending;
    const auto flush = [&] {
        out += decode_charset(pending, charset);
        pending.clear();
    };
    std::size_t at = 0;
    bool follows_word = false;
    while (at < text.size()) {
        const auto start = text.find("=?", at);
        const auto gap = text.substr(at, start == std::string_view::npos ? start : start - at);
        auto word = start == std::string_view::npos ? std::nullopt : read_encoded_word(text, start);
        const bool is_blank_gap = gap.find_first_not_of(" \t") == std::string_view::npos;
        if (!(follows_word && word && is_blank_gap)) {
            flush();
            out += decode_undeclared(gap);
        }
        if (!word) {
            if (start == std::string_view::npos) break;
            out += "=?";
            at = start + 2;
            follows_word = false;
            continue;
        }
        if (!equals_ignoring_case(charset, word->charset)) flush();
        charset = word->charset;
        pending += word->bytes;
        at = word->end;
        follows_word = true;
    }
    flush();
    return out;
}

std::string percent_decoded(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte =
            text[i] == '%' && i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
        if (byte) {
            bytes += *byte;
            i += 2;
        } else {
            bytes += text[i];
        }
    }
    return bytes;
}

struct RawParameter {
    std::string name;   // lower case, with its RFC 2231 marks
    std::string value;  // quotes and backslashes removed
};

// Cuts "; name=value" lists, where blanks, lone semicolons and even the semicolon itself may be
// missing or too many.
class ParameterReader {
 public:
    explicit ParameterReader(std::string_view text) : text_(text) {}

    std::optional<RawParameter> next() {
        while (at_ < text_.size()) {
            skip("; \t\r\n");
            const auto start = at_;
            while (at_ < text_.size() && text_[at_] != '=' && text_[at_] != ';')
                ++at_;
            auto name = trim(text_.substr(start, at_ - start));
            if (at_ == text_.size() || text_[at_] == ';') continue;
            ++at_;
            skip(" \t\r\n");
            auto value = at_ < text_.size() && text_[at_] == '"' ? quoted() : bare();
            if (!name.empty()) return RawParameter{ascii_lower(name), std::move(value)};
        }
        return std::nullopt;
    }

 private:
    void skip(std::string_view set) {
        while (at_ < text_.size() && set.find(text_[at_]) != std::string_view::npos)
            ++at_;
    }

    std::string quoted() {
        std::string value;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            // A quoted pair (RFC 2045, section 5.1) is its second character, whichever it is.
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            value += text_[at_];
        }
        if (at_ < text_.size()) ++at_;
        return value;
    }

    // Up to the semicolon, so that unquoted blanks ("name=my file.pdf") survive; a further
    // "word=" ends it too, unless an encoded word is under way.
    std::string bare() {
        const auto start = at_;
        const auto end = std::min(text_.find(';', at_), text_.size());
        at_ = end;
        const auto value = text_.substr(start, end - start);
        const auto line = value.find_first_of("\r\n");
        if (line != std::string_view::npos && value.find("=?") == std::string_view::npos &&
            value.find('=', line) != std::string_view::npos) {
            at_ = start + line;
            return std::string(trim(value.substr(0, line)));
        }
        return std::string(trim(value));
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

// name*0*=charset'language'text; name*1=text: the pieces of one value (RFC 2231, section 3).
struct Pieces {
    std::map<int, std::pair<std::string, bool>> by_number;  // text, is percent-encoded
};

std::string join_pieces(const Pieces& pieces) {
    std::string charset;
    std::string bytes;
    bool is_first = true;
    for (const auto& [number, piece] : pieces.by_number) {
        std::string_view text = piece.first;
        if (!piece.second) {
            bytes += text;
        } else {
            if (is_first) {
                const auto one = text.find('\'');
                const auto two = one == std::string_view::npos ? one : text.find('\'', one + 1);
                if (two != std::string_view::npos) {
                    charset = text.substr(0, one);
                    text.remove_prefix(two + 1);
                }
            }
            bytes += percent_decoded(text);
        }
        is_first = false;
    }
    return decode_charset(bytes, charset);
}

std::string_view value_end(std::string_view raw) {
    return raw.substr(0, raw.find(';'));
}

}  // namespace

std::string decode_header_text(std::string_view value) {
    const auto flat = unfold(value.substr(0, max_header_text_bytes));
    return std::string(trim(strip_controls(decode_words(flat), Lines::join)));
}

std::string_view ParameterizedValue::parameter(std::string_view name) const {
    for (const auto& [known, text] : parameters) {
        if (known == name) return text;
    }
    return {};
}

ParameterizedValue parse_parameterized(std::string_view raw) {
    const auto bare = remove_comments(raw);
    ParameterizedValue parsed;
    auto head = std::string(value_end(bare));
    std::size_t rest = head.size();
    // "multipart/mixed boundary=x": the semicolon is missing.
    if (const auto equals = head.find('='); equals != std::string::npos) {
        const auto last =
            head.find_last_of(" \t\r\n", head.find_last_not_of(" \t\r\n", equals - 1));
        rest = equals == 0 || last == std::string::npos ? 0 : last;
        head.resize(rest);
    }
    for (const char c : head) {
        if (static_cast<unsigned char>(c) > ' ' && c != '"') parsed.value += c;
    }
    parsed.value = to_valid_utf8(ascii_lower(parsed.value));
    // What cannot stand in a type (RFC 2045, section 5.1) ends it: "text/plain>".
    if (const auto odd = parsed.value.find_first_of("<>@,:[]?\\"); odd != std::string::npos) {
        parsed.value.resize(odd);
    }

    std::map<std::string, Pieces> extended;
    std::vector<RawParameter> plain;
    ParameterReader reader(std::string_view(bare).substr(rest));
    for (std::size_t count = 0; count < max_parameters; ++count) {
        auto parameter = reader.next();
        if (!parameter) break;
        const auto star = parameter->name.find('*');
        if (star == std::string::npos) {
            plain.push_back(std::move(*parameter));
            continue;
        }
        const bool is_encoded = parameter->name.ends_with('*');
        const auto digits = parameter->name.substr(star + 1);
        int number = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
        extended[parameter->name.substr(0, star)].by_number.try_emplace(
            number, std::move(parameter->value), is_encoded);
    }
    // The extended form of a name is the better one (RFC 6266 section 4.3 says so for HTTP).
    for (const auto& [name, pieces] : extended) {
        parsed.parameters.emplace_back(name, strip_controls(join_pieces(pieces), Lines::join));
    }
    for (auto& parameter : plain) {
        // A boundary is compared byte by byte; it is no text.
        auto text = parameter.name == "boundary" ? unfold(parameter.value)
                                                 : decode_header_text(parameter.value);
        parsed.parameters.emplace_back(std::move(parameter.name), std::move(text));
    }
    return parsed;
}

}  // namespace tributary::email
