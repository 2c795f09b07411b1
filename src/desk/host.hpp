// The house as one connector sees it (connector.hpp), over the store and the desk's steps.
#pragma once

#include <functional>
#include <map>
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
    void report_backlog(std::int64_t waiting) override;
    void login_changed() override;

    void set_health(Health::State state, std::string reason);
    Health health() const;
    // What is wrong, and since when without a recovery: a connector that is tried again and
    // again is "up" for a moment each time.
    struct Trouble {
        Timestamp since;
        Health::State state;
        std::string reason;
    };
    std::optional<Trouble> trouble() const;
    RefusedLogins& intake_logins() { return intake_logins_; }
    RefusedLogins& sending_logins() { return sending_logins_; }
    void note_sent() { health_.last_out = house_.clock.now(); }
    const IngestRules& rules() const { return rules_; }
    void set_own_handles(std::vector<Handle> handles) { rules_.own_handles = std::move(handles); }

    struct Counts {
        std::uint64_t accepted = 0;
        std::uint64_t duplicates = 0;
        std::uint64_t quarantined = 0;
        std::map<std::string, std::uint64_t> quarantined_by_reason;
    };
    const Counts& counts() const { return counts_; }
    // Since when, without a break, something is known to wait at the source.
    const std::optional<Timestamp>& waiting_since() const { return waiting_since_; }
    // From the source's having a message to our having it durably.
    const Histogram& intake_delay() const { return intake_delay_; }

    // Reads the original again and brings it in; Failure(conflict) when it still cannot be
    // understood.
    awaitable<Receipt> replay(InboundMessage message, QuarantineId item);

 private:
    awaitable<std::vector<StagedMessage>> stage(std::vector<InboundMessage> messages);
    awaitable<std::vector<Receipt>> accept_singly(const std::vector<StagedMessage>& staged,
                                                  const std::optional<std::string>& cursor);
    void note_trouble(Health::State state, const std::string& reason);
    void count(const std::vector<StagedMessage>& staged, const std::vector<Receipt>& receipts);

    House& house_;
    IngestRules rules_;
    NormalizerBinding binding_;
    std::function<void()> on_queued_;
    Health health_;
    RefusedLogins intake_logins_;
    RefusedLogins sending_logins_;
    Counts counts_;
    std::optional<Trouble> trouble_;
    Timestamp well_since_ = house_.clock.now();
    std::optional<Timestamp> waiting_since_;
    Histogram intake_delay_{{0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400, 86400}};
};

}  // namespace tributary
