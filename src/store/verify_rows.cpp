// Rows that name other rows (verify_parts.hpp).
#include "store/verify_parts.hpp"

namespace tributary {
namespace {

struct Reference {
    const char* what;
    const char* sql;  // how many rows break it
};

// An entry of the ledger may name nothing (sixteen zero bytes): what it stood for was erased.
constexpr Reference references[] = {
    {"interactions of no customer",
     R"sql(SELECT count(*) FROM interaction
           WHERE customer NOT IN (SELECT id FROM customer))sql"},
    {"interactions on no ticket",
     R"sql(SELECT count(*) FROM interaction
           WHERE ticket IS NOT NULL AND ticket NOT IN (SELECT id FROM ticket))sql"},
    {"interactions without content",
     R"sql(SELECT count(*) FROM interaction WHERE seq NOT IN (SELECT seq FROM content))sql"},
    {"interactions with another number of attachments than they say",
     R"sql(SELECT count(*) FROM interaction WHERE attachments <>
               (SELECT count(*) FROM attachment WHERE attachment.seq = interaction.seq))sql"},
    {"interactions with another number of deliveries than they say",
     R"sql(SELECT count(*) FROM interaction WHERE deliveries <>
               (SELECT count(*) FROM delivery WHERE delivery.seq = interaction.seq))sql"},
    {"contents of no interaction",
     R"sql(SELECT count(*) FROM content WHERE seq NOT IN (SELECT seq FROM interaction))sql"},
    {"attachments of no interaction",
     R"sql(SELECT count(*) FROM attachment WHERE seq NOT IN (SELECT seq FROM interaction))sql"},
    {"deliveries of no interaction",
     R"sql(SELECT count(*) FROM delivery WHERE seq NOT IN (SELECT seq FROM interaction))sql"},
    {"tickets of no customer",
     R"sql(SELECT count(*) FROM ticket WHERE customer NOT IN (SELECT id FROM customer))sql"},
    {"parties of no ticket",
     R"sql(SELECT count(*) FROM ticket_party WHERE ticket NOT IN (SELECT id FROM ticket))sql"},
    {"identities of no customer",
     R"sql(SELECT count(*) FROM identity WHERE customer NOT IN (SELECT id FROM customer))sql"},
    {"customers merged into nobody",
     R"sql(SELECT count(*) FROM customer
           WHERE merged_into IS NOT NULL AND merged_into NOT IN (SELECT id FROM customer))sql"},
    {"merges of no customer",
     R"sql(SELECT count(*) FROM merge WHERE survivor NOT IN (SELECT id FROM customer)
               OR other NOT IN (SELECT id FROM customer))sql"},
    {"ledger entries whose interaction is gone",
     R"sql(SELECT count(*) FROM ledger WHERE is_quarantined = 0
               AND subject <> x'00000000000000000000000000000000'
               AND subject NOT IN (SELECT id FROM interaction))sql"},
    {"ledger entries whose quarantined message is gone",
     R"sql(SELECT count(*) FROM ledger WHERE is_quarantined = 1
               AND subject <> x'00000000000000000000000000000000'
               AND subject NOT IN (SELECT id FROM quarantine))sql"},
    {"originals that are no blob",
     R"sql(SELECT count(*) FROM interaction WHERE raw_sha256 IS NOT NULL
               AND raw_sha256 NOT IN (SELECT sha256 FROM blob))sql"},
    {"quarantined originals that are no blob",
     R"sql(SELECT count(*) FROM quarantine
           WHERE raw_sha256 NOT IN (SELECT sha256 FROM blob))sql"},
    {"attachments that are no blob",
     R"sql(SELECT count(*) FROM attachment
           WHERE sha256 NOT IN (SELECT sha256 FROM blob))sql"},
    {"numbers given out twice",
     R"sql(SELECT (SELECT coalesce(max(seq), 0) FROM change) >
                  (SELECT value FROM counter WHERE name = 'arrival'))sql"},
    {"foreign keys that lead nowhere", R"sql(SELECT count(*) FROM pragma_foreign_key_check)sql"},
};

}  // namespace

void verify_rows(const Tx& tx, VerifyReport& report) {
    for (const Reference& reference : references) {
        const auto broken = tx.query_one<std::int64_t>(reference.sql).value_or(0);
        if (broken > 0) {
            report.findings.emplace_back("rows", std::to_string(broken) + " " + reference.what);
        }
    }
    report.rows = tx.query_one<std::int64_t>(
                        R"sql(SELECT (SELECT count(*) FROM customer) +
                                     (SELECT count(*) FROM ticket) +
                                     (SELECT count(*) FROM interaction))sql")
                      .value();
}

}  // namespace tributary
