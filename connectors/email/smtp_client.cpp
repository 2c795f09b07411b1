#include "connectors/email/smtp_client.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace tributary::email {

namespace {

using namespace std::chrono_literals;
using State = RecipientResult::State;

// RFC 5321 section 4.5.3.2 asks for minutes; a helpdesk tries again instead of waiting that long,
// except for the answer that decides whether the mail went out.
constexpr std::chrono::seconds command_patience = 60s;
constexpr std::chrono::seconds data_patience = 120s;
constexpr std::chrono::seconds final_patience = 600s;
constexpr std::chrono::seconds farewell_patience = 2s;
constexpr std::size_t max_line = 8192;

constexpr int start_mail_input = 354;
constexpr int closing = 421;

[[maybe_unused]] bool has_only_crlf(std::string_view wire) {
    for (std::size_t i = 0; i < wire.size(); ++i) {
        if (wire[i] == '\r' && (i + 1 == wire.size() || wire[i + 1] != '\n')) return false;
        if (wire[i] == '\n' && (i == 0 || wire[i - 1] != '\r')) return false;
    }
    return true;
}

// Refusals that need no server, in place of what it would have answered.
std::optional<Delivered> find_refusal(const std::string& recipient, const Submission& submission,
                                      const MailNeeds& needs, const SmtpOffer& offer) {
    if (recipient.empty() || !is_envelope_address(recipient))
        return Delivered(State::rejected, "not an e-mail address");
    if (needs.utf8 && !offer.utf8)
        return Delivered(State::rejected, "the mail server takes no international addresses");
    if (needs.eight_bit && !offer.eight_bit)
        return Delivered(State::rejected, "the mail server takes no 8-bit mail");
    if (offer.max_size && submission.mail.size() > *offer.max_size)
        return Delivered(State::rejected, "the mail is larger than the mail server's limit of " +
                                              std::to_string(*offer.max_size) + " bytes");
    return std::nullopt;
}

}  // namespace

// The server's answers up to and including DATA's.
struct SmtpClient::Envelope {
    Envelope() = default;
    SmtpReply mail;
    std::vector<SmtpReply> recipients;
    SmtpReply data;

    bool has_recipient() const {
        return std::any_of(recipients.begin(), recipients.end(),
                           [](const SmtpReply& reply) { return reply.is_good(); });
    }
    bool is_open() const {
        return mail.is_good() && has_recipient() && data.code == start_mail_input;
    }
    // Why this recipient will not get the mail that DATA carries; nullptr when it will.
    const SmtpReply* find_refusal(std::size_t recipient) const {
        if (!mail.is_good()) return &mail;
        if (!recipients[recipient].is_good()) return &recipients[recipient];
        return data.code == start_mail_input ? nullptr : &data;
    }
};

SmtpClient::SmtpClient(std::unique_ptr<net::Dialogue> dialogue)
    : dialogue_(std::move(dialogue)), offer_(read_offer(dialogue_->preamble())) {}

awaitable<std::unique_ptr<SmtpClient>> SmtpClient::connect(net::Curl& curl, SmtpSettings settings,
                                                           std::string ca_file,
                                                           Secret oauth_token) {
    net::DialogueOptions options;
    options.url = settings.url;
    options.user = settings.user;
    options.password = settings.password;
    options.oauth_token = std::move(oauth_token);
    options.ca_file = std::move(ca_file);
    auto dialogue = co_await net::Dialogue::connect(curl, std::move(options));
    co_return std::unique_ptr<SmtpClient>(new SmtpClient(std::move(dialogue)));
}

awaitable<std::vector<Delivered>> SmtpClient::submit(const Submission& submission) {
    std::vector<std::string> addresses = submission.recipients;
    addresses.push_back(submission.sender);
    const MailNeeds needs = find_needs(submission.mail, addresses);
    std::vector<std::optional<Delivered>> refused;
    std::vector<std::string> commands;
    for (const std::string& recipient : submission.recipients) {
        refused.push_back(find_refusal(recipient, submission, needs, offer_));
        if (!refused.back()) commands.push_back(recipient_command(recipient));
    }
    if (!is_envelope_address(submission.sender))
        throw Failure(Outcome::invalid, "The sender's address is malformed.");
    std::vector<Delivered> tried;
    if (!commands.empty()) {
        std::string mail = mail_command(submission.sender, submission.mail.size(), needs, offer_);
        std::string wire = to_wire(submission.mail);
        tried = co_await transact(std::move(mail), std::move(commands), std::move(wire));
    }
    std::vector<Delivered> results;
    auto next = tried.begin();
    for (auto& refusal : refused)
        results.push_back(refusal ? std::move(*refusal) : std::move(*next++));
    co_return results;
}

