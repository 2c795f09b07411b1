#include "connectors/email/reply_marks.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "connectors/email/reply_lines.hpp"
#include "connectors/email/reply_words.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_attribution_lines = 6;
constexpr std::size_t max_attribution_bytes = 600;
constexpr std::size_t max_name_bytes = 80;
constexpr std::size_t max_block_lines = 14;
constexpr std::size_t max_mark_bytes = 160;

std::string_view without_marks(std::string_view line) {
    line = trim(line);
    while (!line.empty() && (line.front() == '*' || line.front() == '_'))
        line.remove_prefix(1);
    while (!line.empty() && (line.back() == '*' || line.back() == '_'))
        line.remove_suffix(1);
    return trim(line);
}

bool is_one_of(std::string_view text, Words words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c < 0;
}

bool is_digit_at(std::string_view text, std::size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

bool has_digit(std::string_view text) {
    return text.find_first_of("0123456789") != std::string_view::npos;
}

// Whether one of the verbs stands in `text` as a word, not inside another one or a URL.
bool says_wrote(std::string_view text) {
    return std::any_of(
        std::begin(reply_words::wrote), std::end(reply_words::wrote), [&](std::string_view verb) {
            for (auto at = text.find(verb); at != std::string_view::npos;
                 at = text.find(verb, at + 1)) {
                const bool is_cjk = static_cast<unsigned char>(verb.front()) >= 0xE0;
                const auto end = at + verb.size();
                const bool starts = at == 0 || is_cjk || !is_word_byte(text[at - 1]);
                const bool ends = end == text.size() || is_cjk || !is_word_byte(text[end]);
                const bool is_in_url = (at > 0 && (text[at - 1] == '-' || text[at - 1] == '/'));
                if (starts && ends && !is_in_url) return true;
            }
            return false;
        });
}

bool ends_with_colon(std::string_view text) {
    text = without_marks(text);
    return text.ends_with(':') || text.ends_with("：");
}

// "---- On Wed, ... wrote ----", as Zoho writes.
bool is_dashed_attribution(std::string_view text) {
    return text.starts_with("---") && text.ends_with("---") && says_wrote(text);
}

// "Ann Lee ---06/01/2026 10:00:00 AM---Dear Bob", as Notes begins what it quotes.
bool is_notes_attribution(std::string_view text) {
    constexpr std::size_t max_date_bytes = 40;
    const auto open = text.find("---");
    if (open == std::string_view::npos || open == 0 || open > max_name_bytes) return false;
    const auto date = text.substr(open + 3, max_date_bytes);
    const auto close = date.find("---");
    return close != std::string_view::npos && is_digit_at(date, 0) &&
           date.substr(0, close).find(':') != std::string_view::npos;
}

bool has_year_at(std::string_view text, std::size_t at) {
    const auto rest = text.substr(at);
    return (rest.starts_with("20") || rest.starts_with("19")) && is_digit_at(rest, 2) &&
           is_digit_at(rest, 3);
}

// Whether a time of day ("15:36", "15.36") and a year stand in `text`.
bool has_time_and_year(std::string_view text) {
    bool has_time = false, has_year = false;
    for (std::size_t i = 0; i + 3 < text.size(); ++i) {
        const bool has_sign =
            text[i + 1] == ':' || (text[i + 1] == '.' && !has_year_at(text, i + 2));
        has_time = has_time || (is_digit_at(text, i) && has_sign && is_digit_at(text, i + 2) &&
                                is_digit_at(text, i + 3));
        has_year = has_year || has_year_at(text, i);
    }
    return has_time && has_year;
}

// "<ann@example.com>", "(ann@example.com)", "[mailto:ann@example.com]".
bool has_bracketed_address(std::string_view text) {
    const auto at = text.rfind('@');
    return at != std::string_view::npos &&
           text.substr(0, at).find_first_of("<([") != std::string_view::npos &&
           text.find_first_of(">)]", at) != std::string_view::npos;
}

// Complete attributions, whether or not their program's language is known: who, when, and a colon.
bool is_attribution(std::string_view text) {
    if (text.size() > max_attribution_bytes) return false;
    const bool has_address = text.find('@') != std::string_view::npos;
    if (ends_with_colon(text)) {
        if (has_address && has_digit(text) && text.ends_with(" sent:")) return true;
        if (has_bracketed_address(text) && has_time_and_year(text)) return true;
        return (has_address || has_digit(text)) && says_wrote(text);
    }
    // Zoho leaves the colon out.
    return is_dashed_attribution(text) || is_notes_attribution(text) ||
           (text.starts_with("On ") && text.ends_with("> wrote") && has_digit(text));
}

bool has_opening(std::string_view line) {
    const auto folded = fold_case(line.substr(0, max_name_bytes));
    return begins_with_one_of(folded, reply_words::openings) || line.starts_with("----");
}

// Whether an attribution may begin in `line` and go on in `next`.
bool may_open_attribution(std::string_view line, std::string_view next) {
    line = without_marks(line);
    if (line.empty()) return false;
    if (is_digit_at(line, 0) || has_opening(line) || has_time_and_year(line)) return true;
    // Only the name stands in this line, or the address and the verb are cut apart.
    return line.size() <= max_name_bytes && (next.starts_with('<') || has_bracketed_address(line));
}

// The label in front of a colon, lower case; "" when the line is no "Label: value".
std::string label_of(std::string_view line) {
    line = without_marks(line);
    auto colon = line.find(':');
    if (const auto wide = line.find("："); wide < colon) colon = wide;
    if (colon == std::string_view::npos || colon == 0 || colon > 40) return {};
    auto label = trim(line.substr(0, colon));
    while (label.ends_with('*'))
        label.remove_suffix(1);
    return fold_case(plain_line(label));
}

bool is_separator(std::string_view line) {
    line = trim(line);
    if (line.size() < 3) return false;
    const bool is_rule = line.find_first_not_of("-_*= ") == std::string_view::npos;
    return is_rule && line.find_first_of("-_=") != std::string_view::npos;
}

// "-----Original Message-----" in all its languages, and the line to reply above.
bool is_original_mark(std::string_view line) {
    line = trim(line);
    if (line.size() > max_mark_bytes) return false;
    constexpr std::array<std::string_view, 5> dashes = {"--", "__", "==", "\u2010\u2010",
                                                        "\u2014\u2014"};
    const bool has_dashes = begins_with_one_of(line, dashes);
    const bool is_framed = has_dashes || line.starts_with('#') || line.starts_with('*');
    if (!is_framed && !ends_with_colon(line)) return false;
    const auto folded = fold_case(line);
    if (is_framed && has_one_of(folded, reply_words::reply_lines)) return true;
    if (has_dashes) return has_one_of(folded, reply_words::originals);
    return begins_with_one_of(without_marks(folded), reply_words::forward_openings);
}

// "Original Message" without its dashes; only the labels below it prove it.
bool is_bare_original(std::string_view line) {
    line = trim(line);
    return line.size() <= max_name_bytes && is_one_of(fold_case(line), reply_words::originals);
}

// How many lines from `at` on are labelled headers: at least one says from whom, and one more.
std::size_t labels_at(const Lines& lines, std::size_t at) {
    std::size_t froms = 0, others = 0, end = at;
    bool has_proof = false, has_date = false;
    for (auto i = at; i < lines.size() && i < at + max_block_lines; ++i) {
        if (trim(lines[i]).empty()) {
            if (froms + others >= 2) break;
            continue;
        }
        const auto label = label_of(lines[i]);
        const bool is_from = is_one_of(label, reply_words::from_labels);
        const bool is_other = is_one_of(label, reply_words::other_labels);
        if (!is_from && !is_other) {
            // A long value goes on in the next line; anything else ends the block.
            if (i == at || (froms + others >= 3)) break;
            continue;
        }
        if (i == at && !is_from && !is_one_of(label, reply_words::first_labels)) break;
        froms += is_from ? 1 : 0;
        others += is_other ? 1 : 0;
        // "From: ann@example.com" and "Date: ..." are enough for a block.
        has_proof = has_proof || (is_from && lines[i].find('@') != std::string_view::npos);
        has_date = has_date || (label == "date" && has_time_and_year(lines[i]));
        end = i + 1;
    }
    return froms >= 1 && (others >= 2 || (has_proof && has_date)) ? end - at : 0;
}

bool is_quote_within(const Lines& lines, std::size_t at, std::size_t count) {
    for (auto i = at; i < lines.size() && i < at + count; ++i) {
        if (!trim(lines[i]).empty()) return is_quoted(lines[i]);
    }
    return false;
}

// What only the quote below it proves: "Quoting Ann <ann@example.com>:", and a date
// with an address but without a colon.
bool is_proven_by_quote(std::string_view text) {
    constexpr std::size_t max_bytes = 200;
    if (text.size() > max_bytes) return false;
    if (ends_with_colon(text)) return has_bracketed_address(text);
    return text.ends_with('>') && has_bracketed_address(text) &&
           (is_digit_at(text, 0) || has_opening(text)) && has_digit(text);
}

}  // namespace

