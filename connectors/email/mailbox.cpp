#include "connectors/email/mailbox.hpp"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "connectors/email/cursor.hpp"
#include "connectors/email/imap_client.hpp"

namespace tributary::email {

namespace {

constexpr std::size_t max_batch_mails = 100;
constexpr std::uint64_t max_batch_bytes = 8'000'000;
constexpr std::size_t listing_size = 500;  // mails whose sizes are asked for in one command

// --- from fetched bytes to messages: pure, on a worker
// ----------------------------------------------

// One mail as the server gave it, or the reason why it did not.
struct RawMail {
    RawMail() = default;
    Uid uid = 0;
    std::string bytes;
    Timestamp received_at;
    std::optional<Error> trouble;
};

struct Batch {
    Batch() = default;
    std::vector<RawMail> mails;
    MailboxCursor cursor;   // behind the last of them
    std::int64_t left = 0;  // known to wait behind this batch
};

// What the mailbox knows of a mail that has been normalised.
void complete(InboundMessage& message, RawMail mail, const MailboxCursor& cursor,
              const MailSettings& settings) {
    if (mail.trouble) message.trouble = std::move(mail.trouble);
    message.source_ref = cursor.place_of(mail.uid);
    // A mail of which nothing could be had is still one event of its own.
    message.dedupe_key =
        message.raw.empty() ? "uid:" + message.source_ref : "sha256:" + to_hex(sha256(message.raw));
    message.is_history = cursor.is_history(mail.uid);
    message.acknowledge = settings.acknowledge;
    message.received_at = mail.received_at;
    message.raw_content_type = "message/rfc822";
}

// --- what to ask for next: pure
// ---------------------------------------------------------------------

bool is_too_large(const ImapFetch& listed) {
    return listed.size.value_or(0) > max_mail_bytes;
}

// Some mails of ordinary size that fit into one batch, or one that is larger than that.
std::vector<Uid> plan_batch(const std::vector<ImapFetch>& listed, std::size_t first) {
    std::vector<Uid> uids;
    std::uint64_t bytes = 0;
    for (std::size_t i = first; i < listed.size() && uids.size() < max_batch_mails; ++i) {
        bytes += listed[i].size.value_or(0);
        if (!uids.empty() && (bytes > max_batch_bytes || is_too_large(listed[i]))) break;
        uids.push_back(*listed[i].uid);
        if (is_too_large(listed[i])) break;
    }
    return uids;
}

template <class Mails>
bool has_uid(const Mails& mails, Uid uid) {
    return std::any_of(mails.begin(), mails.end(),
                       [uid](const auto& mail) { return mail.uid == uid; });
}

// --- the session with the server: on the I/O thread
// -------------------------------------------------

class Mailbox {
 public:
    Mailbox(ConnectorHost& host, MailSettings settings, std::unique_ptr<ImapClient> client)
        : host_(host), settings_(std::move(settings)), client_(std::move(client)) {}

    // Opens the folder and finds the place to go on from.
    awaitable<void> open();
    // Fetches what is there behind the cursor; the next batch while the last is being accepted.
    awaitable<void> catch_up();
    awaitable<void> wait() {
        return client_->wait_for_news(settings_.imap->idle_renewal, settings_.imap->poll_interval);
    }

 private:
    awaitable<void> list_some();
    awaitable<std::optional<Batch>> fetch_batch();
    awaitable<void> fetch_whole(std::vector<Uid> uids, Batch& batch);
    awaitable<void> fetch_alone(Uid uid, Batch& batch);
    awaitable<void> fetch_header(Uid uid, Batch& batch);
    awaitable<void> accept(Batch batch);
    RawMail to_raw(ImapFetch fetched) const;

