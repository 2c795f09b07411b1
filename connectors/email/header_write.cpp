#include "connectors/email/header_write.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "connectors/email/headers.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t preferred_line = 78;      // RFC 5322, section 2.1.1
constexpr std::size_t encoded_word_bytes = 42;  // of text: with its frame the word stays below 75
constexpr std::size_t max_value_bytes = 998;
constexpr std::size_t max_address_bytes = 254;  // RFC 5321, section 4.5.3.1.3 less the brackets
constexpr std::size_t max_ids = 50;

bool is_printable_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 127; });
}

// Line ends become blanks, other controls vanish: what is left is one line.
std::string one_line(std::string_view text) {
    return std::string(
        trim(truncate_utf8(strip_controls(to_valid_utf8(text), Lines::join), max_value_bytes)));
}

// Whole encoded words, each complete by itself (RFC 2047, section 5).
std::vector<std::string> encoded_words(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto piece = truncate_utf8(text, encoded_word_bytes);
        words.push_back("=?utf-8?B?" + to_base64(piece) + "?=");
        text.remove_prefix(piece.size());
    }
    return words;
}

bool needs_encoding(std::string_view text) {
    // What looks like an encoded word would be decoded by the reader.
    return !is_printable_ascii(text) || text.find("=?") != std::string_view::npos ||
           std::any_of(text.begin(), text.end(), [run = std::size_t(0)](char c) mutable {
               run = c == ' ' ? 0 : run + 1;
               return run > preferred_line - 20;
           });
}

std::string quoted(std::string_view name) {
    const bool is_atoms = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view(" !#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
    });
    if (is_atoms) return std::string(name);
    std::string text = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

// Only what is a plain address on every reader's terms may stand between the brackets.
bool is_plain_address(std::string_view address) {
    const auto at = address.find('@');
    return at != 0 && at != std::string_view::npos && at + 1 < address.size() &&
           address.find('@', at + 1) == std::string_view::npos &&
           address.size() <= max_address_bytes &&
           std::all_of(address.begin(), address.end(), [](char c) {
               return c > ' ' && c < 127 &&
                      std::string_view("<>()[]\\,;:\"").find(c) == std::string_view::npos;
           });
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        if (is_plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return out;
}

}  // namespace

void HeaderWriter::begin(std::string_view name) {
    out_ += name;
    out_ += ':';
    column_ = name.size() + 1;
}

void HeaderWriter::word(std::string_view word) {
    if (column_ + 1 + word.size() > preferred_line) {
        out_ += "\r\n";
        column_ = 0;
    }
    out_ += ' ';
    out_ += word;
    column_ += 1 + word.size();
}

void HeaderWriter::text(std::string_view name, std::string_view value) {
    const auto line = one_line(value);
    begin(name);
    if (needs_encoding(line)) {
        for (const auto& encoded : encoded_words(line))
            word(encoded);
    } else {
        for (const auto piece : split(line, ' '))
            word(piece);
    }
    end();
}

void HeaderWriter::addresses(std::string_view name, const std::vector<Party>& parties) {
    std::vector<const Party*> plain;
    for (const auto& party : parties) {
        if (is_plain_address(party.address)) plain.push_back(&party);
    }
    if (plain.empty()) return;
    begin(name);
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const auto display = one_line(plain[i]->name);
        const std::string comma = i + 1 < plain.size() ? "," : "";
        if (display.empty()) {
            word(plain[i]->address + comma);
            continue;
        }
        if (needs_encoding(display)) {
            for (const auto& encoded : encoded_words(display))
                word(encoded);
        } else {
            word(quoted(display));
        }
        word('<' + plain[i]->address + '>' + comma);
    }
    end();
}

void HeaderWriter::message_ids(std::string_view name, const std::vector<std::string>& ids) {
    std::vector<std::string_view> safe;
    for (const auto& id : ids) {
        if (is_safe_message_id(id)) safe.push_back(id);
    }
    if (safe.empty()) return;
    // The oldest names the thread, the newest the place in it.
    if (safe.size() > max_ids) {
        safe.erase(safe.begin() + 1, safe.end() - static_cast<long>(max_ids - 1));
    }
    begin(name);
    for (const auto id : safe)
        word('<' + std::string(id) + '>');
    end();
}

void HeaderWriter::date(std::string_view name, Timestamp at) {
    verbatim(name, rfc5322_date(at));
}

void HeaderWriter::verbatim(std::string_view name, std::string_view value) {
    begin(name);
    out_ += ' ';
    out_ += value;
    end();
}

std::string filename_parameter(std::string_view name) {
    constexpr std::size_t max_filename_bytes = 200;
    const auto clean = one_line(truncate_utf8(name, max_filename_bytes));
    if (clean.empty()) return {};
    if (is_printable_ascii(clean)) {
        std::string text = ";\r\n filename=\"";
        for (const char c : clean) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        return text + '"';
    }
    std::string twin;
    for (const char c : clean)
        twin += c > ' ' && c < 127 && c != '"' && c != '\\' ? c : '_';
    return ";\r\n filename=\"" + twin + "\";\r\n filename*=utf-8''" + percent_encoded(clean);
}

}  // namespace tributary::email
