#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "connectors/email/reply_lines.hpp"
#include "connectors/email/reply_marks.hpp"
#include "connectors/email/reply_words.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_footer_bytes = 120;
constexpr std::ptrdiff_t max_footer_words = 8;

// Without links behind words: "Outlook for iOS<https://...>".
std::string without_links(std::string_view line) {
    std::string bare;
    for (std::size_t at = 0; at < line.size();) {
        const auto open = std::min(line.find("<http", at), line.find("(http", at));
        if (open == std::string_view::npos) return bare.append(line.substr(at));
        bare += line.substr(at, open - at);
        const auto close = line.find_first_of(">)", open);
        at = close == std::string_view::npos ? line.size() : close + 1;
    }
    return bare;
}

// "Get Outlook for iOS" in whatever language: these two names and a word or two.
bool is_outlook_footer(std::string_view folded) {
    constexpr std::array<std::string_view, 3> systems = {"ios", "android", "windows"};
    constexpr std::ptrdiff_t max_words = 5;
    return folded.find("outlook") != std::string_view::npos && has_one_of(folded, systems) &&
           std::count(folded.begin(), folded.end(), ' ') <= max_words;
}

bool is_footer(std::string_view line) {
    const auto bare = plain_line(without_links(line));
    if (bare.empty() || bare.size() > max_footer_bytes || bare.ends_with('?')) return false;
    const auto folded = fold_case(bare);
    if (folded.starts_with("please excuse") && folded.find("sent from") != std::string::npos) {
        return true;
    }
    if (folded.starts_with("yahoo mail: ")) return true;
    // "Sent from my desk, is much easier than ..." is a sentence.
    const bool is_long = std::count(bare.begin(), bare.end(), ' ') > max_footer_words;
    const bool is_sentence = bare.find(", ") != std::string::npos || bare.ends_with('.');
    const bool has_device = has_one_of(folded, reply_words::devices);
    const auto ends =
        trim(folded.ends_with('.') ? std::string_view(folded).substr(0, folded.size() - 1)
                                   : std::string_view(folded));
    const bool is_ending =
        std::any_of(std::begin(reply_words::footer_ends), std::end(reply_words::footer_ends),
                    [&](std::string_view end) { return ends.ends_with(end); });
    if (is_ending && has_device && folded.find(", ") == std::string::npos) return true;
    if (begins_with_one_of(folded, reply_words::footers)) {
        return !is_long && (has_device || !is_sentence);
    }
    return !is_sentence && is_outlook_footer(folded);
}

}  // namespace

bool starts_signature(const Lines& lines, std::size_t at) {
    const auto line = lines[at];
    const auto bare = trim(line);
    if (line == "-- " || line == "--") return true;
    if (bare.starts_with("__")) return bare.find_first_not_of('_') == std::string_view::npos;
    return is_footer(bare);
}

bool starts_disclaimer(std::string_view paragraph) {
    constexpr std::size_t min_bytes = 100;
    if (trim(paragraph).size() < min_bytes) return false;
    auto folded = fold_case(trim(paragraph));
    const auto start = folded.find_first_not_of("*_-= \n");
    folded.erase(0, start == std::string::npos ? folded.size() : start);
    return begins_with_one_of(folded, reply_words::disclaimers) &&
           has_one_of(folded, reply_words::disclaimer_words);
}

}  // namespace tributary::email
