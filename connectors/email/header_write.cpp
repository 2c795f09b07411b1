#include "connectors/email/header_write.hpp"

#include <algorithm>
#include <utility>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "connectors/email/headers.hpp"
#include "model/identity.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t preferred_line = 78;                 // RFC 5322, section 2.1.1
constexpr std::size_t max_unfolded = preferred_line - 20;  // what cannot be folded, beside a name
constexpr std::size_t encoded_word_bytes = 42;  // of text: with its frame the word stays below 75
constexpr std::size_t max_value_bytes = 998;
constexpr std::size_t max_address_bytes = 254;  // RFC 5321, section 4.5.3.1.3 less the brackets
constexpr std::size_t max_ids = 50;
constexpr std::size_t max_filename_bytes = 200;
constexpr std::size_t max_piece = 50;  // of a parameter's value in one line

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
           // Folded at one of several blanks, a line of blanks alone would come to be.
           (text.size() > max_unfolded && text.find("  ") != std::string_view::npos) ||
           std::any_of(text.begin(), text.end(), [run = std::size_t(0)](char c) mutable {
               run = c == ' ' ? 0 : run + 1;
               return run > max_unfolded;
           });
}

std::string quoted(std::string_view name) {
    const bool is_atoms = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view(" !#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
    });
    // Between words of a phrase one blank is like many.
    if (is_atoms && name.find("  ") == std::string_view::npos) return std::string(name);
    std::string text = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

// Only what is a plain address on every reader's terms may stand between the brackets.
bool is_plain_address(std::string_view address, Addressing addressing) {
    const auto at = address.find('@');
    return at != 0 && at != std::string_view::npos && at + 1 < address.size() &&
           address.find('@', at + 1) == std::string_view::npos &&
           address.size() <= max_address_bytes && is_valid_utf8(address) &&
           std::all_of(address.begin(), address.end(), [addressing](char c) {
               if (static_cast<unsigned char>(c) >= 0x80)
                   return addressing == Addressing::international;
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

bool is_plain_filename(std::string_view name) {
    return name.size() <= max_piece && is_printable_ascii(name) &&
           name.find_first_of("\"\\") == std::string_view::npos &&
           name.find("=?") == std::string_view::npos;
}

// Without its middle: the ending is what programs go by.
std::string shortened(std::string_view name, std::size_t limit) {
    constexpr std::size_t max_ending = 16;
    if (name.size() <= limit) return std::string(name);
    const auto dot = name.rfind('.');
    const bool has_ending = dot != std::string_view::npos && name.size() - dot <= max_ending;
    const std::string_view ending = has_ending ? name.substr(dot) : "";
    return std::string(truncate_utf8(name, limit - ending.size())).append(ending);
}

}  // namespace

std::string wire_address(std::string_view address) {
    const auto at = address.rfind('@');
    const auto normal = normalize_email(address);
    if (at == std::string_view::npos || !normal) return std::string(address);
    // The normal form folds case; whether the local part may be folded only its server knows.
    return std::string(address.substr(0, at)) + normal->substr(normal->rfind('@'));
}

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
    std::vector<Party> plain;
    for (const auto& party : parties) {
        const auto address = wire_address(party.address);
        if (is_plain_address(address, addressing_)) plain.emplace_back(party.name, address);
    }
    if (plain.empty()) return;
    begin(name);
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const auto display = one_line(plain[i].name);
        const std::string comma = i + 1 < plain.size() ? "," : "";
        if (display.empty()) {
            word(plain[i].address + comma);
            continue;
        }
        // A phrase stands in one piece; a long one is encoded, which can be folded.
        if (needs_encoding(display) || display.size() > max_unfolded) {
            for (const auto& encoded : encoded_words(display))
                word(encoded);
        } else {
            word(quoted(display));
        }
        word('<' + plain[i].address + '>' + comma);
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
    const auto clean = shortened(one_line(name), max_filename_bytes);
    if (clean.empty()) return {};
    if (is_plain_filename(clean)) return ";\r\n filename=\"" + clean + '"';
    const auto encoded = percent_encoded(clean);
    if (encoded.size() <= max_piece) return ";\r\n filename*=utf-8''" + encoded;
    std::string text;
    std::size_t section = 0;
    for (std::size_t at = 0; at < encoded.size(); ++section) {
        std::size_t size = std::min(max_piece, encoded.size() - at);
        // Not inside "%C3".
        const auto escape = encoded.find('%', at + size - std::min<std::size_t>(2, size));
        if (at + size < encoded.size() && escape < at + size) size = escape - at;
        text += ";\r\n filename*" + std::to_string(section) +
                "*=" + (section == 0 ? "utf-8''" : "") + encoded.substr(at, size);
        at += size;
    }
    return text;
}

std::string name_parameter(std::string_view name) {
    const auto clean = shortened(one_line(name), max_filename_bytes);
    if (clean.empty()) return {};
    if (is_plain_filename(clean)) return ";\r\n name=\"" + clean + '"';
    std::string text = ";\r\n name=\"";
    bool is_first = true;
    for (const auto& encoded : encoded_words(clean)) {
        if (!std::exchange(is_first, false)) text += "\r\n ";
        text += encoded;
    }
    return text + '"';
}

}  // namespace tributary::email
