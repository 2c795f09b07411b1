// The search index in SQLite's words: three contentless FTS5 tables (docs/search.md).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "store/sql.hpp"
#include "store/words.hpp"

namespace tributary::sqlite_search {

extern const std::string_view schema;
extern const std::string_view compaction;  // leaves nothing of entries that were deleted
std::string_view insertion(Corpus corpus);  // $1 seq, $2 words
std::string_view deletion(Corpus corpus);
std::string matching_seqs(Corpus corpus, std::string_view parameter);
std::string newest_matches(Corpus corpus);
// Makes temp.vocabulary, which has a row (term, doc) for each word of each row.
std::string vocabulary(Corpus corpus);
std::string match_text(std::span<const QueryWord> words);

}  // namespace tributary::sqlite_search
