// The few IMAP commands that reading a mailbox takes (RFC 9051, RFC 3501, RFC 2177, RFC 6851), over
// a connection that is already logged in. Nothing here changes anything on the server unless
// move() is called: the folder is opened with EXAMINE and bodies are fetched with PEEK.
//
// One user on the I/O thread, one call at a time; several FETCH commands may be on the wire
// (ask_for). What the server refuses or breaks is thrown as Failure (unavailable); after that the
// connection is of no use. Each answer has a deadline for every silence and one for the whole.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
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
enum class FolderUse { read_only, moving };

class ImapClient {
 public:
    // `oauth_token`, when there is one, is used instead of the settings' password. A refused login
    // is Failure(denied), or (unavailable) when the server says that it will pass.
    static awaitable<std::unique_ptr<ImapClient>> connect(net::Curl& curl, ImapSettings settings,
                                                          std::string ca_file,
                                                          Secret oauth_token = Secret());

    awaitable<ImapFolder> open(std::string folder, FolderUse use = FolderUse::read_only);
    // UIDs of `first` and above, ascending.
    awaitable<std::vector<Uid>> search_from(Uid first);
    // UIDs up to `last` that nobody marked as deleted, ascending.
    awaitable<std::vector<Uid>> search_to(Uid last);

    // Sends a FETCH without waiting for its answer. `uids` ascending, at most a few hundred: they
    // stand in one command line. `expected` bytes grant the answer its time.
    awaitable<void> ask_for(std::vector<Uid> uids, MailPart part, std::uint64_t expected);
    // The answer to the oldest ask_for() that has not been taken yet.
    awaitable<FetchReply> take_answer();
    // Both at once; answers to earlier asks are kept.
    awaitable<FetchReply> fetch(std::vector<Uid> uids, MailPart part, std::uint64_t expected = 0);

    // Moves mails out of the open folder, as atomically as the server can: MOVE, or COPY with
    // \Deleted and UID EXPUNGE; without UIDPLUS they stay, marked as deleted. False, and why in
    // `refusal`, when the server will not; the folder must be open for moving.
    awaitable<bool> move(std::vector<Uid> uids, std::string to, std::string& refusal);

    // Returns when the folder may have changed, or after `renewal` at the latest: IDLE where the
    // server has it, else one NOOP after `poll`.
    awaitable<void> wait_for_news(std::chrono::seconds renewal, std::chrono::seconds poll);
    awaitable<void> logout();

    bool can_idle() const { return can_idle_; }

 private:
    struct Ask {
        Ask() = default;
        std::string tag;
        std::vector<Uid> uids;
        MailPart part = MailPart::whole;
        std::uint64_t expected = 0;
        std::vector<Uid> seen;
        std::uint64_t kept_bytes = 0;
        FetchReply reply;
        bool is_answered = false;
    };
    using Sink = std::function<void(ImapResponse&)>;

    ImapClient(std::unique_ptr<net::Dialogue> dialogue, const ImapSettings& settings);
    awaitable<void> learn_capabilities();
    awaitable<ImapResponse> read_response();
    // Sends `text` and gives what comes before its end to `sink`; the tagged response.
    awaitable<ImapResponse> command(std::string text, Sink sink);
    awaitable<ImapResponse> command(std::string text);
    awaitable<ImapResponse> read_until(std::string tag, Sink sink);
    awaitable<std::vector<Uid>> search(std::string what);
    awaitable<void> await_answer(std::string tag);
    awaitable<void> read_answers_until(std::string tag);
    void take_fetched(ImapResponse& response);
    void finish_ask(const ImapResponse& status);
    void notice(const ImapResponse& response);
    std::string next_tag();

    std::unique_ptr<net::Dialogue> dialogue_;
    std::chrono::milliseconds patience_;
    std::chrono::milliseconds answer_patience_;
    unsigned last_tag_ = 0;
    bool can_idle_ = false;
    bool can_move_ = false;
    bool has_uid_plus_ = false;
    int alerts_ = 0;
    std::uint32_t uid_validity_ = 0;  // of the open folder; 0: none
    bool has_news_ = false;           // EXISTS came since the last search began
    std::deque<Ask> asks_;            // on the wire or answered, not yet taken
};

// Mails above this size are not fetched whole; a literal above it is read and thrown away.
inline constexpr std::uint64_t max_mail_bytes = 25'000'000;
// Of such a mail this much header is fetched.
inline constexpr std::uint64_t max_lone_header_bytes = 262'144;

}  // namespace tributary::email
