#include "store/words.hpp"

#include "base/crypto.hpp"
#include "base/text.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <mutex>

namespace tributary {
namespace {

constexpr std::size_t longest_word = 64;        // bytes; a longer one is found by its beginning
constexpr std::size_t most_words = 50'000;      // distinct, in one document
constexpr std::size_t shortest_usual_word = 8;  // bytes with its blank; sizes a table
constexpr std::size_t most_query_words = 32;
constexpr std::size_t longest_folding = 12;  // bytes one code point may become

bool is_ascii_word(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_word_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || is_ascii_word(byte);
}

// Written without blanks between words: Thai, Lao, Myanmar, Khmer, kana, Han, Hangul.
bool is_unspaced(UChar32 c) {
    return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x1000 && c <= 0x109F) ||
           (c >= 0x1780 && c <= 0x17FF) || (c >= 0x3005 && c <= 0x3007) ||
           (c >= 0x3040 && c <= 0x30FF) || (c >= 0x31F0 && c <= 0x31FF) ||
           (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

// Accents, Hebrew points and Arabic vowel signs are left out; the marks of other scripts spell.
bool is_dropped_mark(UChar32 c) {
    return (c >= 0x0300 && c <= 0x036F) || (c >= 0x0483 && c <= 0x0489) ||
           (c >= 0x0591 && c <= 0x05C7) || (c >= 0x064B && c <= 0x065F) || c == 0x0670 ||
           (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) ||
           (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE2F);
}

// Letters whose stroke or shape Unicode does not decompose, as people type them without it.
std::string_view plain_spelling(UChar32 c) {
    switch (c) {
        case 0x00E6: return "ae";
        case 0x00F0: return "d";
        case 0x00F8: return "o";
        case 0x00FE: return "th";
        case 0x0111: return "d";
        case 0x0127: return "h";
        case 0x0131: return "i";
        case 0x0142: return "l";
        case 0x0153: return "oe";
        case 0x0167: return "t";
        default: return {};
    }
}

struct Folding {
    std::uint8_t size = 0;  // 0: dropped
    std::array<char, longest_folding> bytes{};
    std::string_view view() const { return {bytes.data(), size}; }
};

void append_utf8(std::string& out, UChar32 c) {
    std::array<char, 4> bytes{};
    std::size_t size = 0;
    UBool failed = false;
    U8_APPEND(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size(), c, failed);
    if (!failed) out.append(bytes.data(), size);
}

// The letters and digits that one code point stands for; a blank for what is neither.
std::string fold_code_point(UChar32 c) {
    if (is_dropped_mark(c) || c == 0x00AD || (c >= 0x200B && c <= 0x200D) || c == 0xFEFF) return "";
    if (!u_isalnum(c) && (U_GET_GC_MASK(c) & U_GC_M_MASK) == 0) return " ";
    UErrorCode status = U_ZERO_ERROR;
    // Kana and Hangul must not fall apart into marks and jamo.
    const UNormalizer2* form =
        is_unspaced(c) ? unorm2_getNFKCCasefoldInstance(&status) : unorm2_getNFKDInstance(&status);
    std::array<UChar, 2> source{};
    std::int32_t length = 0;
    U16_APPEND_UNSAFE(source.data(), length, c);
    std::array<UChar, 32> target{};
    length = unorm2_normalize(form, source.data(), length, target.data(), target.size(), &status);
    if (U_FAILURE(status)) return " ";
    std::string folded;
    for (std::int32_t at = 0; at < length;) {
        UChar32 part = 0;
        U16_NEXT(target.data(), at, length, part);
        if (is_dropped_mark(part)) continue;
        const UChar32 lower = u_foldCase(part, U_FOLD_CASE_DEFAULT);
        if (const auto plain = plain_spelling(lower); !plain.empty()) {
            folded += plain;
        } else if (lower == 0x00DF) {
            folded += "ss";
        } else if (lower < 0x80 && !is_ascii_word(static_cast<unsigned char>(lower))) {
            folded += ' ';
        } else {
            append_utf8(folded, lower);
        }
    }
    return folded.size() <= longest_folding ? folded : " ";
}

// Foldings of 256 code points, made when the first of them is met.
using FoldingPage = std::array<Folding, 256>;

const FoldingPage& folding_page(std::size_t number) {
    static std::array<std::once_flag, 0x1100> made;
    static std::array<std::unique_ptr<FoldingPage>, 0x1100> pages;
    std::call_once(made[number], [number] {
        auto page = std::make_unique<FoldingPage>();
        for (std::size_t low = 0; low < page->size(); ++low) {
            const std::string folded =
                fold_code_point(static_cast<UChar32>(number * page->size() + low));
            Folding& entry = (*page)[low];
            entry.size =
                static_cast<std::uint8_t>(folded.copy(entry.bytes.data(), longest_folding));
        }
        pages[number] = std::move(page);
    });
    return *pages[number];
}

// Half-width katakana carry their voice marks apart (U+3099, U+309A): joined to the kana before.
bool join_voice_mark(std::string& folded, UChar32 mark) {
    if (folded.size() < 3) return false;
    std::size_t at = folded.size() - 3;
    const std::size_t begin = at;
    UChar32 kana = 0;
    U8_NEXT(folded.data(), at, folded.size(), kana);
    if (kana < 0x3041 || kana > 0x30FF) return false;
    std::array<UChar, 2> source{static_cast<UChar>(kana), static_cast<UChar>(mark)};
    UErrorCode status = U_ZERO_ERROR;
    const UChar32 joined = unorm2_composePair(unorm2_getNFCInstance(&status), source[0], source[1]);
    if (joined < 0) return false;
    folded.resize(begin);
    append_utf8(folded, joined);
    return true;
}

// Cuts folded text: fn(word) for each; runs of unspaced script in pairs of characters.
template <class Fn>
void for_each_run(std::string_view folded, Fn fn) {
    std::size_t at = 0;
    while (at < folded.size()) {
        if (!is_word_byte(folded[at])) {
            ++at;
            continue;
        }
        const std::size_t begin = at;
        bool unspaced = false;
        std::size_t characters = 0;
        while (at < folded.size() && is_word_byte(folded[at])) {
            const std::size_t here = at;
            UChar32 c = static_cast<unsigned char>(folded[at]);
            if (c < 0x80) {
                ++at;
            } else {
                U8_NEXT(folded.data(), at, folded.size(), c);
            }
            const bool kind = is_unspaced(c);
            if (characters > 0 && kind != unspaced) {
                at = here;
                break;
            }
            unspaced = kind;
            ++characters;
        }
        fn(folded.substr(begin, at - begin), unspaced);
    }
}

std::size_t character_end(std::string_view text, std::size_t at) {
    U8_FWD_1(text.data(), at, text.size());
    return at;
}

std::string_view cut_word(std::string_view word) {
    if (word.size() <= longest_word) return word;
    return truncate_utf8(word, longest_word);
}

template <class Fn>
void for_each_pair(std::string_view run, Fn fn) {
    std::size_t first = 0;
    while (first < run.size()) {
        const std::size_t second = character_end(run, first);
        const std::size_t end = second < run.size() ? character_end(run, second) : second;
        fn(run.substr(first, end - first));
        first = second;
    }
}

std::string_view trim_marks(std::string_view piece) {
    while (!piece.empty() && !is_word_byte(piece.front()))
        piece.remove_prefix(1);
    while (!piece.empty() && !is_word_byte(piece.back()))
        piece.remove_suffix(1);
    return piece;
}

// Hashes with a secret of this process: nobody can send words that all meet in one slot.
std::size_t hash_word(std::string_view word) {
    static const std::array<std::uint64_t, 2> secret = [] {
        std::array<std::uint64_t, 2> random{};
        fill_random(random.data(), sizeof random);
        random[1] |= 1;
        return random;
    }();
    std::uint64_t hash = secret[0] ^ word.size();
    while (!word.empty()) {
        std::uint64_t chunk = 0;
        std::memcpy(&chunk, word.data(), std::min(word.size(), sizeof chunk));
        word.remove_prefix(std::min(word.size(), sizeof chunk));
        hash = (hash ^ chunk) * secret[1];
        hash ^= hash >> 29;
    }
    return hash;
}

// The words of one document, by open addressing: a node for each would cost more than the cutting.
class WordSet {
 public:
    explicit WordSet(std::size_t expected)
        : slots_(std::bit_ceil(std::max<std::size_t>(2 * expected, 64))) {}

    std::size_t size() const { return size_; }
    // False when it was there. `word` is viewed, not copied.
    bool insert(std::string_view word) {
        if (2 * (size_ + 1) > slots_.size()) grow();
        std::string_view& slot = find_slot(word);
        if (!slot.empty()) return false;
        slot = word;
        ++size_;
        return true;
    }

 private:
    std::string_view& find_slot(std::string_view word) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = hash_word(word) & mask;
        while (!slots_[at].empty() && slots_[at] != word)
            at = (at + 1) & mask;
        return slots_[at];
    }
    void grow() {
        std::vector<std::string_view> old(2 * slots_.size());
        old.swap(slots_);
        for (const std::string_view word : old) {
            if (!word.empty()) find_slot(word) = word;
        }
    }

    std::vector<std::string_view> slots_;
    std::size_t size_ = 0;
};

// The query words of one piece; true when the index proves less than the piece says.
bool add_query_words(std::string_view piece, std::vector<QueryWord>& words) {
    std::size_t runs = 0;
    bool is_partial = false;
    for_each_run(piece, [&](std::string_view run, bool unspaced) {
        ++runs;
        const std::size_t second = character_end(run, 0);
        if (!unspaced || second == run.size()) {
            // One letter or digit begins too many words to be looked for as a beginning.
            const bool is_prefix = unspaced || run.size() > 1;
            words.emplace_back(std::string(cut_word(run)), is_prefix);
            is_partial |= run.size() > longest_word;
            return;
        }
        for_each_pair(run, [&](std::string_view pair) {
            const bool is_last_alone = character_end(pair, 0) == pair.size();
            if (!is_last_alone) words.emplace_back(std::string(pair), false);
        });
        is_partial |= character_end(run, second) < run.size();
    });
    return is_partial || runs > 1;
}

}  // namespace

std::string fold_for_search(std::string_view text, std::vector<std::uint32_t>* origins) {
    std::string folded;
    folded.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t begin = at;
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte < 0x80) {
            folded += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : text[at];
            ++at;
        } else {
            UChar32 c = 0;
            U8_NEXT(text.data(), at, text.size(), c);
            const Folding& folding =
                folding_page(c < 0 ? 0 : static_cast<std::size_t>(c) >> 8)[c < 0 ? 0 : c & 0xff];
            const bool is_voice_mark = c == 0x3099 || c == 0x309A || c == 0xFF9E || c == 0xFF9F;
            const UChar32 mark = c == 0x309A || c == 0xFF9F ? 0x309A : 0x3099;
            if (!is_voice_mark || !join_voice_mark(folded, mark)) folded += folding.view();
        }
        if (origins) origins->resize(folded.size(), static_cast<std::uint32_t>(begin));
    }
    return folded;
}

