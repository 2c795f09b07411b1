#include "store/sqlite_search.hpp"

namespace tributary::sqlite_search {
namespace {

std::string_view table(Corpus corpus) {
    switch (corpus) {
        case Corpus::customer: return "customer_search";
        case Corpus::ticket: return "ticket_search";
        case Corpus::interaction: break;
    }
    return "interaction_search";
}

}  // namespace

// Words arrive folded and distinct, so positions (detail), lengths (columnsize) and a copy of the
// text (content) would be dead weight, and the plain `ascii` tokenizer only parts them at blanks.
const std::string_view schema = R"schema(
CREATE VIRTUAL TABLE customer_search USING fts5
    (words, content='', columnsize=0, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE ticket_search USING fts5
    (words, content='', columnsize=0, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE interaction_search USING fts5
    (words, content='', columnsize=0, detail=none, tokenize='ascii');
)schema";

// FTS5 keeps a deleted entry's words until its segments are merged with those that hold them.
const std::string_view compaction = R"script(
INSERT INTO customer_search (customer_search) VALUES ('optimize');
INSERT INTO ticket_search (ticket_search) VALUES ('optimize');
INSERT INTO interaction_search (interaction_search) VALUES ('optimize');
)script";

std::string_view insertion(Corpus corpus) {
    switch (corpus) {
        case Corpus::customer:
            return R"sql(INSERT INTO customer_search (rowid, words) VALUES ($1, $2))sql";
        case Corpus::ticket:
            return R"sql(INSERT INTO ticket_search (rowid, words) VALUES ($1, $2))sql";
        case Corpus::interaction: break;
    }
    return R"sql(INSERT INTO interaction_search (rowid, words) VALUES ($1, $2))sql";
}

std::string_view deletion(Corpus corpus) {
    switch (corpus) {
        case Corpus::customer:
            return R"sql(INSERT INTO customer_search (customer_search, rowid, words)
                         VALUES ('delete', $1, $2))sql";
        case Corpus::ticket:
            return R"sql(INSERT INTO ticket_search (ticket_search, rowid, words)
                         VALUES ('delete', $1, $2))sql";
        case Corpus::interaction: break;
    }
    return R"sql(INSERT INTO interaction_search (interaction_search, rowid, words)
                 VALUES ('delete', $1, $2))sql";
}

std::string matching_seqs(Corpus corpus, std::string_view parameter) {
    std::string sql = "SELECT rowid FROM ";
    sql.append(table(corpus)).append(" WHERE ").append(table(corpus));
    return sql.append(" MATCH ").append(parameter);
}

std::string newest_matches(Corpus corpus) {
    return matching_seqs(corpus, "$1") + " AND rowid < $2 ORDER BY rowid DESC LIMIT $3";
}

std::string vocabulary(Corpus corpus) {
    std::string script = "DROP TABLE IF EXISTS temp.vocabulary;";
    script.append("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', '");
    return script.append(table(corpus)).append("', 'instance');");
}

// Words hold letters and digits only, so the quotes cannot be left by what a user typed.
std::string match_text(std::span<const QueryWord> words) {
    std::string text;
    for (const QueryWord& word : words) {
        if (!text.empty()) text += ' ';
        text.append("\"").append(word.text).append(word.is_prefix ? "\" *" : "\"");
    }
    return text;
}

}  // namespace tributary::sqlite_search
