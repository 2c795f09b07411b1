// Submitting mail over SMTP (RFC 5321, RFC 6409), with the fate of every recipient, over a
// connection that libcurl has greeted, encrypted and logged in.
//
// One user, one mail at a time, on the I/O thread.
#pragma once

#include <memory>
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
    std::string mail;  // header and body
};

struct Delivered {
    Delivered(RecipientResult::State s, std::string said) : state(s), diagnostic(std::move(said)) {}
    RecipientResult::State state;
    std::string diagnostic;
    std::string remote_id;
    bool maybe_sent = false;
};

class SmtpClient {
 public:
    static awaitable<std::unique_ptr<SmtpClient>> connect(net::Curl& curl, SmtpSettings settings,
                                                          std::string ca_file,
                                                          Secret oauth_token = Secret());

    // One entry per recipient, in order. Throws Failure when the connection is lost before the mail
    // was handed over: then nobody got it. After the final dot a lost answer is `maybe_sent`.
    // `submission` must outlive the call.
    awaitable<std::vector<Delivered>> submit(const Submission& submission);
    // Another mail may go over this connection.
    bool is_open() const { return is_open_ && dialogue_->is_open(); }
    awaitable<void> quit();

 private:
    explicit SmtpClient(std::unique_ptr<net::Dialogue> dialogue);
    struct Envelope;
    awaitable<std::vector<Delivered>> transact(std::string mail_from,
                                               std::vector<std::string> rcpt_to, std::string wire);
    awaitable<Envelope> open_at_once(std::string mail_from, std::vector<std::string> rcpt_to);
    awaitable<Envelope> open_stepwise(std::string mail_from, std::vector<std::string> rcpt_to);
    awaitable<void> close_envelope(const Envelope& envelope);
    awaitable<Delivered> hand_over(std::string wire);
    awaitable<SmtpReply> ask(std::string command);
    awaitable<SmtpReply> read_reply(std::chrono::seconds patience);

    std::unique_ptr<net::Dialogue> dialogue_;
    SmtpOffer offer_;
    bool is_open_ = true;
};

}  // namespace tributary::email
