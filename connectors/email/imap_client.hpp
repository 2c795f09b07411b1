// The few IMAP commands that reading a mailbox takes (RFC 9051, RFC 3501, RFC 2177), over a
// connection that is already logged in. Nothing here changes anything on the server: the folder is
// opened with EXAMINE and bodies are fetched with PEEK.
//
// One user, one command at a time, on the I/O thread. What the server refuses or breaks is thrown
// as Failure: (unavailable).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "connectors/email/imap_parse.hpp"
#include "connectors/email/settings.hpp"
#include "net/dialogue.hpp"

namespace tributary::email {

struct ImapFolder {
    ImapFolder() = default;
    std::uint32_t uid_validity = 0;
    std::optional<Uid> uid_next;  // some old servers do not say
};

struct FetchReply {
    FetchReply() = default;
    std::vector<ImapFetch> mails;  // of the UIDs asked for only, in the server's order
    // The server could not give all of them, for another reason than that some are gone.
    bool is_partial = false;
};

enum class MailPart { size_and_date, whole, header };

class ImapClient {
 public:
    static awaitable<std::unique_ptr<ImapClient>> connect(net::Curl& curl, ImapSettings settings,
                                                          std::string ca_file);

    awaitable<ImapFolder> examine(std::string folder);
    // UIDs of `first` and above, ascending.
    awaitable<std::vector<Uid>> search_from(Uid first);
    // `uids` ascending, at most a few hundred: they stand in one command line.
    awaitable<FetchReply> fetch(std::vector<Uid> uids, MailPart part);
    // Returns when the folder may have changed, or after `renewal` at the latest: IDLE where the
    // server has it, else one NOOP after `poll`.
    awaitable<void> wait_for_news(std::chrono::seconds renewal, std::chrono::seconds poll);
    awaitable<void> logout();

    bool can_idle() const { return can_idle_; }

 private:
    struct Reply {
        Reply() = default;
        ImapResponse status;  // the tagged one
        std::vector<ImapResponse> data;
    };

    explicit ImapClient(std::unique_ptr<net::Dialogue> dialogue);
    awaitable<void> learn_capabilities();
    awaitable<ImapResponse> read_response();
    awaitable<Reply> command(std::string text);
    awaitable<Reply> read_reply(std::string tag);
    void notice(const ImapResponse& response);
    std::string next_tag();

    std::unique_ptr<net::Dialogue> dialogue_;
    unsigned last_tag_ = 0;
    bool can_idle_ = false;
    bool wants_id_ = false;
    std::uint32_t uid_validity_ = 0;  // of the open folder; 0: none
    bool has_news_ = false;           // EXISTS came since the last search began
};

// Mails above this size are not fetched whole; a literal above it is read and thrown away.
inline constexpr std::uint64_t max_mail_bytes = 25'000'000;
// Of such a mail this much header is fetched.
inline constexpr std::uint64_t max_lone_header_bytes = 262'144;

}  // namespace tributary::email
