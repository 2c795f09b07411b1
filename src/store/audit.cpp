#include "store/audit.hpp"

#include <boost/json.hpp>

#include "base/crypto.hpp"
#include "store/page_cursor.hpp"
#include "store/sql.hpp"
#include "store/verify_parts.hpp"

namespace tributary {
namespace {

namespace json = boost::json;
constexpr std::string_view list_name = "audit";

void add_number(Sha256Stream& stream, std::int64_t number) {
    stream.update(std::to_string(number) + ";");
}

void add_text(Sha256Stream& stream, std::string_view text) {
    add_number(stream, static_cast<std::int64_t>(text.size()));
    stream.update(text);
}

std::string chained_hash(std::string_view before, const AuditRow& row) {
    Sha256Stream stream;
    add_text(stream, before);
    add_number(stream, row.seq);
    add_number(stream, unix_ms(row.at));
    for (const std::string* text :
         {&row.event.actor, &row.event.action, &row.event.subject, &row.event.detail})
        add_text(stream, *text);
    return stream.finish();
}

void read_row(const Rows& rows, AuditRow& row) {
    rows.read(row.seq, row.at, row.event.actor, row.event.action, row.event.subject,
              row.event.detail, row.hash);
}

SettingValues known_settings(const Tx& tx) {
    SettingValues known;
    Rows rows = tx.query(R"sql(SELECT name, value FROM known_setting)sql");
    while (rows.next()) {
        std::string name;
        std::string value;
        rows.read(name, value);
        known.emplace(std::move(name), std::move(value));
    }
    return known;
}

json::value value_or_null(const SettingValues& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? json::value(nullptr) : json::value(found->second);
}

void remember_settings(Tx& tx, const SettingValues& now_set) {
    tx.exec(R"sql(DELETE FROM known_setting)sql");
    for (const auto& [name, value] : now_set)
        tx.exec(R"sql(INSERT INTO known_setting (name, value) VALUES ($1, $2))sql", name, value);
}

}  // namespace

AuditHead audit_head(const Tx& tx) {
    AuditHead head;
    Rows rows = tx.query(R"sql(SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1)sql");
    if (rows.next()) rows.read(head.seq, head.hash);
    return head;
}

void append_audit(Tx& tx, const AuditEvent& event, Timestamp now) {
    AuditRow row;
    row.seq = tx.next_number("audit");
    row.at = now;
    row.event = event;
    const std::string hash = chained_hash(audit_head(tx).hash, row);
    tx.exec(R"sql(INSERT INTO audit (seq, at, actor, action, subject, detail, hash)
                  VALUES ($1, $2, $3, $4, $5, $6, $7))sql",
            row.seq, row.at, event.actor, event.action, event.subject, event.detail, Bytes(hash));
}

void audit_sign_in(Tx& tx, std::optional<AgentId> agent, const std::string& how,
                   const std::string& outcome, Timestamp now) {
    const json::object detail{{"how", how}, {"outcome", outcome}};
    append_audit(
        tx,
        AuditEvent(agent ? agent->text() : "", outcome == "ok" ? "sign_in" : "sign_in.refused", "",
                   json::serialize(detail)),
        now);
}

Page<AuditRow> list_audit(const Tx& tx, const AuditFilter& filter, const PageRequest& page) {
    const PagePlace from = decode_cursor(list_name, page.cursor);
    SqlBuilder sql("SELECT seq, at, actor, action, subject, detail, hash FROM audit");
    sql.add(" WHERE seq < ", from.seq);
    if (!filter.actor.empty()) sql.add(" AND actor = ", filter.actor);
    if (!filter.action.empty()) sql.add(" AND action = ", filter.action);
    if (!filter.subject.empty()) sql.add(" AND subject = ", filter.subject);
    sql.add(" ORDER BY seq DESC LIMIT ", page.limit + 1);
    Page<AuditRow> result;
    std::vector<PagePlace> places;
    Rows rows = tx.query(sql);
    while (rows.next()) {
        read_row(rows, result.items.emplace_back());
        places.emplace_back().seq = result.items.back().seq;
    }
    result.next = end_page(list_name, places, page.limit);
    result.items.resize(places.size());
    return result;
}

std::int64_t audit_settings(Tx& tx, const SettingValues& now_set, Timestamp now) {
    const SettingValues known = known_settings(tx);
    if (known == now_set) return 0;
    SettingValues names = known;
    names.insert(now_set.begin(), now_set.end());
    std::int64_t changes = 0;
    for (const auto& [name, value] : names) {
        const json::value before = value_or_null(known, name);
        const json::value after = value_or_null(now_set, name);
        if (before == after || known.empty()) continue;
        const json::object detail{{"before", before}, {"after", after}};
        append_audit(tx, AuditEvent(house_actor, "setting.changed", name, json::serialize(detail)),
                     now);
        ++changes;
    }
    if (known.empty()) append_audit(tx, AuditEvent(house_actor, "settings.first_read", ""), now);
    remember_settings(tx, now_set);
    return known.empty() ? 1 : changes;
}

// --- verification (verify_parts.hpp) -------------------------------------------------------------

void verify_audit(const Tx& tx, VerifyReport& report) {
    std::string before;
    std::int64_t expected = 0;
    Rows rows = tx.query(
        R"sql(SELECT seq, at, actor, action, subject, detail, hash FROM audit ORDER BY seq)sql");
    while (rows.next()) {
        AuditRow row;
        read_row(rows, row);
        const bool is_next = row.seq == ++expected;
        if (!is_next || chained_hash(before, row) != row.hash) {
            report.findings.emplace_back(
                "audit", "the chain breaks at row " + std::to_string(row.seq) +
                             (is_next ? ": it was altered" : ": rows before it are gone"));
            expected = row.seq;
        }
        before = std::move(row.hash);
    }
    report.audited = expected;
    const auto given_out =
        tx.query_one<std::int64_t>(R"sql(SELECT value FROM counter WHERE name = 'audit')sql");
    if (given_out != expected) {
        report.findings.emplace_back("audit", "the newest rows are gone: there were " +
                                                  std::to_string(given_out.value_or(0)));
    }
    report.audit_head = to_hex(before);
}

}  // namespace tributary
