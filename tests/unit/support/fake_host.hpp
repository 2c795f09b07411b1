// A house for one connector under test: it keeps what it is given, answers as the real one would,
// and stands on a clock that tests turn. One thread; not for sending to the outside.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/crypto.hpp"
#include "base/settings.hpp"
#include "connector/connector.hpp"

namespace tributary::test {

inline Result<InboundMessage> normalize(const ConnectorType& type, const Settings& settings,
                                        std::string_view raw) {
    return type.normalizer(settings, "")(raw);
}

class FakeHost final : public ConnectorHost {
 public:
    explicit FakeHost(std::string name = "front", std::string url = "https://desk.example.com")
        : name_(std::move(name)), url_(std::move(url)) {}

    const std::string& connector_name() const override { return name_; }
    const std::string& public_url() const override { return url_; }

    // Remembers every new message; a known dedupe key is a duplicate of what came first.
    awaitable<std::vector<Receipt>> accept(std::vector<InboundMessage> messages,
                                           std::optional<std::string> cursor) override {
        if (is_away) throw Failure(Outcome::unavailable, "the store is away");
        std::vector<Receipt> receipts;
        for (InboundMessage& message : messages)
            receipts.push_back(take(std::move(message)));
        if (cursor) cursor_ = std::move(cursor);
        co_return receipts;
    }
    awaitable<std::optional<std::string>> cursor() override { co_return cursor_; }

    awaitable<std::vector<Interaction>> conversation_log(std::string conversation,
                                                         std::int64_t after,
                                                         std::size_t limit) override {
        std::vector<Interaction> found;
        for (const Interaction& entry : log) {
            const bool matches = entry.conversation == conversation && entry.seq > after;
            if (matches && found.size() < limit) found.push_back(entry);
        }
        co_return found;
    }
    awaitable<Result<std::string>> conversation_attachment(std::string, AttachmentId) override {
        co_return Error(Outcome::not_found, "no such attachment");
    }

    awaitable<std::vector<InboundMessage>> normalize(std::vector<std::string>) override {
        throw std::logic_error("this host has no helper processes");
    }

    std::string sign(std::string_view purpose, std::string_view payload) const override {
        return hmac(HashAlgorithm::sha256, "key of " + name_ + " for " + std::string(purpose),
                    payload);
    }

    net::HttpClient& http() override { throw std::logic_error("this host has no way out"); }
    net::Curl& curl() override { throw std::logic_error("this host has no way out"); }
    Workers& workers() override { return workers_; }
    const Clock& clock() const override { return clock_; }
    asio::any_io_executor executor() const override { return io_.get_executor(); }

    void report(Health::State state, std::string reason) override {
        health.state = state;
        health.reason = std::move(reason);
    }
    void report_backlog(std::int64_t waiting) override { health.backlog = waiting; }

    void turn_clock(Milliseconds by) { clock_.turn(by); }
    asio::io_context& io() { return io_; }

    // Runs one coroutine to its end and gives what it gave, or throws what it threw.
    template <class T>
    T run(awaitable<T> task) {
        std::optional<T> value;
        std::exception_ptr thrown;
        auto store = [&](std::exception_ptr error, T result) {
            thrown = error;
            value.emplace(std::move(result));
        };
        asio::co_spawn(io_, std::move(task), store);
        io_.restart();
        io_.run();
        if (thrown) std::rethrow_exception(thrown);
        return std::move(value.value());
    }

    bool is_away = false;  // accept() throws unavailable
    std::deque<InboundMessage> accepted;
    std::deque<InboundMessage> quarantined;
    std::vector<Interaction> log;  // what conversation_log() answers from
    Health health;

 private:
    Receipt take(InboundMessage message) {
        const auto known = receipts_.find(message.dedupe_key);
        if (known != receipts_.end()) {
            Receipt repeated = known->second;
            if (repeated.fate == Fate::accepted) repeated.fate = Fate::duplicate;
            return repeated;
        }
        Receipt receipt;
        if (message.trouble) {
            receipt.fate = Fate::quarantined;
        } else {
            receipt.interaction = InteractionId::make(unix_ms(clock_.now()));
            receipt.seq = ++seq_;
            receipt.ticket_number = 1000 + seq_;
            receipt.is_new_ticket = true;
        }
        receipts_.emplace(message.dedupe_key, receipt);
        (message.trouble ? quarantined : accepted).push_back(std::move(message));
        return receipt;
    }

    std::string name_;
    std::string url_;
    mutable asio::io_context io_;
    Workers workers_{1};
    TurnableClock clock_{from_unix_ms(1'772'000'000'000)};
    std::optional<std::string> cursor_;
    std::map<std::string, Receipt> receipts_;
    std::int64_t seq_ = 0;
};

// Settings of `type` from TOML; secrets may stand in it. Throws when the type refuses them.
inline Settings read_settings(const ConnectorType& type, const std::string& toml) {
    auto node = parse_toml(toml, "test.toml");
    if (!node) throw Failure(node.error());
    auto settings = Settings::read(type.schema, *node, InlineSecrets::allowed);
    if (!settings) {
        std::string faults = describe(settings.error());
        for (const FieldError& field : settings.error().fields)
            faults += "; " + field.detail;
        throw std::runtime_error(faults);
    }
    return *settings;
}

inline std::unique_ptr<Connector> make_connector(const ConnectorType& type, const std::string& toml,
                                                 ConnectorHost& host) {
    auto made = type.create(read_settings(type, toml), host);
    if (!made) throw Failure(made.error());
    return std::move(*made);
}

}  // namespace tributary::test
