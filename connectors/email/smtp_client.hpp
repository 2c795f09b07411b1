// Submitting mail over SMTP (RFC 5321, RFC 6409), with the fate of every recipient, over a
// connection that libcurl has greeted, encrypted and logged in.
//
// One user, one mail at a time, on the I/O thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "connectors/email/settings.hpp"
#include "connectors/email/smtp_protocol.hpp"
#include "net/dialogue.hpp"

namespace tributary::email {

struct Submission {
    Submission() = default;
    std::string sender;  // envelope; "" for automatic mail (RFC 3834 section 3.3)
    std::vector<std::string> recipients;
    std::string mail;  // header and body, ASCII
    // The same with UTF-8 in its header (RFC 6532), for recipients whose addresses need it; "" when
    // there are none.
    std::string international_mail;
    std::string envelope_id;
};

struct Delivered {
    Delivered(RecipientResult::State s, std::string said) : state(s), diagnostic(std::move(said)) {}
    RecipientResult::State state;
    std::string diagnostic;
    std::string remote_id;
    bool maybe_sent = false;
    bool is_dead = false;  // rejected because of the recipient's address itself
};

// How long the server may be silent. RFC 5321 section 4.5.3.2 asks for minutes; a helpdesk tries
// again instead of waiting that long, except for the answer that decides whether the mail went out.
struct SmtpPatience {
    SmtpPatience() = default;
    std::chrono::milliseconds connect = std::chrono::seconds(30);
    std::chrono::milliseconds command = std::chrono::seconds(60);
    std::chrono::milliseconds data = std::chrono::seconds(120);
    std::chrono::milliseconds handed_over = std::chrono::seconds(600);
};

class SmtpClient {
 public:
    static awaitable<std::unique_ptr<SmtpClient>> connect(net::Curl& curl, SmtpSettings settings,
                                                          std::string ca_file,
                                                          Secret oauth_token = Secret(),
                                                          SmtpPatience patience = SmtpPatience());

    // One entry per recipient, in order. Throws Failure when the connection is lost before a mail
    // was handed over: then nobody got it. After the final dot a lost answer is `maybe_sent`.
    // International recipients get a mail of their own, the others one that every server can
    // forward. `submission` must outlive the call.
    awaitable<std::vector<Delivered>> submit(const Submission& submission);
    // Another mail may go over this connection.
    bool is_open() const { return is_open_ && dialogue_->is_open(); }
    int mails() const { return mails_; }  // how many were begun over this connection
    awaitable<void> quit();

 private:
    SmtpClient(std::unique_ptr<net::Dialogue> dialogue, const SmtpPatience& patience);
    struct Envelope;
    struct Batch;
    awaitable<std::vector<Delivered>> transact(const Submission& submission, const Batch& batch);
    awaitable<Envelope> open_at_once(std::string mail_from, std::vector<std::string> rcpt_to);
    awaitable<Envelope> open_stepwise(std::string mail_from, std::vector<std::string> rcpt_to);
    awaitable<void> close_envelope(const Envelope& envelope);
    awaitable<Delivered> hand_over(std::string wire);
    awaitable<SmtpReply> ask(std::string command);
    awaitable<SmtpReply> read_reply(std::chrono::milliseconds patience);

    std::unique_ptr<net::Dialogue> dialogue_;
    SmtpPatience patience_;
    SmtpOffer offer_;
    bool is_open_ = true;
    int mails_ = 0;
};

}  // namespace tributary::email