std::string index_words_of(std::string_view text) {
    const std::string folded = fold_for_search(text);
    std::string words;
    words.reserve(folded.size());
    WordSet seen(folded.size() / shortest_usual_word);
    const auto add = [&](std::string_view word) {
        if (seen.size() >= most_words || !seen.insert(word)) return;
        if (!words.empty()) words += ' ';
        words += word;
    };
    for_each_run(folded, [&](std::string_view run, bool unspaced) {
        if (unspaced) {
            for_each_pair(run, add);
        } else {
            add(cut_word(run));
        }
    });
    return words;
}

SearchQuery parse_search(std::string_view typed) {
    SearchQuery query;
    const std::string folded = fold_for_search(typed);
    std::size_t at = 0;
    while (at < folded.size() && query.words.size() < most_query_words) {
        const std::size_t begin = folded.find_first_not_of(" \t\r\n", at);
        if (begin == std::string::npos) break;
        at = std::min(folded.find_first_of(" \t\r\n", begin), folded.size());
        const std::string_view piece =
            trim_marks(std::string_view(folded).substr(begin, at - begin));
        const std::size_t before = query.words.size();
        const bool is_partial = add_query_words(piece, query.words);
        if (query.words.size() == before) continue;
        query.pieces.emplace_back(piece);
        if (is_partial) query.literals.emplace_back(piece);
    }
    return query;
}

}  // namespace tributary
