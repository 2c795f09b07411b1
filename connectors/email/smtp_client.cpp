#include "connectors/email/smtp_client.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "connectors/email/smtp_status.hpp"

namespace tributary::email {

namespace {

using namespace std::chrono_literals;
using State = RecipientResult::State;

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

bool needs_utf8(const Submission& submission, const std::string& recipient) {
    return is_international(recipient) || is_international(submission.sender);
}

// Refusals that need no server, in place of what it would have answered.
std::optional<Delivered> find_refusal(const std::string& recipient, const Submission& submission,
                                      const SmtpOffer& offer) {
    if (recipient.empty() || !is_envelope_address(recipient))
        return Delivered(State::rejected, "not an e-mail address");
    const bool is_special = needs_utf8(submission, recipient);
    if (is_special && (!offer.utf8 || submission.international_mail.empty()))
        return Delivered(State::rejected, "the mail server takes no international addresses");
    const std::string& mail = is_special ? submission.international_mail : submission.mail;
    if (offer.max_size && mail.size() > *offer.max_size)
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
    // Why this recipient will not get the mail that DATA carries; nullopt when it will.
    std::optional<Delivered> find_refusal(std::size_t recipient) const {
        if (!mail.is_good()) return verdict(mail, SmtpStage::sender);
        if (!recipients[recipient].is_good())
            return verdict(recipients[recipient], SmtpStage::recipient);
        if (data.code == start_mail_input) return std::nullopt;
        return verdict(data, SmtpStage::mail_input);
    }
    static Delivered verdict(const SmtpReply& reply, SmtpStage stage) {
        const State state = judge(reply, stage);
        // Only what was handed over can be accepted.
        Delivered delivered(state == State::accepted ? State::unavailable : state, reply.text());
        delivered.is_dead = state == State::rejected && stage == SmtpStage::recipient &&
                            speaks_of_dead_address(delivered.diagnostic);
        return delivered;
    }
};

// One mail and those of a submission's recipients who get it, by their places.
struct SmtpClient::Batch {
    explicit Batch(const std::string& m) : mail(m) {}
    const std::string& mail;
    bool is_international = false;
    std::vector<std::size_t> places;
};

SmtpClient::SmtpClient(std::unique_ptr<net::Dialogue> dialogue, const SmtpPatience& patience)
    : dialogue_(std::move(dialogue)),
      patience_(patience),
      offer_(read_offer(dialogue_->preamble())) {}

awaitable<std::unique_ptr<SmtpClient>> SmtpClient::connect(net::Curl& curl, SmtpSettings settings,
                                                           std::string ca_file, Secret oauth_token,
                                                           SmtpPatience patience) {
    net::DialogueOptions options;
    options.url = settings.url;
    options.user = settings.user;
    options.password = settings.password;
    options.oauth_token = std::move(oauth_token);
    options.ca_file = std::move(ca_file);
    options.connect_timeout =
        std::max(1s, std::chrono::duration_cast<std::chrono::seconds>(patience.connect));
    auto dialogue = co_await net::Dialogue::connect(curl, std::move(options));
    co_return std::unique_ptr<SmtpClient>(new SmtpClient(std::move(dialogue), patience));
}

awaitable<std::vector<Delivered>> SmtpClient::submit(const Submission& submission) {
    if (!is_envelope_address(submission.sender))
        throw Failure(Outcome::invalid, "The sender's address is malformed.");
    std::vector<Batch> batches = {Batch(submission.mail), Batch(submission.international_mail)};
    batches.back().is_international = true;
    std::vector<Delivered> results;
    for (std::size_t i = 0; i < submission.recipients.size(); ++i) {
        const std::string& recipient = submission.recipients[i];
        auto refusal = find_refusal(recipient, submission, offer_);
        if (!refusal)
            (needs_utf8(submission, recipient) ? batches.back() : batches.front())
                .places.push_back(i);
        results.push_back(refusal ? std::move(*refusal) : Delivered(State::unavailable, ""));
    }
    bool is_first = true;
    for (const Batch& batch : batches) {
        if (batch.places.empty()) continue;
        std::vector<Delivered> tried;
        std::string lost = "the mail server closed the session";
        try {
            if (is_first || is_open()) tried = co_await transact(submission, batch);
        } catch (const Failure& failure) {
            if (is_first) throw;
            lost = failure.what();
        }
        is_first = false;
        for (std::size_t i = 0; i < batch.places.size(); ++i)
            results[batch.places[i]] =
                tried.empty() ? Delivered(State::unavailable, lost) : std::move(tried[i]);
    }
    co_return results;
}

awaitable<std::vector<Delivered>> SmtpClient::transact(const Submission& submission,
                                                       const Batch& batch) {
    ++mails_;
    MailParameters parameters;
    parameters.size = batch.mail.size();
    parameters.is_international = batch.is_international;
    parameters.envelope_id = submission.envelope_id;
    std::string mail_from = mail_command(submission.sender, parameters, offer_);
    std::vector<std::string> rcpt_to;
    for (const std::size_t place : batch.places)
        rcpt_to.push_back(
            recipient_command(submission.sender, submission.recipients[place], offer_));
    Envelope envelope;
    if (offer_.pipelining) {
        envelope = co_await open_at_once(std::move(mail_from), std::move(rcpt_to));
    } else {
        envelope = co_await open_stepwise(std::move(mail_from), std::move(rcpt_to));
    }
    // A login may end before its session does, as one with a token: only a new one is of use.
    if (is_about_login(envelope.mail)) is_open_ = false;
    Delivered handed_over(State::unavailable, "");
    if (envelope.is_open()) {
        std::string wire = to_wire(batch.mail);
        handed_over = co_await hand_over(std::move(wire));
    } else {
        co_await close_envelope(envelope);
    }
    std::vector<Delivered> results;
    for (std::size_t i = 0; i < batch.places.size(); ++i) {
        auto refusal = envelope.find_refusal(i);
        results.push_back(refusal ? std::move(*refusal) : handed_over);
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
    co_await dialogue_->send(std::move(commands), patience_.command);
    envelope.mail = co_await read_reply(patience_.command);
    for (std::size_t i = 0; i < rcpt_to.size(); ++i)
        envelope.recipients.push_back(co_await read_reply(patience_.command));
    envelope.data = co_await read_reply(patience_.data);
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

// Leaves the session ready for another mail after the server would not have this one. What it said
// so far stays true when that fails.
awaitable<void> SmtpClient::close_envelope(const Envelope& envelope) {
    if (!is_open()) co_return;
    try {
        // Pipelining lets a server say "go on" without a single recipient: an empty mail ends that.
        if (envelope.data.code == start_mail_input) co_await ask(".\r\n");
        const SmtpReply reset = co_await ask("RSET\r\n");
        if (!reset.is_good()) is_open_ = false;
    } catch (const Failure&) {
        is_open_ = false;
    }
}

// From the final dot on a lost answer does not mean that the mail was not sent.
awaitable<Delivered> SmtpClient::hand_over(std::string wire) {
    assert(has_only_crlf(wire));
    co_await dialogue_->send(std::move(wire), patience_.data);
    Delivered delivered(State::unavailable, "");
    try {
        const SmtpReply reply = co_await read_reply(patience_.handed_over);
        delivered = Delivered(judge(reply, SmtpStage::handed_over), reply.text());
        if (delivered.state == State::accepted) delivered.remote_id = find_remote_id(reply);
    } catch (const Failure& lost) {
        is_open_ = false;
        delivered.diagnostic = "the answer to the mail was lost: " + lost.error().detail;
        delivered.maybe_sent = true;
    }
    co_return delivered;
}

awaitable<SmtpReply> SmtpClient::ask(std::string command) {
    co_await dialogue_->send(std::move(command), patience_.command);
    co_return co_await read_reply(patience_.command);
}

awaitable<SmtpReply> SmtpClient::read_reply(std::chrono::milliseconds patience) {
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
