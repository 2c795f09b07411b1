#include "connectors/email/mailbox.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/together.hpp"
#include "connectors/email/fetch_plan.hpp"
#include "connectors/email/pipe.hpp"

namespace tributary::email {

namespace {

constexpr std::size_t listing_size = 500;  // mails whose sizes are asked for in one command
// Asked for, or fetched and not yet durable. One mail of the largest size always fits.
constexpr std::uint64_t max_bytes_under_way = 32'000'000;
constexpr std::size_t max_asks = 3;                  // FETCH commands on the wire
constexpr std::uint64_t mail_cost = 2'000;           // of a mail under way, besides its bytes
constexpr std::size_t move_size = 200;               // mails moved by one command
constexpr std::chrono::seconds folder_patience{60};  // before a folder that is gone is tried again
constexpr int stumbles_to_header = 3;
constexpr int stumbles_to_nothing = 7;

// Fetched, on its way to the house.
struct MailBatch {
    MailBatch() = default;
    std::vector<RawMail> mails;
    std::vector<InboundMessage> messages;  // once normalised
    MailboxCursor cursor;                  // behind the last of them
    std::int64_t left = 0;                 // known to wait behind this batch
    std::uint64_t cost = 0;                // of max_bytes_under_way
};

template <class Mails>
bool has_uid(const Mails& mails, Uid uid) {
    return std::any_of(mails.begin(), mails.end(),
                       [uid](const auto& mail) { return mail.uid == uid; });
}

Error trouble_at_source() {
    return Error(Outcome::unavailable, "The mail server could not give this mail.")
        .with_reason("unreadable_at_source");
}

// --- one folder's session with the server: on the I/O thread
// -----------------------------------------

class Folder {
 public:
    Folder(MailIntake& intake, std::string name, Stumbles& stumbles,
           std::unique_ptr<ImapClient> client)
        : intake_(intake),
          host_(intake.host()),
          settings_(*intake.settings().imap),
          name_(std::move(name)),
          stumbles_(stumbles),
          client_(std::move(client)),
          room_(host_.executor()) {}

    // Opens the folder and finds the place to go on from.
    awaitable<void> open();
    // Takes what is there behind the cursor: commands on the wire, mails being read and mails being
    // committed at the same time, the last in the order of their UIDs.
    awaitable<void> catch_up();
    // Moves away what has been taken, where the settings say so.
    awaitable<void> tidy_up();
    awaitable<void> wait() {
        return client_->wait_for_news(settings_.idle_renewal, settings_.poll_interval);
    }

 private:
    struct Fetched {
        Fetched() = default;
        Uid uid = 0;
        RawMail mail;
    };

    awaitable<std::optional<std::uint32_t>> find_date_of(Uid uid);
    awaitable<bool> list_some();
    awaitable<void> fill_wire(std::deque<FetchPlan>& asked);
    awaitable<MailBatch> read_batch(FetchPlan plan);
    awaitable<std::vector<Fetched>> read_whole(const FetchPlan& plan);
    awaitable<std::vector<Fetched>> read_stumbled(const FetchPlan& plan);
    awaitable<std::optional<Fetched>> fetch_alone(Uid uid);
    awaitable<Fetched> fetch_header(Uid uid, Error trouble);
    awaitable<void> fetch_all(Pipe<MailBatch>& fetched);
    awaitable<void> normalize_all(Pipe<MailBatch>& fetched, Pipe<MailBatch>& normalized);
    awaitable<void> accept_all(Pipe<MailBatch>& normalized);
    Fetched to_raw(ImapFetch fetched) const;
    bool is_stumbling_block(const FetchPlan& plan) const {
        // Every second time it is tried as if nothing had happened.
        return plan.uids.size() == 1 && plan.uids.front() == stumbles_.at &&
               stumbles_.in_a_row >= stumbles_to_header && stumbles_.in_a_row % 2 == 1;
    }

