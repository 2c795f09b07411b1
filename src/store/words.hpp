// Search words: how text is folded and cut, for the index and for queries alike (docs/search.md).
// Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {

// Case, width and diacritics folded ("Nguyễn" is "nguyen"); what is no letter or digit stays when
// it is ASCII and is a blank else. Every byte's place in `text` goes to `origins` when asked for.
std::string fold_for_search(std::string_view text, std::vector<std::uint32_t>* origins = nullptr);

// The distinct words of `text`, one blank between them. Scripts written without blanks give pairs
// of neighbouring characters, and the last character alone.
std::string index_words_of(std::string_view text);

struct QueryWord {
    QueryWord(std::string t, bool prefix) : text(std::move(t)), is_prefix(prefix) {}
    std::string text;
    bool is_prefix;  // matches words that begin with it
};

// What a user typed, for the index and for a look at the text itself.
struct SearchQuery {
    std::vector<QueryWord> words;
    // Folded pieces between blanks. One that the index knows only in parts ("a@b.example", 東京都)
    // must stand in the text as it is.
    std::vector<std::string> pieces;
    std::vector<std::string> literals;
    bool empty() const { return words.empty(); }
};
SearchQuery parse_search(std::string_view typed);

}  // namespace tributary
