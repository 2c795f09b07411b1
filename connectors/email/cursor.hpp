// How far a folder has been read, and where to go on. Pure values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/email/imap_parse.hpp"

namespace tributary::email {

// As text: "INBOX;uidvalidity=7;uid=12"; ";date=1700000000" behind it tells when the server got
// that mail; and while mail from before the first connection is still coming in, ";history=40":
// UIDs below 40 are history.
struct MailboxCursor {
    MailboxCursor() = default;
    std::string folder;
    std::uint32_t uid_validity = 0;
    Uid last_uid = 0;
    std::optional<std::uint32_t> last_date;  // its INTERNALDATE, seconds since 1970
    Uid history_end = 0;

    bool is_history(Uid uid) const { return uid < history_end; }
    bool has_history_left() const { return last_uid + std::uint64_t{1} < history_end; }
    // The text that names one mail of this folder.
    std::string place_of(Uid uid) const;
    std::string text() const;
    static std::optional<MailboxCursor> parse(std::string_view text);
};

// INTERNALDATE as a cursor keeps it; empty outside of 1970 to 2106.
std::optional<std::uint32_t> to_cursor_date(const std::optional<Timestamp>& date);

// One mailbox's cursors by folder; as text, a line each.
using MailboxCursors = std::map<std::string, MailboxCursor>;
MailboxCursors parse_cursors(std::string_view text);
std::string to_text(const MailboxCursors& cursors);

struct Resumption {
    Resumption() = default;
    MailboxCursor cursor;
    std::string why_rescan;  // for the log; "" when the stored cursor goes on, or none was stored
};

// Where to go on, given what the folder says of itself now, and when it got the mail that has the
// cursor's UID today (empty: that mail is gone, or was not asked for). A folder whose UIDs mean
// something else than before is read again from the start: known mails are recognised by their
// bytes.
Resumption resume(const std::optional<MailboxCursor>& stored, const std::string& folder,
                  std::uint32_t uid_validity, Uid uid_next,
                  std::optional<std::uint32_t> date_of_last = std::nullopt);

}  // namespace tributary::email
