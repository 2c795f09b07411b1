#include "desk/host.hpp"

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "base/seal.hpp"
#include "store/housekeeping.hpp"
#include "store/interactions.hpp"

namespace tributary {
namespace {

// Below this, hashing costs less than a visit to another thread.
constexpr std::size_t kStageInline = 64 * 1024;
constexpr std::chrono::minutes kRecovery{2};  // longer than any attempt to connect
constexpr const char* kIngestFailed = "ingest_failed";

std::size_t bytes_of(const std::vector<InboundMessage>& messages) {
    std::size_t total = 0;
    for (const InboundMessage& message : messages) {
        total += message.raw.size();
        for (const InboundFile& file : message.files)
            total += file.bytes.size();
    }
    return total;
}

std::vector<StagedMessage> stage_all(Store& store, std::vector<InboundMessage> messages) {
    std::vector<StagedMessage> staged;
    staged.reserve(messages.size());
    for (InboundMessage& message : messages) {
        StagedMessage one;
        if (!message.raw.empty()) one.raw = store.stage(std::move(message.raw));
        for (InboundFile& file : message.files)
            one.files.push_back(store.stage(std::move(file.bytes)));
        message.files.clear();
        one.message = std::move(message);
        staged.push_back(std::move(one));
    }
    return staged;
}

bool is_well(Health::State state) {
    return state == Health::State::up || state == Health::State::paused;
}

Error ingest_trouble(const std::exception& thrown) {
    return Error(Outcome::rejected, "It could be read but not filed.", thrown.what())
        .with_reason(kIngestFailed);
}

}  // namespace

Host::Host(House& house, const Settings& settings, IngestRules rules,
           std::function<void()> on_queued)
    : house_(house),
      rules_(std::move(rules)),
      binding_(rules_.channel, settings, sign(kNormalizerKeyPurpose, "")),
      on_queued_(std::move(on_queued)),
      intake_logins_(house.io.get_executor()),
      sending_logins_(house.io.get_executor()) {}

awaitable<std::vector<InboundMessage>> Host::normalize(std::vector<std::string> originals) {
    return house_.normalizers.run(binding_, std::move(originals));
}

awaitable<std::vector<StagedMessage>> Host::stage(std::vector<InboundMessage> messages) {
    Store& store = house_.store;
    if (bytes_of(messages) <= kStageInline) co_return stage_all(store, std::move(messages));
    auto work = [&store, &messages] { return stage_all(store, std::move(messages)); };
    co_return co_await house_.workers.offload(work);
}

awaitable<std::vector<Receipt>> Host::accept(std::vector<InboundMessage> messages,
                                             std::optional<std::string> cursor) {
    const std::vector<StagedMessage> staged = co_await stage(std::move(messages));
    const Timestamp now = house_.clock.now();
    std::vector<Receipt> receipts;
    bool is_undigestible = false;
    try {
        auto step = [&](Tx& tx) {
            std::vector<Receipt> done;
            for (const StagedMessage& one : staged)
                done.push_back(ingest(tx, rules_, one, now));
            if (cursor) set_cursor(tx, rules_.connector, *cursor, now);
            return done;
        };
        receipts = co_await house_.store.write(step);
    } catch (const Failure& failure) {
        if (failure.error().outcome == Outcome::unavailable) throw;
        is_undigestible = true;
    } catch (const std::exception&) {
        is_undigestible = true;
    }
    if (is_undigestible) receipts = co_await accept_singly(staged, cursor);
    count(staged, receipts);
    co_return receipts;
}

// One of the batch cannot be filed: find it, put it aside, keep the others.
awaitable<std::vector<Receipt>> Host::accept_singly(const std::vector<StagedMessage>& staged,
                                                    const std::optional<std::string>& cursor) {
    const Timestamp now = house_.clock.now();
    std::vector<Receipt> receipts;
    for (const StagedMessage& one : staged) {
        std::optional<Error> trouble;
        try {
            auto step = [&](Tx& tx) { return ingest(tx, rules_, one, now); };
            Receipt receipt = co_await house_.store.write(step);
            receipts.push_back(receipt);
        } catch (const Failure& failure) {
            if (failure.error().outcome == Outcome::unavailable) throw;
            trouble = ingest_trouble(failure);
        } catch (const std::exception& thrown) {
            trouble = ingest_trouble(thrown);
        }
        if (!trouble) continue;
        log::error("ingest.failed", "connector", rules_.connector, "error", describe(*trouble),
                   "todo", "replay it from quarantine after an upgrade");
        auto step = [&](Tx& tx) { return quarantine(tx, rules_, one, *trouble, now); };
        Receipt receipt = co_await house_.store.write(step);
        receipts.push_back(receipt);
    }
    if (cursor) {
        auto step = [&](Tx& tx) { set_cursor(tx, rules_.connector, *cursor, now); };
        co_await house_.store.write(step);
    }
    co_return receipts;
}

// As many receipts as messages, in order.
void Host::count(const std::vector<StagedMessage>& staged, const std::vector<Receipt>& receipts) {
    if (receipts.empty()) return;
    const Timestamp now = house_.clock.now();
    health_.last_in = now;
    bool may_have_queued = false;
    for (std::size_t i = 0; i < receipts.size(); ++i) {
        const Receipt& receipt = receipts[i];
        const InboundMessage& message = staged[i].message;
        switch (receipt.fate) {
            case Fate::accepted: ++counts_.accepted; break;
            case Fate::duplicate: ++counts_.duplicates; break;
            case Fate::quarantined:
                ++counts_.quarantined;
                ++counts_.quarantined_by_reason[message.trouble ? message.trouble->reason
                                                                : kIngestFailed];
                break;
        }
        if (receipt.fate == Fate::accepted && !message.is_history) {
            const std::chrono::duration<double> delay =
                now - std::min(now, unix_ms(message.received_at) == 0 ? now : message.received_at);
            intake_delay_.observe(delay.count());
        }
        may_have_queued = may_have_queued || receipt.is_new_ticket;
    }
    if (may_have_queued && rules_.can_send) on_queued_();
}

awaitable<Receipt> Host::replay(InboundMessage message, QuarantineId item) {
    // Normalising is pure and does not know the connector's name; its own handles belong to it.
    for (Identity& identity : message.identities)
        if (identity.handle.scope.empty() && !is_address_kind(identity.handle.kind))
            identity.handle.scope = rules_.connector;
    if (message.trouble)
        throw Failure(
            Error(Outcome::conflict, "It still cannot be read: " + message.trouble->message)
                .with_reason(message.trouble->reason));
    std::vector<InboundMessage> one;
    one.push_back(std::move(message));
    const std::vector<StagedMessage> staged = co_await stage(std::move(one));
    const Timestamp now = house_.clock.now();
    auto step = [&](Tx& tx) { return ingest_replayed(tx, rules_, staged.front(), item, now); };
    co_return co_await house_.store.write(step);
}

awaitable<std::optional<std::string>> Host::cursor() {
    co_return co_await house_.store.read(
        [&](const Tx& tx) { return find_cursor(tx, rules_.connector); });
}

awaitable<std::vector<Interaction>> Host::conversation_log(std::string conversation,
                                                           std::int64_t after, std::size_t limit) {
    std::vector<Interaction> log = co_await house_.store.read([&](const Tx& tx) {
        return conversation_interactions(tx, rules_.connector, conversation, after, limit);
    });
    std::erase_if(log,
                  [](const Interaction& entry) { return entry.direction == Direction::internal; });
    co_return log;
}

awaitable<Result<std::string>> Host::conversation_attachment(std::string conversation,
                                                             AttachmentId id) {
    const std::optional<AttachmentPlace> place =
        co_await house_.store.read([&](const Tx& tx) { return find_attachment(tx, id); });
    if (!place || place->connector != rules_.connector || place->conversation != conversation ||
        place->direction == Direction::internal)
        co_return Error(Outcome::not_found, "There is no such file.");
    Store& store = house_.store;
    auto load = [&store, &place] { return store.load_blob(place->attachment.sha256); };
    std::optional<std::string> bytes = co_await house_.workers.offload(load);
    if (!bytes) co_return Error(Outcome::not_found, "There is no such file.");
    co_return std::move(*bytes);
}

awaitable<std::optional<Secret>> Host::kept_secret(std::string name) {
    const std::optional<std::string> sealed = co_await house_.store.read(
        [&](const Tx& tx) { return find_kept_secret(tx, rules_.connector, name); });
    if (!sealed) co_return std::nullopt;
    auto open = [&] {
        return Sealer(house_.seal_key_file).open(*sealed, rules_.connector + '/' + name);
    };
    std::optional<Secret> secret = co_await house_.workers.offload(open);
    if (!secret)
        log::error("host.secret_unreadable", "connector", rules_.connector, "name", name, "todo",
                   "put the sealing key's file back, or give the secret anew");
    co_return secret;
}

awaitable<void> Host::keep_secret(std::string name, Secret value) {
    auto seal = [&] {
        return Sealer(house_.seal_key_file).seal(value, rules_.connector + '/' + name);
    };
    const std::string sealed = co_await house_.workers.offload(seal);
    const Timestamp now = house_.clock.now();
    auto step = [&](Tx& tx) { tributary::keep_secret(tx, rules_.connector, name, sealed, now); };
    co_await house_.store.write(step);
}

std::string Host::sign(std::string_view purpose, std::string_view payload) const {
    std::string bound = rules_.connector;
    bound += '\0';
    bound += purpose;
    bound += '\0';
    bound += payload;
    return hmac(HashAlgorithm::sha256, house_.instance_key, bound);
}

void Host::report(Health::State state, std::string reason) {
    if (state == Health::State::up) intake_logins_.forget();
    set_health(state, std::move(reason));
}

void Host::login_changed() {
    intake_logins_.forget();
    sending_logins_.forget();
    on_queued_();
}

Health Host::health() const {
    Health health = health_;
    if (!sending_logins_.have_stopped() || health.state == Health::State::auth_failed)
        return health;
    health.state = Health::State::auth_failed;
    health.reason = "Sending: " + sending_logins_.advice();
    if (!health_.reason.empty()) health.reason += " Receiving: " + health_.reason;
    return health;
}

void Host::set_health(Health::State state, std::string reason) {
    if (health_.state == state && health_.reason == reason) return;
    if (health_.state != state)
        log::info("connector.state", "connector", rules_.connector, "state", to_string(state),
                  "reason", reason);
    note_trouble(state, reason);
    health_.state = state;
    health_.reason = std::move(reason);
}

void Host::note_trouble(Health::State state, const std::string& reason) {
    const Timestamp now = house_.clock.now();
    if (is_well(state)) {
        if (!is_well(health_.state)) well_since_ = now;
        return;
    }
    const bool goes_on = trouble_ && !(is_well(health_.state) && now - well_since_ >= kRecovery);
    trouble_ = Trouble{goes_on ? trouble_->since : now, state, reason};
}

std::optional<Host::Trouble> Host::trouble() const {
    const Health current = health();
    const bool has_been_well = is_well(current.state);
    if (has_been_well && house_.clock.now() - well_since_ >= kRecovery) return std::nullopt;
    std::optional<Trouble> trouble = trouble_;
    if (has_been_well) return trouble.value_or(Trouble{well_since_, Health::State::starting, ""});
    // Sending may be what is refused, of which trouble_ knows nothing.
    return Trouble{trouble ? trouble->since : well_since_, current.state, current.reason};
}

void Host::report_backlog(std::int64_t waiting) {
    health_.backlog = waiting;
    if (waiting == 0) {
        waiting_since_.reset();
    } else if (!waiting_since_) {
        waiting_since_ = house_.clock.now();
    }
}

}  // namespace tributary
