#include "connectors/email/imap_parse.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/text.hpp"

namespace tributary::email {
namespace {

// Takes one response off the front of `bytes`, the way the client reads it off the wire.
Result<ImapResponse> take_response(std::string_view& bytes) {
    auto take_line = [&] {
        const auto end = bytes.find("\r\n");
        std::string line(bytes.substr(0, end));
        bytes.remove_prefix(std::min(end, bytes.size() - 2) + 2);
        return line;
    };
    ImapLines source;
    source.lines.push_back(take_line());
    while (auto size = find_literal(source)) {
        const std::size_t count = std::min<std::size_t>(*size, bytes.size());
        source.literals.emplace_back(bytes.substr(0, count));
        bytes.remove_prefix(count);
        if (bytes.size() < 2) return Error(Outcome::unavailable, "literal longer than the stream");
        source.lines.push_back(take_line());
    }
    return parse_response(std::move(source));
}

std::string show(const ImapValue& value) {
    switch (value.kind) {
        case ImapValue::Kind::nil: return "NIL";
        case ImapValue::Kind::atom: return value.text;
        case ImapValue::Kind::text: return "'" + value.text + "'";
        case ImapValue::Kind::skipped: return "skipped";
        case ImapValue::Kind::list: break;
    }
    std::string text = "(";
    for (const ImapValue& item : value.items)
        text += (text.size() > 1 ? " " : "") + show(item);
    return text + ")";
}

std::string show(const Result<ImapResponse>& parsed) {
    if (parsed.has_error()) return "error: " + parsed.error().detail;
    const ImapResponse& response = *parsed;
    if (response.type == ImapResponse::Type::continuation) return "+ " + response.text;
    std::string text = response.type == ImapResponse::Type::tagged ? response.tag : "*";
    if (response.number) text += ' ' + std::to_string(*response.number);
    text += ' ' + response.name;
    if (!response.code.empty()) text += " [" + response.code + '|' + response.code_value + ']';
    if (!response.text.empty()) text += " <" + response.text + '>';
    for (const ImapValue& value : response.values)
        text += ' ' + show(value);
    return text;
}

TEST(ImapParse, ReadsWhatServersSay) {
    struct Row {
        std::string wire;
        std::string expected;
    };
    const Row rows[] = {
        {"* OK [CAPABILITY IMAP4rev1 IDLE] Dovecot ready.",
         "* OK [CAPABILITY|IMAP4rev1 IDLE] <Dovecot ready.>"},
        {"* OK [UIDVALIDITY 1700000000] UIDs valid", "* OK [UIDVALIDITY|1700000000] <UIDs valid>"},
        {"* OK [PERMANENTFLAGS ()] Read-only mailbox.",
         "* OK [PERMANENTFLAGS|()] <Read-only mailbox.>"},
        {"* ok [uidnext 5]", "* OK [UIDNEXT|5]"},
        {"* OK [never closed", "* OK <[never closed>"},
        {"* BYE Autologout; idle for too long", "* BYE <Autologout; idle for too long>"},
        {"* 23 EXISTS", "* 23 EXISTS"},
        {"* FLAGS (\\Answered \\Seen $Forwarded)", "* FLAGS (\\Answered \\Seen $Forwarded)"},
        {"* SEARCH", "* SEARCH"},
        {"* SEARCH 2 3 5 ", "* SEARCH 2 3 5"},
        {"* LIST (\\HasNoChildren) \"/\" \"a \\\"b\\\" \\\\c\"",
         "* LIST (\\HasNoChildren) '/' 'a \"b\" \\c'"},
        {"* ID NIL", "* ID NIL"},
        {"+ idling", "+ idling"},
        {"+", "+ "},
        {"t1 OK [READ-ONLY] Examine completed (0.001 + 0.000 secs).",
         "t1 OK [READ-ONLY|] <Examine completed (0.001 + 0.000 secs).>"},
        {"t2 NO [AUTHENTICATIONFAILED] no {5}", "t2 NO [AUTHENTICATIONFAILED|] <no {5}>"},
        {"* NO ends like a literal {5}", "* NO <ends like a literal {5}>"},
        {"* 1 FETCH (UID 7 BODY[] {5}\r\nab\r\nc)", "* 1 FETCH (UID 7 BODY[] 'ab\r\nc')"},
        {"* 1 FETCH (BODY[] {0}\r\n UID 7)", "* 1 FETCH (BODY[] '' UID 7)"},
        {"* 1 FETCH (BODY[] ~{3+}\r\na\r\n UID 7)", "* 1 FETCH (BODY[] 'a\r\n' UID 7)"},
        {"* 1 FETCH (BODY[HEADER.FIELDS (TO CC)]<0> NIL)",
         "* 1 FETCH (BODY[HEADER.FIELDS (TO CC)]<0> NIL)"},
        {"* VANISHED (EARLIER) 1:3,7", "* VANISHED (EARLIER) 1:3,7"},
    };
    for (const Row& row : rows) {
        const std::string wire = row.wire + "\r\n";
        std::string_view bytes = wire;
        EXPECT_EQ(show(take_response(bytes)), row.expected) << row.wire;
        EXPECT_EQ(bytes, "") << row.wire;
    }
}

TEST(ImapParse, RefusesWhatMakesNoSense) {
    const std::string rows[] = {
        "",
        " ",
        "t1 SEARCH 1 2",
        "* 1 FETCH (UID 7",
        "* 1 FETCH (UID 7))",
        "* 1 FETCH UID 7)",
        "* 1 FETCH (FLAGS \"never closed)",
        "* 1 FETCH (BODY[] {5 UID 7)",
        "* 1 FETCH (BODY[] {5} UID 7)",
        "* 1 FETCH (BODY[] {x}",
        "* 1 FETCH (BODY[] {-1}",
        "* 1 FETCH (BODY[] {99999999999999999999999}",
        "* 1 FETCH (BODY[] {}",
        // The literal is shorter than the mail: the rest of the mail is not taken for an answer.
        "* 1 FETCH (BODY[] {3}\r\nabc more of the mail\r\n",
        // Longer than what is there.
        "* 1 FETCH (BODY[] {300}\r\nabc)",
        "* X " + std::string(33, '('),
        "* X " + std::string(200'000, '('),
    };
    for (const std::string& row : rows) {
        const std::string wire = row + "\r\n";
        std::string_view bytes = wire;
        EXPECT_TRUE(take_response(bytes).has_error()) << row.substr(0, 100);
    }
}

TEST(ImapParse, TakesWhatAFetchSays) {
    std::string_view bytes =
        "* 3 FETCH (FLAGS (\\Seen) RFC822.SIZE 1234 UID 9 INTERNALDATE \" 1-Mar-2026 09:30:00 "
        "+0100\" "
        "BODY[] {2}\r\nhi X-UNKNOWN (a b))\r\n";
    auto response = take_response(bytes);
    ASSERT_TRUE(response.has_value()) << show(response);
    const auto fetch = take_fetch(*response);
    ASSERT_TRUE(fetch);
    EXPECT_EQ(fetch->uid, 9u);
    EXPECT_EQ(fetch->size, 1234u);
    EXPECT_EQ(fetch->body, "hi");
    ASSERT_TRUE(fetch->internal_date);
    EXPECT_EQ(rfc3339(*fetch->internal_date), "2026-03-01T08:30:00.000Z");

    for (const char* other : {"* 3 EXISTS\r\n", "* 3 FETCH\r\n", "* FETCH 1 2\r\n"}) {
        bytes = other;
        auto parsed = take_response(bytes);
        ASSERT_TRUE(parsed.has_value()) << other;
        EXPECT_FALSE(take_fetch(*parsed)) << other;
    }
    bytes = "* 3 FETCH (UID 4294967296 BODY[] NIL)\r\n";
    auto odd = take_response(bytes);
    ASSERT_TRUE(odd.has_value());
    const auto nothing = take_fetch(*odd);
    ASSERT_TRUE(nothing);
    EXPECT_FALSE(nothing->uid);
    EXPECT_FALSE(nothing->body);
    EXPECT_FALSE(nothing->size);

    // A literal that is longer than announced leaves the rest of the mail among the names.
    bytes = "* 3 FETCH (UID 9 BODY[] {2}\r\nhi there)\r\n";
    auto torn = take_response(bytes);
    ASSERT_TRUE(torn.has_value());
    EXPECT_FALSE(take_fetch(*torn));
}

TEST(ImapParse, ReadsInternalDates) {
    struct Row {
        const char* text;
        const char* expected;
    };
    const Row rows[] = {
        {"17-Jul-1996 02:44:25 -0700", "1996-07-17T09:44:25.000Z"},
        {" 1-jan-2026 00:00:00 +0000", "2026-01-01T00:00:00.000Z"},
        {"29-Feb-2024 23:59:60 +1400", "2024-02-29T10:00:00.000Z"},
        {"29-Feb-2023 00:00:00 +0000", ""},
        {"00-Jan-2026 00:00:00 +0000", ""},
        {"01-Foo-2026 00:00:00 +0000", ""},
        {"01-Jan-2026 24:00:00 +0000", ""},
        {"01-Jan-2026 00:00:00  0000", ""},
        {"01-Jan-2026 00:00:00 +00", ""},
        {"", ""},
    };
    for (const Row& row : rows) {
        const auto date = parse_internal_date(row.text);
        EXPECT_EQ(date ? rfc3339(*date) : "", row.expected) << row.text;
    }
}

TEST(ImapParse, WritesSequenceSetsAndFolders) {
    EXPECT_EQ(to_sequence_set({4}), "4");
    EXPECT_EQ(to_sequence_set({1, 2, 3, 7, 9, 10}), "1:3,7,9:10");
    EXPECT_EQ(to_sequence_set({4294967294, 4294967295}), "4294967294:4294967295");

    EXPECT_EQ(quote_folder("INBOX"), "\"INBOX\"");
    EXPECT_EQ(quote_folder("a \"b\" \\ & c"), "\"a \\\"b\\\" \\\\ &- c\"");
    // RFC 3501 section 5.1.3 has these.
    EXPECT_EQ(quote_folder("~peter/mail/台北/日本語"), "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\"");
    EXPECT_EQ(quote_folder("Entwürfe 😀"), "\"Entw&APw-rfe &2D3eAA-\"");
    EXPECT_EQ(quote_folder("x\r\nLOGOUT"), "\"x&AA0ACg-LOGOUT\"");
}

// Whole sessions as four kinds of server speak, one response after the other.
TEST(ImapParse, ReadsRecordedDialects) {
    for (const std::string dialect : {"dovecot", "gmail", "exchange", "courier"}) {
        const std::string base =
            std::string(TRIBUTARY_SOURCE_DIR) + "/tests/data/email/imap/" + dialect;
        auto slurp = [](const std::string& path) {
            std::ifstream file(path, std::ios::binary);
            std::stringstream text;
            text << file.rdbuf();
            return text.str();
        };
        const std::string wire = slurp(base + ".wire");
        ASSERT_FALSE(wire.empty()) << base;
        std::string shown;
        for (std::string_view bytes = wire; !bytes.empty();) {
            auto response = take_response(bytes);
            shown += show(response) + '\n';
        }
        std::erase(shown, '\r');
        EXPECT_EQ(shown, slurp(base + ".expected")) << dialect;
    }
}

}  // namespace
}  // namespace tributary::email
