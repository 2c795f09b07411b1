// Handing in mails, from whichever folder or wire they came: normalised, then taken by the house
// together with the cursor. One object a connector run, on the I/O thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/task.hpp"
#include "connector/connector.hpp"
#include "connectors/email/cursor.hpp"
#include "connectors/email/settings.hpp"

namespace tributary::email {

// One mail as the server gave it, or the reason why it did not.
struct RawMail {
    RawMail() = default;
    std::string bytes;
    std::string source_ref;  // where it came from; "" when it cannot be asked for again
    bool is_history = false;
    Timestamp received_at;
    std::optional<Error> trouble;
};

// The key under which the house knows a mail: by its bytes, or by its place when it has none.
std::string dedupe_key_of(std::string_view bytes, std::string_view source_ref);

class MailIntake {
 public:
    MailIntake(ConnectorHost& host, MailSettings settings);

    // The cursors the house has; once, before anything is accepted.
    awaitable<void> load();
    std::optional<MailboxCursor> find_cursor(const std::string& folder) const;

    awaitable<std::vector<InboundMessage>> normalize(std::vector<RawMail> mails);
    // Durable when it resolves. Folders take turns: their cursors stand in one text.
    awaitable<std::vector<Receipt>> accept(std::vector<InboundMessage> messages,
                                           std::optional<MailboxCursor> cursor);
    // What is known to wait in one folder; the house hears the sum.
    void report_waiting(const std::string& folder, std::int64_t count);

    // The mailbox's state: up, unless a folder is missing or there is a warning. `why` is "" when
    // the folder is there.
    void report_folder(const std::string& folder, std::string why, std::string warning);

    ConnectorHost& host() const { return host_; }
    const MailSettings& settings() const { return settings_; }

 private:
    ConnectorHost& host_;
    MailSettings settings_;
    MailboxCursors cursors_;  // as committed
    std::map<std::string, std::int64_t> waiting_;
    std::map<std::string, std::string> missing_;  // why, by folder
    bool is_accepting_ = false;
    Notifier turn_;
};

}  // namespace tributary::email
