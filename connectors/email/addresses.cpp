#include "connectors/email/addresses.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "connectors/email/header_text.hpp"
#include "model/identity.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_display_bytes = 998;

// One mailbox as its pieces stand in the field.
struct Pieces {
    std::string phrase;   // words and quoted strings, quotes removed
    std::string angle;    // what stands in <>
    std::string comment;  // of the last comment
    std::size_t angle_count = 0;
    bool has_quotes = false;
    bool has_text_behind = false;  // something but comments behind the brackets

    bool empty() const { return phrase.empty() && angle_count == 0 && comment.empty(); }
};

std::string without_blanks(std::string_view text) {
    std::string bare;
    for (const char c : text) {
        if (c != ' ' && c != '\t') bare += c;
    }
    return bare;
}

std::string collapse_blanks(std::string_view text) {
    std::string tidy;
    for (const char c : trim(text)) {
        const bool is_space = c == ' ' || c == '\t';
        if (!is_space) tidy += c;
        if (is_space && !tidy.ends_with(' ')) tidy += ' ';
    }
    return tidy;
}

std::string decoded_name(std::string_view text) {
    return std::string(truncate_utf8(collapse_blanks(decode_header_text(text)), max_display_bytes));
}

// Some programs put quotes inside quotes: 'Ann Lee' <ann@example.com>.
std::string_view without_apostrophes(std::string_view name) {
    if (name.size() > 2 && name.starts_with('\'') && name.ends_with('\'')) {
        return name.substr(1, name.size() - 2);
    }
    return name;
}

// A source route in front of the address ("<@a,@b:user@c>", RFC 5322 section 4.4) says nothing.
std::string_view without_route(std::string_view address) {
    if (!address.starts_with('@')) return address;
    const auto colon = address.find(':');
    return colon == std::string_view::npos ? address : address.substr(colon + 1);
}

std::string clean_address(std::string_view text) {
    return strip_controls(to_valid_utf8(without_route(text)), Lines::join);
}

// Words around a bare address: "Ann ann@example.com".
Party party_of_words(const Pieces& pieces) {
    const auto text = trim(pieces.phrase);
    const auto at = text.rfind('@');
    if (at == std::string_view::npos) return {decoded_name(text), {}};
    // Blanks may stand around '@' and '.' (RFC 5322, section 4.4); others separate words.
    auto start = text.find_last_not_of(" \t", at == 0 ? 0 : at - 1);
    while (start != std::string_view::npos && start > 0) {
        const char before = text[start - 1];
        if ((before == ' ' || before == '\t') && text[start] != '.') {
            const auto previous = text.find_last_not_of(" \t", start - 1);
            if (previous == std::string_view::npos || text[previous] != '.') break;
        }
        --start;
    }
    if (start == std::string_view::npos) start = 0;
    if (pieces.has_quotes) start = 0;
    return {
        decoded_name(text.substr(0, start)),
        clean_address(pieces.has_quotes ? std::string(text) : without_blanks(text.substr(start)))};
}

Party to_party(const Pieces& pieces) {
    Party party;
    if (pieces.angle_count > 0) {
        party.name = decoded_name(pieces.phrase);
        const auto bare = remove_comments(pieces.angle);
        const bool is_quoted = bare.find('"') != std::string::npos;
        party.address = clean_address(is_quoted ? trim(bare) : trim(without_blanks(bare)));
    } else {
        party = party_of_words(pieces);
    }
    party.name = without_apostrophes(party.name);
    const auto comment = decoded_name(pieces.comment);
    if (party.name.empty()) {
        party.name = comment;
    } else if (!comment.empty()) {
        party.name += " (" + comment + ")";
    }
    return party;
}

class AddressReader {
 public:
    AddressReader(std::string_view text, std::size_t limit) : text_(text), limit_(limit) {}

    // Whether more than one mailbox was meant, or a group.
    bool has_list_signs() const { return has_list_signs_; }

    std::vector<Pieces> read() {
        while (at_ < text_.size() && mailboxes_.size() < limit_)
            step();
        finish();
        return std::move(mailboxes_);
    }

