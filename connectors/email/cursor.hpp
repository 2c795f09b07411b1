// How far a folder has been read, and where to go on. Pure values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/email/imap_parse.hpp"

namespace tributary::email {

// As text: "INBOX;uidvalidity=7;uid=12", and while mail from before the first connection is still
// coming in, ";history=40" behind it: UIDs below 40 are history.
struct MailboxCursor {
    MailboxCursor() = default;
    std::string folder;
    std::uint32_t uid_validity = 0;
    Uid last_uid = 0;
    Uid history_end = 0;

    bool is_history(Uid uid) const { return uid < history_end; }
    bool has_history_left() const { return last_uid + std::uint64_t{1} < history_end; }
    // The text that names one mail of this folder.
    std::string place_of(Uid uid) const;
    std::string text() const;
    static std::optional<MailboxCursor> parse(std::string_view text);
};

struct Resumption {
    Resumption() = default;
    MailboxCursor cursor;
    std::string why_rescan;  // for the log; "" when the stored cursor goes on, or none was stored
};

// Where to go on, given what the folder says of itself now. A folder whose UIDs mean something else
// than before is read again from the start: known mails are recognised by their bytes.
Resumption resume(const std::optional<MailboxCursor>& stored, const std::string& folder,
                  std::uint32_t uid_validity, Uid uid_next);

}  // namespace tributary::email