    MailIntake& intake_;
    ConnectorHost& host_;
    const ImapSettings& settings_;
    std::string name_;
    Stumbles& stumbles_;
    std::unique_ptr<ImapClient> client_;
    MailboxCursor cursor_;      // behind the last mail fetched
    std::vector<Uid> waiting_;  // ascending; from next_waiting_ on not yet listed
    std::size_t next_waiting_ = 0;
    std::vector<ImapFetch>
        listed_;  // with sizes, ascending; from next_listed_ on not yet asked for
    std::size_t next_listed_ = 0;
    std::uint64_t under_way_ = 0;
    Notifier room_;  // something has become durable
    bool is_move_refused_ = false;
};

awaitable<void> Folder::open() {
    const FolderUse use = settings_.move_to.empty() ? FolderUse::read_only : FolderUse::moving;
    const ImapFolder folder = co_await client_->open(name_, use);
    Uid uid_next = folder.uid_next.value_or(0);
    if (!folder.uid_next) {
        const std::vector<Uid> all = co_await client_->search_from(1);
        uid_next = all.empty() ? 1 : all.back() + 1;
    }
    const std::optional<MailboxCursor> stored = intake_.find_cursor(name_);
    std::optional<std::uint32_t> date_of_last;
    if (stored && stored->last_date && stored->uid_validity == folder.uid_validity)
        date_of_last = co_await find_date_of(stored->last_uid);
    const Resumption resumption =
        resume(stored, name_, folder.uid_validity, uid_next, date_of_last);
    cursor_ = resumption.cursor;
    if (!resumption.why_rescan.empty())
        log::warn("email.rescan", "connector", host_.connector_name(), "folder", name_, "why",
                  resumption.why_rescan);
    // Where history ends must be durable before the first mail is taken.
    if (stored && cursor_.text() == stored->text()) co_return;
    std::vector<InboundMessage> none;
    co_await intake_.accept(std::move(none), cursor_);
}

awaitable<std::optional<std::uint32_t>> Folder::find_date_of(Uid uid) {
    std::vector<Uid> alone(1, uid);
    const FetchReply reply = co_await client_->fetch(std::move(alone), MailPart::size_and_date);
    if (reply.mails.empty()) co_return std::nullopt;
    co_return to_cursor_date(reply.mails.front().internal_date);
}

awaitable<void> Folder::catch_up() {
    if (cursor_.last_uid == std::numeric_limits<Uid>::max()) co_return;
    waiting_ = co_await client_->search_from(cursor_.last_uid + 1);
    next_waiting_ = 0;
    intake_.report_waiting(name_, static_cast<std::int64_t>(waiting_.size()));
    if (waiting_.empty()) co_return;
    Pipe<MailBatch> fetched(host_.executor());
    Pipe<MailBatch> normalized(host_.executor());
    awaitable<void> fetching = fetch_all(fetched);
    awaitable<void> normalizing = normalize_all(fetched, normalized);
    awaitable<void> accepting = accept_all(normalized);
    awaitable<void> rest = together(std::move(normalizing), std::move(accepting));
    co_await together(std::move(fetching), std::move(rest));
}

awaitable<void> Folder::fetch_all(Pipe<MailBatch>& fetched) {
    std::deque<FetchPlan> asked;
    while (true) {
        co_await fill_wire(asked);
        if (asked.empty() && under_way_ == 0) break;
        if (asked.empty()) {
            co_await room_.wait();
            continue;
        }
        FetchPlan plan = std::move(asked.front());
        asked.pop_front();
        const std::vector<Uid> uids = plan.uids;
        try {
            MailBatch batch = co_await read_batch(std::move(plan));
            fetched.put(std::move(batch));
        } catch (const Failure&) {
            stumbles_.note(uids);
            throw;
        }
    }
    fetched.close();
}

// As many commands as there is room for what they ask for.
awaitable<void> Folder::fill_wire(std::deque<FetchPlan>& asked) {
    while (asked.size() < max_asks) {
        const bool has_more = co_await list_some();
        if (!has_more) co_return;
        FetchPlan plan = plan_fetch(listed_, next_listed_, stumbles_.careful_until);
        const bool is_careful = plan.header_only || plan.uids.front() <= stumbles_.careful_until;
        const std::uint64_t cost = plan.bytes + plan.uids.size() * mail_cost;
        if (under_way_ > 0 && under_way_ + cost > max_bytes_under_way) co_return;
        if (is_careful && !asked.empty()) co_return;
        next_listed_ += plan.uids.size();
        under_way_ += cost;
        if (!plan.header_only && !is_stumbling_block(plan)) {
            std::vector<Uid> uids = plan.uids;
            co_await client_->ask_for(std::move(uids), MailPart::whole, plan.bytes);
        }
        asked.push_back(std::move(plan));
        if (is_careful) co_return;
    }
}

// The sizes of the next ones, when all that are listed have been asked for; false at the end.
awaitable<bool> Folder::list_some() {
    while (next_listed_ == listed_.size()) {
        if (next_waiting_ == waiting_.size()) co_return false;
        const auto start = waiting_.begin() + static_cast<std::ptrdiff_t>(next_waiting_);
        const auto count = std::min(listing_size, waiting_.size() - next_waiting_);
        const std::vector<Uid> uids(start, start + static_cast<std::ptrdiff_t>(count));
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
    co_return true;
}

awaitable<MailBatch> Folder::read_batch(FetchPlan plan) {
    std::vector<Fetched> mails;
    if (plan.header_only) {
        Error trouble(Outcome::rejected, "The mail is too large; only its header was fetched.");
        trouble.reason = "too_large";
        mails.push_back(co_await fetch_header(plan.uids.front(), std::move(trouble)));
    } else if (is_stumbling_block(plan)) {
        mails = co_await read_stumbled(plan);
    } else {
        mails = co_await read_whole(plan);
    }
    std::sort(mails.begin(), mails.end(),
              [](const Fetched& a, const Fetched& b) { return a.uid < b.uid; });
    cursor_.last_uid = plan.uids.back();
    cursor_.last_date = plan.last_date;
    MailBatch batch;
    batch.cursor = cursor_;
    batch.cost = plan.bytes + plan.uids.size() * mail_cost;
    batch.left =
        static_cast<std::int64_t>(listed_.size() - next_listed_ + waiting_.size() - next_waiting_);
    for (Fetched& one : mails) {
        one.mail.source_ref = cursor_.place_of(one.uid);
        one.mail.is_history = cursor_.is_history(one.uid);
        batch.mails.push_back(std::move(one.mail));
    }
    co_return batch;
}

awaitable<std::vector<Folder::Fetched>> Folder::read_whole(const FetchPlan& plan) {
    FetchReply reply = co_await client_->take_answer();
    std::vector<Fetched> mails;
    for (ImapFetch& fetched : reply.mails) {
        if (!fetched.is_body_skipped) mails.push_back(to_raw(std::move(fetched)));
    }
    for (const Uid uid : plan.uids) {
        if (has_uid(mails, uid)) continue;
        std::optional<Fetched> alone = co_await fetch_alone(uid);
        if (alone) mails.push_back(std::move(*alone));
    }
    co_return mails;
}

// The connection broke at this mail again and again. Another mail tells whether it is the mail's
// fault and not the network's; then its header is taken, or, when even that breaks the connection,
// nothing.
awaitable<std::vector<Folder::Fetched>> Folder::read_stumbled(const FetchPlan& plan) {
    const Uid uid = plan.uids.front();
    const bool has_other = next_listed_ < listed_.size();
    if (has_other) {
        std::vector<Uid> other(1, *listed_[next_listed_].uid);
        co_await client_->fetch(std::move(other), MailPart::whole, max_mail_bytes);
    }
    std::vector<Fetched> mails;
    if (has_other && stumbles_.in_a_row >= stumbles_to_nothing) {
        Fetched& unseen = mails.emplace_back();
        unseen.uid = uid;
        unseen.mail.trouble = trouble_at_source();
    } else {
        mails.push_back(co_await fetch_header(uid, trouble_at_source()));
    }
    log::warn("email.mail_set_aside", "connector", host_.connector_name(), "folder", name_, "uid",
              uid, "breaks", stumbles_.in_a_row);
    co_return mails;
}

// A mail that did not come with the others: larger than announced, gone by now, or one that makes
// the server stumble. The last is handed in all the same, for people to see.
awaitable<std::optional<Folder::Fetched>> Folder::fetch_alone(Uid uid) {
    const std::vector<Uid> alone(1, uid);
    FetchReply reply = co_await client_->fetch(alone, MailPart::whole, max_mail_bytes);
    if (!reply.mails.empty() && reply.mails.front().is_body_skipped) {
        Error trouble(Outcome::rejected, "The mail is too large; only its header was fetched.");
        trouble.reason = "too_large";
        co_return co_await fetch_header(uid, std::move(trouble));
    }
    if (!reply.mails.empty()) co_return to_raw(std::move(reply.mails.front()));
    FetchReply listing = co_await client_->fetch(alone, MailPart::size_and_date);
    if (listing.mails.empty() && !listing.is_partial) co_return std::nullopt;
    Fetched unreadable;
    unreadable.uid = uid;
    unreadable.mail.trouble = trouble_at_source();
    co_return unreadable;
}

awaitable<Folder::Fetched> Folder::fetch_header(Uid uid, Error trouble) {
    const std::vector<Uid> alone(1, uid);
    FetchReply reply = co_await client_->fetch(alone, MailPart::header, max_lone_header_bytes);
    Fetched header;
    if (!reply.mails.empty()) header = to_raw(std::move(reply.mails.front()));
    header.uid = uid;
    header.mail.trouble = std::move(trouble);
    co_return header;
}

awaitable<void> Folder::normalize_all(Pipe<MailBatch>& fetched, Pipe<MailBatch>& normalized) {
    while (true) {
        std::optional<MailBatch> batch = co_await fetched.take();
        if (!batch) break;
        batch->messages = co_await intake_.normalize(std::move(batch->mails));
        normalized.put(std::move(*batch));
    }
    normalized.close();
}

awaitable<void> Folder::accept_all(Pipe<MailBatch>& normalized) {
    while (true) {
        std::optional<MailBatch> batch = co_await normalized.take();
        if (!batch) co_return;
        co_await intake_.accept(std::move(batch->messages), batch->cursor);
        under_way_ -= batch->cost;
        room_.notify_all();
        intake_.report_waiting(name_, batch->left);
    }
}

awaitable<void> Folder::tidy_up() {
    if (settings_.move_to.empty() || cursor_.last_uid == 0) co_return;
    const std::vector<Uid> taken = co_await client_->search_to(cursor_.last_uid);
    for (std::size_t first = 0; first < taken.size(); first += move_size) {
        const auto start = taken.begin() + static_cast<std::ptrdiff_t>(first);
        const auto count = std::min(move_size, taken.size() - first);
        std::vector<Uid> uids(start, start + static_cast<std::ptrdiff_t>(count));
        std::string refusal;
        const bool is_done = co_await client_->move(std::move(uids), settings_.move_to, refusal);
        // Intake goes on; what was not moved is tried again with the next news.
        if (!is_done && !is_move_refused_)
            log::warn("email.not_moved", "connector", host_.connector_name(), "folder", name_, "to",
                      settings_.move_to, "why", refusal);
        is_move_refused_ = !is_done;
        if (!is_done) co_return;
    }
}

// The server's clock may be wrong: nothing has arrived in the future.
Folder::Fetched Folder::to_raw(ImapFetch fetched) const {
    Fetched one;
    one.uid = *fetched.uid;
    one.mail.bytes = std::move(fetched.body).value_or("");
    const Timestamp now = host_.clock().now();
    one.mail.received_at = std::min(fetched.internal_date.value_or(now), now);
    return one;
}

// --- all folders
// -----------------------------------------------------------------------------------

// The first folder must be there. Another that is not keeps only itself waiting.
awaitable<void> open_patiently(Folder& folder, const std::string& name, MailIntake& intake,
                               bool is_first) {
    while (true) {
        std::string reason;
        try {
            co_await folder.open();
            co_return;
        } catch (const Failure& failure) {
            if (is_first || failure.error().reason != "folder_refused") throw;
            reason = describe(failure.error());
        }
        intake.report_folder(name, std::move(reason), "");
        co_await sleep_for(folder_patience);
    }
}

awaitable<void> run_folder(MailIntake& intake, const MailboxUse& use, std::size_t which,
                           StumblesByFolder& stumbles) {
    const std::string& name = intake.settings().imap->folders[which];
    ConnectorHost& host = intake.host();
    auto client = co_await use.open();
    log::info("email.connected", "connector", host.connector_name(), "folder", name, "idle",
              client->can_idle());
    Folder folder(intake, name, stumbles[name], std::move(client));
    co_await open_patiently(folder, name, intake, which == 0);
    while (true) {
        intake.report_folder(name, "", use.warning());
        co_await folder.catch_up();
        co_await folder.tidy_up();
        co_await folder.wait();
    }
}

// All of them from `which` on; the first that fails ends the others.
awaitable<void> run_folders(MailIntake& intake, const MailboxUse& use, std::size_t which,
                            StumblesByFolder& stumbles) {
    awaitable<void> this_one = run_folder(intake, use, which, stumbles);
    if (which + 1 == intake.settings().imap->folders.size()) {
        co_await std::move(this_one);
        co_return;
    }
    awaitable<void> others = run_folders(intake, use, which + 1, stumbles);
    co_await together(std::move(this_one), std::move(others));
}

}  // namespace

void Stumbles::note(const std::vector<Uid>& asked) {
    in_a_row = asked.front() == at ? in_a_row + 1 : 1;
    at = asked.front();
    if (in_a_row > 1) careful_until = std::max(careful_until, asked.back());
}

awaitable<void> run_mailbox(ConnectorHost& host, MailSettings settings, MailboxUse use,
                            StumblesByFolder& stumbles) {
    host.report(Health::State::starting, "Connecting to the mail server.");
    MailIntake intake(host, std::move(settings));
    co_await intake.load();
    co_await run_folders(intake, use, 0, stumbles);
}

}  // namespace tributary::email
