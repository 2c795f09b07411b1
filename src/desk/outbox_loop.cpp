#include "desk/outbox_loop.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "desk/actions.hpp"
#include "desk/bounced.hpp"
#include "desk/delivery.hpp"
#include "store/changes.hpp"
#include "store/outbox.hpp"

namespace tributary {
namespace {

// One at a time: what is begun when the process dies is the one message that may have gone out.
constexpr std::size_t kBatch = 1;
// The last resort. Connectors bound each step themselves and know then what became of the message.
constexpr std::chrono::minutes kSendPatience{30};
constexpr std::chrono::seconds kLongestNap{60};

std::vector<InboundFile> load_files(Store& store, const Interaction& interaction) {
    std::vector<InboundFile> files;
    for (const Attachment& attachment : interaction.content.attachments) {
        auto bytes = store.load_blob(attachment.sha256);
        if (!bytes)
            throw Failure(Outcome::rejected,
                          "The attachment '" + attachment.filename + "' is lost.");
        InboundFile file;
        file.meta = attachment;
        file.bytes = std::move(*bytes);
        files.push_back(std::move(file));
    }
    return files;
}

bool is_due(const DueMessage& due, std::size_t index) {
    return std::find(due.due.begin(), due.due.end(), index) != due.due.end();
}

OutboundMessage to_outbound(const DueMessage& due) {
    const Interaction& interaction = due.interaction;
    const Content& content = interaction.content;
    OutboundMessage message;
    message.id = interaction.id;
    message.conversation = interaction.conversation;
    message.message_id = content.message_id;
    message.reply_token = due.reply_token;
    message.from.name = interaction.author;
    for (std::size_t i = 0; i < interaction.deliveries.size(); ++i) {
        if (!is_due(due, i)) continue;
        // Deliveries stand in the order To, then Cc.
        (i < content.to.size() ? message.to : message.cc)
            .push_back(interaction.deliveries[i].recipient);
        message.attempt = std::max(message.attempt, interaction.deliveries[i].attempts + 1);
    }
    message.all_to = content.to;
    message.all_cc = content.cc;
    message.subject = content.subject;
    message.text = content.text;
    message.html = content.html;
    message.in_reply_to = content.in_reply_to;
    message.references = content.references;
    message.is_automatic = due.is_automatic;
    message.created_at = content.sent_at.value_or(interaction.occurred_at);
    return message;
}

// One result per due delivery, whatever the connector returned.
std::vector<RecipientResult> match_results(const DueMessage& due, const SendReceipt& receipt) {
    std::vector<RecipientResult> results;
    for (const std::size_t index : due.due) {
        const Party& recipient = due.interaction.deliveries[index].recipient;
        const auto found =
            std::find_if(receipt.begin(), receipt.end(), [&](const RecipientResult& result) {
                return result.recipient.address == recipient.address;
            });
        if (found != receipt.end()) {
            results.push_back(*found);
        } else {
            results.emplace_back(recipient, RecipientResult::State::unavailable,
                                 "No answer for this recipient.");
        }
    }
    return results;
}

SendReceipt same_for_all(const DueMessage& due, RecipientResult::State state,
                         const std::string& words, bool maybe_sent) {
    SendReceipt receipt;
    for (const std::size_t index : due.due) {
        receipt.emplace_back(due.interaction.deliveries[index].recipient, state, words);
        receipt.back().maybe_sent = maybe_sent;
    }
    return receipt;
}

awaitable<SendReceipt> attempt(House& house, Host& host, Connector& connector,
                               const DueMessage& due) {
    using State = RecipientResult::State;
    if (due.was_interrupted && due.is_automatic)
        co_return same_for_all(due, State::unavailable, "The attempt was cut short.", true);
    RefusedLogins& logins = host.sending_logins();
    if (logins.have_stopped())
        co_return same_for_all(due, State::unavailable, logins.advice(), false);
    try {
        OutboundMessage message = to_outbound(due);
        if (!due.interaction.content.attachments.empty()) {
            auto load = [&] { return load_files(house.store, due.interaction); };
            message.files = co_await house.workers.offload(load);
        }
        const auto started = std::chrono::steady_clock::now();
        SendReceipt receipt;
        bool is_cut_short = false;
        try {
            receipt =
                co_await with_timeout(kSendPatience, connector.send(std::move(message)), "sending");
        } catch (const Failure&) {
            is_cut_short = std::chrono::steady_clock::now() - started >= kSendPatience;
            if (!is_cut_short) throw;
        }
        if (is_cut_short)
            co_return same_for_all(due, State::unavailable, "The attempt took too long.", true);
        co_return receipt;
    } catch (const Failure& failure) {
        const bool is_final = failure.error().outcome == Outcome::rejected;
        if (failure.error().outcome == Outcome::denied) logins.note(failure.what());
        co_return same_for_all(due, is_final ? State::rejected : State::unavailable, failure.what(),
                               false);
    } catch (const std::exception& thrown) {
        if (is_cancellation(thrown)) throw;
        co_return same_for_all(due, State::unavailable, thrown.what(), false);
    }
}

}  // namespace

OutboxLoop::OutboxLoop(House& house, Host& host, Connector& connector)
    : house_(house), host_(host), connector_(connector), wake_(house.io.get_executor()) {}

void OutboxLoop::wake() {
    ++wakes_;
    wake_.notify_all();
}

awaitable<void> OutboxLoop::run() {
    while (true) {
        const std::uint64_t seen = wakes_;
        std::size_t sent = 0;
        const int refusals = host_.sending_logins().count();
        try {
            co_await go_on_after_refusals();
            sent = co_await send_due();
        } catch (const Failure& failure) {
            // The store is away for a moment; the rows stay where they are.
            log::warn("outbox.waiting", "connector", host_.connector_name(), "error",
                      failure.what());
        }
        if (host_.sending_logins().count() > refusals) co_await pause_after_refusal();
        if (sent < kBatch) co_await wait_for_work(seen);
    }
}

awaitable<void> OutboxLoop::pause_after_refusal() {
    RefusedLogins& logins = host_.sending_logins();
    if (logins.have_stopped()) {
        log::error("outbox.login_stopped", "connector", host_.connector_name(), "reason",
                   logins.advice());
        co_return;
    }
    co_await sleep_for(logins.pause());
}

// While logins have stopped, what is due is put off without a try, so that it still fails visibly
// when its time is over. Once they go on, nothing waits any longer.
awaitable<void> OutboxLoop::go_on_after_refusals() {
    const bool have_stopped = host_.sending_logins().have_stopped();
    const bool go_on = has_rested_ && !have_stopped;
    has_rested_ = have_stopped;
    if (!go_on) co_return;
    const Timestamp now = house_.clock.now();
    auto hasten = [&](Tx& tx) { hasten_queued(tx, host_.connector_name(), now); };
    co_await house_.store.write(hasten);
}

awaitable<std::size_t> OutboxLoop::send_due() {
    const std::string& name = host_.connector_name();
    const Timestamp now = house_.clock.now();
    auto take = [&](Tx& tx) { return take_due(tx, name, now, kBatch); };
    const bool has_work = co_await house_.store.read([&](const Tx& tx) {
        const auto due = next_due(tx, name);
        return due && *due <= now;
    });
    if (!has_work) co_return 0;
    const std::vector<DueMessage> batch = co_await house_.store.write(take);
    for (const DueMessage& due : batch) {
        const SendReceipt receipt = co_await attempt(house_, host_, connector_, due);
        const std::vector<RecipientResult> results = match_results(due, receipt);
        auto record = [&](Tx& tx) {
            const Timestamp done = house_.clock.now();
            bool has_failed = false;
            for (std::size_t i = 0; i < due.due.size(); ++i) {
                const Timestamp wanted =
                    due.interaction.content.sent_at.value_or(due.interaction.occurred_at);
                const Attempt outcome{results[i], due.is_automatic, wanted, done};
                Delivery delivery = after_attempt(due.interaction.deliveries[due.due[i]], outcome);
                delivery.maybe_sent_twice = delivery.maybe_sent_twice || due.was_interrupted;
                record_delivery(tx, due.interaction.id, due.due[i], delivery);
                if (results[i].is_dead)
                    note_dead(tx, host_.rules().reaches, delivery.recipient.address, done);
                has_failed = has_failed || delivery.state == DeliveryState::failed;
            }
            if (has_failed && !due.is_automatic && due.interaction.ticket)
                await_answer_again(tx, *due.interaction.ticket, done);
            std::vector<std::string> touched = {due.interaction.id.text(),
                                                due.interaction.customer.text()};
            if (due.interaction.ticket) touched.push_back(due.interaction.ticket->text());
            append_change(tx, "delivery.updated", touched, done);
        };
        co_await house_.store.write(record);
        const bool any_accepted =
            std::any_of(results.begin(), results.end(), [](const RecipientResult& result) {
                return result.state == RecipientResult::State::accepted;
            });
        if (any_accepted) host_.note_sent();
        if (any_accepted) host_.sending_logins().forget();
        for (const RecipientResult& result : results)
            if (result.state != RecipientResult::State::accepted)
                log::warn("outbox.not_sent", "connector", name, "interaction",
                          due.interaction.id.text(), "final",
                          result.state == RecipientResult::State::rejected);
    }
    co_return batch.size();
}

awaitable<void> OutboxLoop::wait_for_work(std::uint64_t seen) {
    const std::string& name = host_.connector_name();
    const std::optional<Timestamp> next =
        co_await house_.store.read([&](const Tx& tx) { return next_due(tx, name); });
    std::chrono::steady_clock::duration nap = kLongestNap;
    if (next) {
        const auto ahead = std::max(Milliseconds(1), *next - house_.clock.now());
        nap = std::min<std::chrono::steady_clock::duration>(nap, ahead);
    }
    if (wakes_ == seen) co_await wake_.wait_for(nap);
}

}  // namespace tributary