 private:
    void step() {
        const char c = text_[at_++];
        switch (c) {
            case '"': return quoted();
            case '(': return comment();
            case '<': return angle();
            case ',':
            case ';': has_list_signs_ = true; return finish();
            case ':':
                has_list_signs_ = true;
                // What stood in front was the name of a group.
                if (current_.angle_count == 0) {
                    current_ = Pieces();
                } else {
                    current_.has_text_behind = true;
                }
                return;
            case '[': return domain_literal();
            default:
                if (c != ' ' && c != '\t' && current_.angle_count > 0) {
                    current_.has_text_behind = true;
                } else {
                    current_.phrase += c;
                }
        }
    }

    void quoted() {
        current_.has_quotes = true;
        for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            current_.phrase += text_[at_];
        }
        if (at_ < text_.size()) ++at_;
    }

    void comment() {
        std::string text;
        std::size_t depth = 1;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\\' && at_ + 1 < text_.size()) {
                text += text_[++at_];
                continue;
            }
            if (c == '(') ++depth;
            if (c == ')' && --depth == 0) break;
            text += c;
        }
        if (at_ < text_.size()) ++at_;
        current_.comment = std::move(text);
    }

    void angle() {
        std::string text;
        bool is_quoted = false;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '"') is_quoted = !is_quoted;
            if (c == '>' && !is_quoted) break;
            text += c;
        }
        if (at_ < text_.size()) ++at_;
        // "<<a@b>>" and "<Ann <a@b>>" nest; the innermost is the address.
        if (const auto inner = text.rfind('<'); inner != std::string::npos)
            text.erase(0, inner + 1);
        if (current_.angle_count++ == 0) current_.angle = std::move(text);
    }

    // Colons and commas inside [IPv6:...] separate nothing.
    void domain_literal() {
        current_.phrase += '[';
        while (at_ < text_.size() && text_[at_] != ']' && text_[at_] != '<' && text_[at_] != ',') {
            current_.phrase += text_[at_++];
        }
    }

    void finish() {
        if (!trim(current_.phrase).empty() || current_.angle_count > 0) {
            mailboxes_.push_back(std::move(current_));
        }
        current_ = Pieces();
    }

    std::string_view text_;
    std::size_t limit_;
    std::size_t at_ = 0;
    bool has_list_signs_ = false;
    Pieces current_;
    std::vector<Pieces> mailboxes_;
};

}  // namespace

std::vector<Party> parse_addresses(std::string_view raw, std::size_t limit) {
    const auto flat = unfold(raw);
    std::vector<Party> parties;
    for (const auto& pieces : AddressReader(flat, limit).read()) {
        auto party = to_party(pieces);
        if (!party.name.empty() || !party.address.empty()) parties.push_back(std::move(party));
    }
    return parties;
}

std::optional<std::string> find_strict_sender(const Headers& headers) {
    const auto fields = headers.find_all("From");
    if (fields.size() != 1 || fields.front().find('\0') != std::string_view::npos ||
        fields.front().size() >= max_field_bytes) {
        return std::nullopt;
    }
    const auto raw = fields.front();
    // A fold or a lone CR inside the brackets is read in two ways by two programs.
    for (auto open = raw.find('<'); open != std::string_view::npos;
         open = raw.find('<', open + 1)) {
        const auto inside = raw.substr(open, raw.find('>', open) - open);
        if (inside.find_first_of("\r\n") != std::string_view::npos) return std::nullopt;
    }
    const auto flat = unfold(raw);
    AddressReader reader(flat, 2);
    const auto mailboxes = reader.read();
    if (mailboxes.size() != 1 || reader.has_list_signs()) return std::nullopt;
    const auto& only = mailboxes.front();
    if (only.angle_count > 1 || only.has_text_behind) return std::nullopt;
    const bool is_bare = only.angle_count == 0;
    if (is_bare && only.has_quotes) return std::nullopt;
    const auto address = std::string(trim(is_bare ? only.phrase : only.angle));
    if (address.find("=?") != std::string::npos || address.starts_with('@')) return std::nullopt;
    // A comment may follow a bare address, not stand in it.
    if (is_bare && !trim(flat).starts_with(address)) return std::nullopt;
    return normalize_email(address);
}

std::string_view domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

}  // namespace tributary::email
