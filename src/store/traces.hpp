// What gives somebody away in other people's words: addresses, names, and runs of what they wrote.
//
// Text is compared word by word, folded as search folds it (words.hpp): quote marks, line ends,
// case and diacritics do not matter. Pure and thread-safe; linear in the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tributary {

inline constexpr std::string_view erased_mark = "[erased]";

class Traces {
 public:
    enum class Reach { anywhere, near };

    // Found anywhere: an e-mail address, a phone number as it was written.
    void add_handle(std::string_view text);
    // A full name, of two words or more.
    void add_name(std::string_view text, Reach reach);
    // What they wrote. A run of eight words is theirs wherever it stands; a shorter line only where
    // they are known to have been (`Reach::near`).
    void add_words(std::string_view text);
    // A subject or a name of a file: many bear the same, so it is theirs near them only.
    void add_line(std::string_view text);

    bool are_in(std::string_view text, Reach reach) const;
    // `text` with each trace replaced by the mark.
    std::string without(std::string_view text, Reach reach) const;
    // The handles, as they were given: for a look at bytes that are no text.
    const std::vector<std::string>& handles() const { return handles_; }
    bool empty() const { return phrases_.empty() && runs_.empty(); }

 private:
    struct Phrase {
        std::vector<std::uint64_t> words;
        Reach reach;
    };
    struct Range {
        std::size_t begin;
        std::size_t end;
    };
    void add_phrase(std::vector<std::uint64_t> words, Reach reach);
    std::vector<Range> find(std::string_view text, Reach reach) const;

    std::vector<std::string> handles_;
    std::unordered_multimap<std::uint64_t, Phrase> phrases_;  // by their first word
    std::unordered_set<std::uint64_t> runs_;                  // hashes of eight words
};

// Calls `see` with `bytes` and with what they hold in base64, quoted-printable or encoded words
// (RFC 2045 section 6, RFC 2047): where text hides in originals.
template <class See>
void see_decoded(std::string_view bytes, See see);
std::vector<std::string> decoded_parts(std::string_view bytes);

template <class See>
void see_decoded(std::string_view bytes, See see) {
    see(bytes);
    for (const std::string& part : decoded_parts(bytes))
        see(std::string_view(part));
}

}  // namespace tributary
