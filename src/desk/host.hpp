// The house as one connector sees it (connector.hpp), over the store and the desk's steps.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "connector/connector.hpp"
#include "desk/house.hpp"
#include "desk/ingest.hpp"
#include "desk/refused_logins.hpp"

namespace tributary {

class Host final : public ConnectorHost {
 public:
    // `rules` names the connector. `on_queued` is called when something was queued for sending.
    Host(House& house, const Settings& settings, IngestRules rules,
         std::function<void()> on_queued);

    const std::string& connector_name() const override { return rules_.connector; }
    const std::string& public_url() const override { return house_.public_url; }
    awaitable<std::vector<Receipt>> accept(std::vector<InboundMessage> messages,
                                           std::optional<std::string> cursor) override;
    awaitable<std::optional<std::string>> cursor() override;
    awaitable<std::vector<Interaction>> conversation_log(std::string conversation,
                                                         std::int64_t after,
                                                         std::size_t limit) override;
    awaitable<Result<std::string>> conversation_attachment(std::string conversation,
                                                           AttachmentId id) override;
    awaitable<std::vector<InboundMessage>> normalize(std::vector<std::string> originals) override;
    awaitable<std::optional<Secret>> kept_secret(std::string name) override;
    awaitable<void> keep_secret(std::string name, Secret value) override;
    std::string sign(std::string_view purpose, std::string_view payload) const override;
    net::HttpClient& http() override { return house_.http; }
    net::Curl& curl() override { return house_.curl; }
    Workers& workers() override { return house_.workers; }
    const Clock& clock() const override { return house_.clock; }
    asio::any_io_executor executor() const override { return house_.io.get_executor(); }
    // The connector's own word: one that is up has logged in.
    void report(Health::State state, std::string reason) override;
    void report_backlog(std::int64_t waiting) override { health_.backlog = waiting; }
    void login_changed() override;

    void set_health(Health::State state, std::string reason);
    Health health() const;
    RefusedLogins& intake_logins() { return intake_logins_; }
    RefusedLogins& sending_logins() { return sending_logins_; }
    void note_sent() { health_.last_out = house_.clock.now(); }
    const IngestRules& rules() const { return rules_; }
    void set_own_handles(std::vector<Handle> handles) { rules_.own_handles = std::move(handles); }

    struct Counts {
        std::uint64_t accepted = 0;
        std::uint64_t duplicates = 0;
        std::uint64_t quarantined = 0;
    };
    const Counts& counts() const { return counts_; }

    // Reads the original again and brings it in; Failure(conflict) when it still cannot be
    // understood.
    awaitable<Receipt> replay(InboundMessage message, QuarantineId item);

 private:
    awaitable<std::vector<StagedMessage>> stage(std::vector<InboundMessage> messages);
    awaitable<std::vector<Receipt>> accept_singly(const std::vector<StagedMessage>& staged,
                                                  const std::optional<std::string>& cursor);
    void count(const std::vector<Receipt>& receipts);

    House& house_;
    IngestRules rules_;
    NormalizerBinding binding_;
    std::function<void()> on_queued_;
    Health health_;
    RefusedLogins intake_logins_;
    RefusedLogins sending_logins_;
    Counts counts_;
};

}  // namespace tributary