awaitable<std::vector<Delivered>> SmtpClient::transact(std::string mail_from,
                                                       std::vector<std::string> rcpt_to,
                                                       std::string wire) {
    const std::size_t count = rcpt_to.size();
    Envelope envelope;
    if (offer_.pipelining) {
        envelope = co_await open_at_once(std::move(mail_from), std::move(rcpt_to));
    } else {
        envelope = co_await open_stepwise(std::move(mail_from), std::move(rcpt_to));
    }
    Delivered handed_over(State::unavailable, "");
    if (envelope.is_open()) {
        handed_over = co_await hand_over(std::move(wire));
    } else {
        co_await close_envelope(envelope);
    }
    std::vector<Delivered> results;
    for (std::size_t i = 0; i < count; ++i) {
        const SmtpReply* refusal = envelope.find_refusal(i);
        results.push_back(refusal ? Delivered(judge(*refusal), refusal->text()) : handed_over);
    }
    co_return results;
}

// RFC 2920: one round trip for all of them; the answers still come one by one.
awaitable<SmtpClient::Envelope> SmtpClient::open_at_once(std::string mail_from,
                                                         std::vector<std::string> rcpt_to) {
    Envelope envelope;
    std::string commands = std::move(mail_from);
    for (const std::string& recipient : rcpt_to)
        commands += recipient;
    commands += "DATA\r\n";
    co_await dialogue_->send(std::move(commands), command_patience);
    envelope.mail = co_await read_reply(command_patience);
    for (std::size_t i = 0; i < rcpt_to.size(); ++i)
        envelope.recipients.push_back(co_await read_reply(command_patience));
    envelope.data = co_await read_reply(data_patience);
    co_return envelope;
}

awaitable<SmtpClient::Envelope> SmtpClient::open_stepwise(std::string mail_from,
                                                          std::vector<std::string> rcpt_to) {
    Envelope envelope;
    envelope.mail = co_await ask(std::move(mail_from));
    if (!envelope.mail.is_good()) co_return envelope;
    for (std::string& recipient : rcpt_to)
        envelope.recipients.push_back(co_await ask(std::move(recipient)));
    if (envelope.has_recipient()) envelope.data = co_await ask("DATA\r\n");
    co_return envelope;
}

// Leaves the session ready for another mail after the server would not have this one.
awaitable<void> SmtpClient::close_envelope(const Envelope& envelope) {
    if (!is_open()) co_return;
    // Pipelining lets a server say "go on" without a single recipient: an empty mail ends that.
    if (envelope.data.code == start_mail_input) co_await ask(".\r\n");
    const SmtpReply reset = co_await ask("RSET\r\n");
    if (!reset.is_good()) is_open_ = false;
}

// From here on a lost answer does not mean that the mail was not sent.
awaitable<Delivered> SmtpClient::hand_over(std::string wire) {
    assert(has_only_crlf(wire));
    co_await dialogue_->send(std::move(wire), data_patience);
    Delivered delivered(State::unavailable, "");
    try {
        const SmtpReply reply = co_await read_reply(final_patience);
        delivered = Delivered(judge(reply), reply.text());
        if (delivered.state == State::accepted) delivered.remote_id = find_remote_id(reply);
    } catch (const Failure& lost) {
        is_open_ = false;
        delivered.diagnostic = "the answer to the mail was lost: " + lost.error().detail;
        delivered.maybe_sent = true;
    }
    co_return delivered;
}

awaitable<SmtpReply> SmtpClient::ask(std::string command) {
    co_await dialogue_->send(std::move(command), command_patience);
    co_return co_await read_reply(command_patience);
}

awaitable<SmtpReply> SmtpClient::read_reply(std::chrono::seconds patience) {
    SmtpReply reply;
    bool is_complete = false;
    while (!is_complete) {
        const std::string line = co_await dialogue_->read_line(patience, max_line);
        Result<bool> is_last = add_reply_line(reply, line);
        if (is_last.has_error()) throw Failure(is_last.error());
        is_complete = *is_last;
    }
    if (reply.code == closing) is_open_ = false;
    co_return reply;
}

awaitable<void> SmtpClient::quit() {
    is_open_ = false;
    try {
        co_await dialogue_->send("QUIT\r\n", farewell_patience);
    } catch (const Failure&) {
        // The server was faster: the connection is gone, which is what was wanted.
    }
}

}  // namespace tributary::email
