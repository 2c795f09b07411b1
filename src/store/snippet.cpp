#include "store/snippet.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tributary {
namespace {

constexpr std::size_t before_match = 60;  // bytes
constexpr std::size_t snippet_bytes = 160;
constexpr std::string_view match_begin = "\xEE\x80\x80";  // U+E000
constexpr std::string_view match_end = "\xEE\x80\x81";    // U+E001

struct Range {
    std::size_t begin;
    std::size_t end;
};

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

bool is_word(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z');
}

// Where `piece` begins a word; between characters beyond ASCII every place counts, since scripts
// without blanks have no other.
std::size_t find_piece(std::string_view folded, std::string_view piece, std::size_t from) {
    for (auto at = folded.find(piece, from); at != std::string_view::npos;
         at = folded.find(piece, at + 1)) {
        const bool is_inside =
            at > 0 && is_word(folded[at - 1]) && static_cast<unsigned char>(folded[at]) < 0x80;
        if (!is_inside) return at;
    }
    return std::string_view::npos;
}

// The matches in the original text, in order, apart from each other.
std::vector<Range> find_matches(std::string_view text, const SearchQuery& query) {
    std::vector<std::uint32_t> origins;
    const std::string folded = fold_for_search(text, &origins);
    std::vector<Range> found;
    for (const std::string& piece : query.pieces) {
        for (auto at = find_piece(folded, piece, 0); at != std::string_view::npos;
             at = find_piece(folded, piece, at + piece.size())) {
            std::size_t end = origins[at + piece.size() - 1] + 1;
            while (end < text.size() && is_continuation(text[end]))
                ++end;
            found.push_back({origins[at], end});
        }
    }
    std::sort(found.begin(), found.end(), [](auto a, auto b) { return a.begin < b.begin; });
    std::vector<Range> apart;
    for (const Range& range : found) {
        if (apart.empty() || range.begin >= apart.back().end) apart.push_back(range);
    }
    return apart;
}

void append_plain(std::string& out, std::string_view text) {
    for (const char c : text) {
        const bool is_blank = static_cast<unsigned char>(c) <= 0x20;
        if (!is_blank) {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
}

}  // namespace

bool holds_literals(std::string_view folded, const SearchQuery& query) {
    return std::all_of(query.literals.begin(), query.literals.end(), [&](const auto& literal) {
        return folded.find(literal) != std::string_view::npos;
    });
}

std::string make_snippet(std::string_view text, const SearchQuery& query) {
    const auto matches = find_matches(text, query);
    const std::size_t first = matches.empty() ? 0 : matches.front().begin;
    std::size_t begin = first > before_match ? first - before_match : 0;
    while (begin > 0 && is_continuation(text[begin]))
        --begin;
    const std::size_t end = begin + truncate_utf8(text.substr(begin), snippet_bytes).size();

    std::string snippet;
    std::size_t at = begin;
    for (const Range& range : matches) {
        if (range.end > end) break;
        append_plain(snippet, text.substr(at, range.begin - at));
        snippet.append(match_begin).append(text.substr(range.begin, range.end - range.begin));
        snippet.append(match_end);
        at = range.end;
    }
    append_plain(snippet, text.substr(at, end - at));
    return std::string(trim(snippet));
}

}  // namespace tributary
