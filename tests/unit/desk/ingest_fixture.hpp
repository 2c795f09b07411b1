// A store in a folder of its own and mails as a normalizer makes them.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "desk/ingest.hpp"
#include "store/interactions.hpp"
#include "store/tickets.hpp"

namespace tributary {

inline const Timestamp kNow = from_unix_ms(1'750'000'000'000);

// A store in a folder of its own and one mailbox's rules; every test starts empty.
class Ingest : public ::testing::Test {
 protected:
    Ingest() {
        folder_ = std::filesystem::temp_directory_path() /
                  ("tributary-ingest-" + to_hex(random_bytes(8)));
        std::filesystem::create_directories(folder_);
        StoreOptions options;
        options.url = "sqlite:" + (folder_ / "t.db").string();
        options.state = folder_;
        store_ = Store::open(io_, options);
        rules_.connector = "support";
        rules_.channel = "email";
        rules_.mail_domain = "desk.example.org";
        rules_.can_send = true;
        rules_.reaches = "email";
        rules_.own_handles = {Handle("email", "", "support@example.org")};
    }
    ~Ingest() override {
        store_.reset();
        std::filesystem::remove_all(folder_);
    }

    static StagedMessage mail(const std::string& key, const std::string& from,
                              Proof proof = Proof::channel) {
        StagedMessage staged;
        InboundMessage& message = staged.message;
        message.dedupe_key = key;
        message.content.from = Party("", from);
        message.content.from_proof = proof;
        message.content.subject = "Kettle " + key;
        message.content.text = message.content.reply_text = "It leaks, says " + key;
        message.content.message_id = key + "@example.com";
        if (const auto handle = make_handle("email", from))
            message.identities.emplace_back(*handle, proof, from);
        return staged;
    }

    Receipt take(const StagedMessage& staged, Timestamp now = kNow) {
        Receipt receipt;
        store_->write_now([&](Tx& tx) { receipt = ingest(tx, rules_, staged, now); });
        return receipt;
    }
    template <class F>
    auto read(F look) {
        std::optional<std::invoke_result_t<F, const Tx&>> seen;
        store_->read_now([&](const Tx& tx) { seen.emplace(look(tx)); });
        return std::move(*seen);
    }
    Interaction interaction(const Receipt& receipt) { return interaction_of(receipt.interaction); }
    Interaction interaction_of(InteractionId id) {
        return *read([&](const Tx& tx) { return find_interaction(tx, id); });
    }
    std::vector<TicketRow> tickets() {
        return read(
            [&](const Tx& tx) { return list_tickets(tx, Scope::everything(), {}, TicketOrder::created, {}).items; });
    }

    std::filesystem::path folder_;
    asio::io_context io_;
    std::unique_ptr<Store> store_;
    IngestRules rules_;
};

}  // namespace tributary
