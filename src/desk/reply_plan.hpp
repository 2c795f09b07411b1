// Where an answer goes: the connector, the recipients, the thread. Pure, tested as a table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connector/connector.hpp"
#include "model/customer.hpp"
#include "model/interaction.hpp"

namespace tributary {

// A connector as far as answering is concerned.
struct ReplyRoute {
    std::string connector;
    std::string channel;
    Capabilities capabilities;
    std::vector<Handle> own_handles;
    std::string tag_delimiter;  // of tagged own handles, "support+TAG@…"; "": there are none
};

// Addresses of ours, in normal form.
struct OwnAddress {
    std::string address;
    std::string tag_delimiter;
};
// With or without a tag, in whatever case.
bool is_own_address(const std::vector<OwnAddress>& own, std::string_view address);

struct ReplyPlan {
    bool is_available = false;
    std::string reason;  // why not; a sentence for the agent
    std::string connector;
    std::string channel;
    Capabilities capabilities;
    std::string conversation;
    std::string id_domain;  // right of the '@' in the answer's Message-ID; "": the house's
    std::vector<Party> to;
    std::vector<Party> cc;
    std::string subject;
    std::vector<std::string> in_reply_to;
    std::vector<std::string> references;
    std::vector<std::string> warnings;  // sentences for the agent: what speaks against sending
    std::vector<OwnAddress> own;        // of all routes: never written to
};

// `newest` is the customer's newest words on the ticket, if there are any.
struct ReplySituation {
    std::optional<Interaction> newest;
    Customer customer;
    std::string ticket_subject;
    std::vector<ReplyRoute> routes;
};

// The answer leaves through the connector the words came by; when that cannot send, through the
// first one that reaches an address of the customer. Reply-all: Reply-To in To (From where there is
// none but our own), the other recipients in Cc; our own addresses, doubles and what is no address
// in neither.
ReplyPlan plan_reply(const ReplySituation& situation);

// The agent's choice instead of the proposal, each address once, To before Cc.
void choose_recipients(ReplyPlan& plan, const std::vector<Party>& to, const std::vector<Party>& cc);

}  // namespace tributary
