#include "store/traces.hpp"

#include <algorithm>
#include <functional>

#include "base/text.hpp"
#include "store/words.hpp"

namespace tributary {
namespace {

constexpr std::size_t run_words = 8;
// A shorter line than this says nothing of who wrote it.
constexpr std::size_t least_line_words = 3;
constexpr std::size_t least_handle_bytes = 6;
constexpr std::size_t telling_word_bytes = 10;

struct Word {
    std::uint64_t hash;
    std::size_t begin;  // in the original text
    std::size_t end;
    std::size_t bytes;
};

bool is_word(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z');
}

std::size_t end_of_character(std::string_view text, std::size_t at) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
        ++at;
    return at;
}

std::vector<Word> words_of(std::string_view text) {
    std::vector<std::uint32_t> origins;
    const std::string folded = fold_for_search(text, &origins);
    std::vector<Word> words;
    for (std::size_t at = 0; at < folded.size();) {
        if (!is_word(folded[at])) {
            ++at;
            continue;
        }
        const std::size_t begin = at;
        while (at < folded.size() && is_word(folded[at]))
            ++at;
        const std::string_view word = std::string_view(folded).substr(begin, at - begin);
        words.push_back({std::hash<std::string_view>{}(word), origins[begin],
                         end_of_character(text, origins[at - 1]), word.size()});
    }
    return words;
}

std::vector<std::uint64_t> hashes_of(const std::vector<Word>& words) {
    std::vector<std::uint64_t> hashes;
    for (const Word& word : words)
        hashes.push_back(word.hash);
    return hashes;
}

std::uint64_t hash_run(const Word* first) {
    std::uint64_t hash = 0;
    for (std::size_t index = 0; index < run_words; ++index)
        hash = (hash ^ first[index].hash) * 0x9e3779b97f4a7c15u + index;
    return hash;
}

bool is_telling(const std::vector<Word>& words) {
    return words.size() >= least_line_words ||
           std::any_of(words.begin(), words.end(),
                       [](const Word& word) { return word.bytes >= telling_word_bytes; });
}

}  // namespace

void Traces::add_phrase(std::vector<std::uint64_t> words, Reach reach) {
    if (words.empty()) return;
    const std::uint64_t first = words.front();
    const auto [begin, end] = phrases_.equal_range(first);
    for (auto known = begin; known != end; ++known) {
        if (known->second.words != words) continue;
        if (reach == Reach::anywhere) known->second.reach = reach;
        return;
    }
    phrases_.emplace(first, Phrase{std::move(words), reach});
}

void Traces::add_handle(std::string_view text) {
    const std::vector<Word> words = words_of(text);
    if (text.size() < least_handle_bytes) return;
    handles_.emplace_back(text);
    add_phrase(hashes_of(words), Reach::anywhere);
}

void Traces::add_name(std::string_view text, Reach reach) {
    const std::vector<Word> words = words_of(text);
    if (words.size() >= 2) add_phrase(hashes_of(words), reach);
}

void Traces::add_words(std::string_view text) {
    const std::vector<Word> all = words_of(text);
    for (std::size_t at = 0; at + run_words <= all.size(); ++at)
        runs_.insert(hash_run(all.data() + at));
    for (const std::string_view line : split(text, '\n'))
        add_line(line);
}

void Traces::add_line(std::string_view text) {
    const std::vector<Word> words = words_of(text);
    if (is_telling(words)) add_phrase(hashes_of(words), Reach::near);
}

std::vector<Traces::Range> Traces::find(std::string_view text, Reach reach) const {
    const std::vector<Word> words = words_of(text);
    std::vector<Range> found;
    const auto note = [&](std::size_t first, std::size_t count) {
        const Range range{words[first].begin, words[first + count - 1].end};
        if (!found.empty() && range.begin <= found.back().end) {
            found.back().end = std::max(found.back().end, range.end);
        } else {
            found.push_back(range);
        }
    };
    for (std::size_t at = 0; at < words.size(); ++at) {
        std::size_t longest = 0;
        if (at + run_words <= words.size() && runs_.contains(hash_run(words.data() + at)))
            longest = run_words;
        const auto [begin, end] = phrases_.equal_range(words[at].hash);
        for (auto phrase = begin; phrase != end; ++phrase) {
            const auto& wanted = phrase->second.words;
            if (phrase->second.reach == Reach::near && reach != Reach::near) continue;
            if (wanted.size() <= longest || at + wanted.size() > words.size()) continue;
            const bool is_same =
                std::equal(wanted.begin(), wanted.end(), words.begin() + static_cast<long>(at),
                           [](std::uint64_t hash, const Word& word) { return hash == word.hash; });
            if (is_same) longest = wanted.size();
        }
        if (longest > 0) note(at, longest);
    }
    return found;
}

bool Traces::are_in(std::string_view text, Reach reach) const {
    return !find(text, reach).empty();
}

std::string Traces::without(std::string_view text, Reach reach) const {
    std::string clean;
    std::size_t done = 0;
    for (const Range& range : find(text, reach)) {
        clean.append(text.substr(done, range.begin - done)).append(erased_mark);
        done = range.end;
    }
    return clean.append(text.substr(done));
}

}  // namespace tributary