bool is_quoted(std::string_view line) {
    const auto first = line.find_first_not_of(" \t");
    return first != std::string_view::npos && line[first] == '>';
}

std::size_t attribution_at(const Lines& lines, std::size_t at) {
    const auto first = plain_line(lines[at].substr(0, max_attribution_bytes + 1));
    if (first.empty()) return 0;
    const auto next = at + 1 < lines.size() ? trim(lines[at + 1]) : std::string_view();
    if (is_attribution(first)) return 1;
    if (is_proven_by_quote(first) && is_quote_within(lines, at + 1, 3)) return 1;
    // Wrapped in front of its last two signs: "... skrev Ann <ann@example.com" and ">:".
    if (next == ">:" && is_attribution(first + ">:")) return 2;
    if (!may_open_attribution(first, next)) {
        // "Ann wrote:" needs the quote below it as its witness.
        const bool is_short = first.size() <= 100 && ends_with_colon(first) && says_wrote(first);
        return is_short && is_quoted(next) ? 1 : 0;
    }
    std::string joined = first;
    for (auto i = at + 1; i < lines.size() && i < at + max_attribution_lines; ++i) {
        const auto line = plain_line(lines[i].substr(0, max_attribution_bytes + 1));
        // "a écrit :" goes on, "A 1 de junho" begins anew.
        const bool is_end = ends_with_colon(line) && !has_digit(line);
        if (line.empty() || (has_opening(line) && !is_end)) break;
        // A date of its own: that is another attribution.
        if (!line.starts_with('<') && is_attribution(line) && has_time_and_year(line)) break;
        joined += ' ';
        joined += line;
        if (is_attribution(joined)) return i - at + 1;
    }
    return 0;
}

std::size_t header_block_at(const Lines& lines, std::size_t at) {
    const bool is_mark = is_original_mark(lines[at]);
    if (is_mark || is_bare_original(lines[at])) {
        auto next = at + 1;
        while (next < lines.size() && trim(lines[next]).empty())
            ++next;
        const auto labels = next < lines.size() ? labels_at(lines, next) : 0;
        if (labels > 0) return next - at + labels;
        if (is_mark) return next < lines.size() ? next - at : 1;
    }
    if (!is_separator(lines[at])) {
        return label_of(lines[at]).empty() ? 0 : labels_at(lines, at);
    }
    auto next = at + 1;
    while (next < lines.size() && next < at + 4 && trim(lines[next]).empty())
        ++next;
    const auto labels =
        next < lines.size() && !label_of(lines[next]).empty() ? labels_at(lines, next) : 0;
    return labels == 0 ? 0 : next - at + labels;
}

}  // namespace tributary::email
