// A house for one connector: keeps what it accepts, and lets a test wait for it.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "connector/connector.hpp"
#include "connectors/email/mailbox.hpp"
#include "tests/support/coroutines.hpp"

namespace tributary::email {

// Enough of a normaliser to tell mails apart; mails that say "broken" cannot be understood.
inline Result<InboundMessage> normalize_subject(std::string_view raw) {
    if (raw.find("broken") != std::string_view::npos)
        return Error(Outcome::invalid, "It is broken.").with_reason("malformed");
    InboundMessage message;
    const auto start = raw.find("Subject: ");
    if (start != std::string_view::npos) {
        const auto end = raw.find("\r\n", start);
        message.content.subject = std::string(raw.substr(start + 9, end - start - 9));
    }
    return message;
}

class FakeHost final : public ConnectorHost {
 public:
    explicit FakeHost(asio::io_context& io)
        : curl_(io), http_(curl_), news_(io.get_executor()), io_(io) {}

    const std::string& connector_name() const override { return name_; }
    const std::string& public_url() const override { return url_; }

    awaitable<std::vector<Receipt>> accept(std::vector<InboundMessage> messages,
                                           std::optional<std::string> cursor) override {
        if (is_away) throw Failure(Outcome::unavailable, "The store is away.");
        std::vector<Receipt> receipts;
        for (InboundMessage& message : messages) {
            Receipt& receipt = receipts.emplace_back();
            if (!keys_.insert(message.dedupe_key).second) receipt.fate = Fate::duplicate;
            largest_batch = std::max(largest_batch, messages.size());
            duplicates += receipt.fate == Fate::duplicate;
            if (receipt.fate == Fate::accepted) accepted.push_back(std::move(message));
        }
        if (cursor) stored_cursor = std::move(cursor);
        news_.notify_all();
        co_return receipts;
    }
    awaitable<std::optional<std::string>> cursor() override { co_return stored_cursor; }

    awaitable<std::vector<Interaction>> conversation_log(std::string, std::int64_t,
                                                         std::size_t) override {
        co_return std::vector<Interaction>();
    }
    awaitable<Result<std::string>> conversation_attachment(std::string, AttachmentId) override {
        Error error(Outcome::not_found, "There is none.");
        co_return error;
    }
    awaitable<std::vector<InboundMessage>> normalize(std::vector<std::string> originals) override {
        std::vector<InboundMessage> messages;
        for (std::string& original : originals) {
            Result<InboundMessage> message = normalize_subject(original);
            if (!message) messages.emplace_back().trouble = message.error();
            if (message) messages.push_back(std::move(*message));
            messages.back().raw = std::move(original);
        }
        co_return messages;
    }
    awaitable<std::optional<Secret>> kept_secret(std::string name) override {
        if (!secrets.contains(name)) co_return std::nullopt;
        co_return Secret(secrets[name]);
    }
    awaitable<void> keep_secret(std::string name, Secret value) override {
        if (is_away) throw Failure(Outcome::unavailable, "The store is away.");
        secrets[name] = value.reveal();
        co_return;
    }
    std::string sign(std::string_view purpose, std::string_view payload) const override {
        return hmac(HashAlgorithm::sha256, purpose, payload);
    }

    net::HttpClient& http() override { return http_; }
    net::Curl& curl() override { return curl_; }
    Workers& workers() override { return workers_; }
    const Clock& clock() const override { return clock_; }
    asio::any_io_executor executor() const override { return io_.get_executor(); }
    void report(Health::State state, std::string why) override {
        health = state;
        reason = std::move(why);
        news_.notify_all();
    }
    void report_backlog(std::int64_t waiting) override {
        backlog = waiting;
        news_.notify_all();
    }

    // Resolves when `condition` holds; it is asked again after everything that happens.
    template <class Condition>
    awaitable<void> until(const Condition& condition) {
        while (!condition())
            co_await news_.wait();
    }

    std::vector<InboundMessage> accepted;
    std::size_t duplicates = 0;
    std::size_t largest_batch = 0;
    std::optional<std::string> stored_cursor;
    std::optional<Health::State> health;
    std::string reason;
    std::int64_t backlog = -1;
    bool is_away = false;
    std::map<std::string, std::string> secrets;

 private:
    std::string name_ = "support";
    std::string url_ = "https://desk.example.com";
    std::set<std::string> keys_;
    Workers workers_{1};
    SystemClock clock_;
    net::Curl curl_;
    net::HttpClient http_;
    Notifier news_;
    asio::io_context& io_;
};

// A mailbox's loop as the connector runs it, with a password.
inline awaitable<void> run_with_password(FakeHost& host, MailSettings settings,
                                         StumblesByFolder& stumbles) {
    MailboxUse use;
    use.warning = [] { return std::string(); };
    use.open = [&host, imap = *settings.imap, ca_file = settings.ca_file] {
        return ImapClient::connect(host.curl(), imap, ca_file);
    };
    co_await run_mailbox(host, std::move(settings), std::move(use), stumbles);
}

}  // namespace tributary::email