    ConnectorHost& host_;
    MailSettings settings_;
    std::unique_ptr<ImapClient> client_;
    MailboxCursor cursor_;      // behind the last mail fetched
    std::vector<Uid> waiting_;  // ascending; from next_waiting_ on not yet listed
    std::size_t next_waiting_ = 0;
    std::vector<ImapFetch> listed_;  // with sizes, ascending; from next_listed_ on not yet fetched
    std::size_t next_listed_ = 0;
};

awaitable<void> Mailbox::open() {
    const ImapFolder folder = co_await client_->examine(settings_.imap->folder);
    Uid uid_next = folder.uid_next.value_or(0);
    if (!folder.uid_next) {
        const std::vector<Uid> all = co_await client_->search_from(1);
        uid_next = all.empty() ? 1 : all.back() + 1;
    }
    const std::optional<std::string> stored = co_await host_.cursor();
    std::optional<MailboxCursor> known;
    if (stored) known = MailboxCursor::parse(*stored);
    const Resumption resumption =
        resume(known, settings_.imap->folder, folder.uid_validity, uid_next);
    cursor_ = resumption.cursor;
    if (!resumption.why_rescan.empty())
        log::warn("email.rescan", "connector", host_.connector_name(), "why",
                  resumption.why_rescan);
    // Where history ends must be durable before the first mail is taken.
    std::optional<std::string> text = cursor_.text();
    if (text == stored) co_return;
    std::vector<InboundMessage> none;
    co_await host_.accept(std::move(none), std::move(text));
}

awaitable<void> Mailbox::catch_up() {
    using namespace boost::asio::experimental::awaitable_operators;
    if (cursor_.last_uid == std::numeric_limits<Uid>::max()) co_return;
    waiting_ = co_await client_->search_from(cursor_.last_uid + 1);
    next_waiting_ = 0;
    host_.report_backlog(static_cast<std::int64_t>(waiting_.size()));
    std::optional<Batch> batch = co_await fetch_batch();
    while (batch) {
        awaitable<void> accepting = accept(std::move(*batch));
        awaitable<std::optional<Batch>> fetching = fetch_batch();
        batch = co_await (std::move(fetching) && std::move(accepting));
    }
}

awaitable<void> Mailbox::list_some() {
    const auto start = waiting_.begin() + static_cast<std::ptrdiff_t>(next_waiting_);
    const auto count = std::min(listing_size, waiting_.size() - next_waiting_);
    std::vector<Uid> uids(start, start + static_cast<std::ptrdiff_t>(count));
    next_waiting_ += count;
    FetchReply reply = co_await client_->fetch(uids, MailPart::size_and_date);
    listed_ = std::move(reply.mails);
    next_listed_ = 0;
    if (reply.is_partial) {
        for (const Uid uid : uids) {
            if (!has_uid(listed_, uid)) listed_.emplace_back().uid = uid;
        }
    }
    std::sort(listed_.begin(), listed_.end(),
              [](const ImapFetch& a, const ImapFetch& b) { return a.uid < b.uid; });
}

awaitable<std::optional<Batch>> Mailbox::fetch_batch() {
    while (next_listed_ == listed_.size()) {
        if (next_waiting_ == waiting_.size()) co_return std::nullopt;
        co_await list_some();
    }
    const bool needs_header_only = is_too_large(listed_[next_listed_]);
    std::vector<Uid> uids = plan_batch(listed_, next_listed_);
    next_listed_ += uids.size();
    Batch batch;
    cursor_.last_uid = uids.back();
    batch.cursor = cursor_;
    batch.left =
        static_cast<std::int64_t>(listed_.size() - next_listed_ + waiting_.size() - next_waiting_);
    if (needs_header_only) {
        co_await fetch_header(uids.front(), batch);
    } else {
        co_await fetch_whole(std::move(uids), batch);
    }
    co_return batch;
}

awaitable<void> Mailbox::fetch_whole(std::vector<Uid> uids, Batch& batch) {
    FetchReply reply = co_await client_->fetch(uids, MailPart::whole);
    for (ImapFetch& fetched : reply.mails) {
        if (!fetched.is_body_skipped) batch.mails.push_back(to_raw(std::move(fetched)));
    }
    for (const Uid uid : uids) {
        if (!has_uid(batch.mails, uid)) co_await fetch_alone(uid, batch);
    }
    std::sort(batch.mails.begin(), batch.mails.end(),
              [](const RawMail& a, const RawMail& b) { return a.uid < b.uid; });
}

// A mail that did not come with the others: larger than announced, gone by now, or one that makes
// the server stumble. The last is handed in all the same, for people to see.
awaitable<void> Mailbox::fetch_alone(Uid uid, Batch& batch) {
    const std::vector<Uid> alone(1, uid);
    FetchReply reply = co_await client_->fetch(alone, MailPart::whole);
    if (!reply.mails.empty() && reply.mails.front().is_body_skipped) {
        co_await fetch_header(uid, batch);
        co_return;
    }
    if (reply.mails.empty()) {
        FetchReply listing = co_await client_->fetch(alone, MailPart::size_and_date);
        if (listing.mails.empty() && !listing.is_partial) co_return;
        RawMail unreadable;
        unreadable.uid = uid;
        unreadable.trouble =
            Error(Outcome::unavailable, "The mail server could not give this mail.")
                .with_reason("unreadable_at_source");
        batch.mails.push_back(std::move(unreadable));
        co_return;
    }
    batch.mails.push_back(to_raw(std::move(reply.mails.front())));
}

awaitable<void> Mailbox::fetch_header(Uid uid, Batch& batch) {
    const std::vector<Uid> alone(1, uid);
    FetchReply reply = co_await client_->fetch(alone, MailPart::header);
    RawMail header;
    if (!reply.mails.empty()) header = to_raw(std::move(reply.mails.front()));
    header.uid = uid;
    header.trouble = Error(Outcome::rejected, "The mail is too large; only its header was fetched.")
                         .with_reason("too_large");
    batch.mails.push_back(std::move(header));
}

awaitable<void> Mailbox::accept(Batch batch) {
    std::optional<std::string> cursor = batch.cursor.text();
    const std::int64_t left = batch.left;
    std::vector<std::string> originals;
    for (RawMail& mail : batch.mails)
        originals.push_back(std::move(mail.bytes));
    std::vector<InboundMessage> messages = co_await host_.normalize(std::move(originals));
    // Copies: the worker may still run when this mailbox is being torn down.
    auto work = [batch = std::move(batch), settings = settings_,
                 messages = std::move(messages)]() mutable {
        for (std::size_t i = 0; i < messages.size(); ++i)
            complete(messages[i], std::move(batch.mails[i]), batch.cursor, settings);
        return std::move(messages);
    };
    messages = co_await host_.workers().offload(std::move(work));
    co_await host_.accept(std::move(messages), std::move(cursor));
    host_.report_backlog(left);
}

// The server's clock may be wrong: nothing has arrived in the future.
RawMail Mailbox::to_raw(ImapFetch fetched) const {
    RawMail mail;
    mail.uid = *fetched.uid;
    mail.bytes = std::move(fetched.body).value_or("");
    const Timestamp now = host_.clock().now();
    mail.received_at = std::min(fetched.internal_date.value_or(now), now);
    return mail;
}

}  // namespace

awaitable<void> run_mailbox(ConnectorHost& host, MailSettings settings) {
    host.report(Health::State::starting, "Connecting to the mail server.");
    auto client = co_await ImapClient::connect(host.curl(), *settings.imap, settings.ca_file);
    log::info("email.connected", "connector", host.connector_name(), "idle", client->can_idle());
    Mailbox mailbox(host, std::move(settings), std::move(client));
    co_await mailbox.open();
    host.report(Health::State::up, "");
    while (true) {
        co_await mailbox.catch_up();
        co_await mailbox.wait();
    }
}

}  // namespace tributary::email
