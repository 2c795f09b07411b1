// The search index against the rows (verify_parts.hpp).
//
// The index keeps words, not rows: so both sides are added up a row, hash by hash, and compared.
#include <functional>
#include <unordered_map>

#include "store/interaction_rows.hpp"
#include "store/verify_parts.hpp"
#include "store/words.hpp"

namespace tributary {
namespace {

constexpr std::size_t most_named = 20;

using Sums = std::unordered_map<std::int64_t, std::uint64_t>;

std::uint64_t hash_word(std::string_view word) {
    return std::hash<std::string_view>{}(word)*0x9e3779b97f4a7c15u + 1;
}

std::uint64_t hash_words(std::string_view words) {
    std::uint64_t sum = 0;
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        if (end > 0) sum += hash_word(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return sum;
}

Sums add_up_index(const Tx& tx, Corpus corpus, VerifyReport& report) {
    Sums sums;
    tx.connection().see_indexed_words(corpus, [&](std::int64_t seq, std::string_view word) {
        sums[seq] += hash_word(word);
        ++report.words;
    });
    return sums;
}

// Takes the row's sum out, so that what remains in the end has no row.
bool agrees(Sums& sums, std::int64_t seq, std::uint64_t expected) {
    const auto found = sums.find(seq);
    const std::uint64_t sum = found == sums.end() ? 0 : found->second;
    if (found != sums.end()) sums.erase(found);
    return sum == expected;
}

class Judge {
 public:
    Judge(const char* noun, Sums sums, VerifyReport& report)
        : noun_(noun), sums_(std::move(sums)), report_(report) {}
    void see(std::int64_t seq, std::uint64_t expected) {
        if (!agrees(sums_, seq, expected)) complain(seq, " has another entry than its words");
    }
    void finish() {
        for (const auto& [seq, sum] : sums_)
            complain(seq, " has an entry and no row");
        if (complaints_ > most_named)
            report_.findings.emplace_back(
                "search", std::to_string(complaints_ - most_named) + " more of " + noun_);
    }

 private:
    void complain(std::int64_t seq, const char* what) {
        if (++complaints_ > most_named) return;
        report_.findings.emplace_back("search",
                                      std::string(noun_) + " " + std::to_string(seq) + what);
    }
    const char* noun_;
    Sums sums_;
    VerifyReport& report_;
    std::size_t complaints_ = 0;
};

// Customers and tickets keep their words beside them.
void verify_kept_words(const Tx& tx, Corpus corpus, const char* noun, std::string_view sql,
                       VerifyReport& report) {
    Judge judge(noun, add_up_index(tx, corpus, report), report);
    Rows rows = tx.query_with(sql, {});
    while (rows.next()) {
        std::int64_t seq = 0;
        std::string words;
        rows.read(seq, words);
        judge.see(seq, hash_words(words));
    }
    judge.finish();
}

void verify_interactions(const Tx& tx, VerifyReport& report) {
    Judge judge("interaction", add_up_index(tx, Corpus::interaction, report), report);
    std::vector<std::int64_t> seqs;
    {
        Rows rows = tx.query(R"sql(SELECT seq FROM interaction ORDER BY seq)sql");
        while (rows.next())
            rows.read(seqs.emplace_back());
    }
    for (const std::int64_t seq : seqs)
        judge.see(seq, hash_words(index_words_of(search_text(load_interaction(tx, seq)))));
    judge.finish();
}

}  // namespace

void verify_search(const Tx& tx, VerifyReport& report) {
    verify_kept_words(tx, Corpus::customer, "customer", R"sql(SELECT seq, words FROM customer)sql",
                      report);
    verify_kept_words(tx, Corpus::ticket, "ticket", R"sql(SELECT seq, words FROM ticket)sql",
                      report);
    verify_interactions(tx, report);
}

}  // namespace tributary
