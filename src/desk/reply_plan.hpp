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
};

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
};

// `newest` is the customer's newest words on the ticket, if there are any.
struct ReplySituation {
    std::optional<Interaction> newest;
    Customer customer;
    std::string ticket_subject;
    std::vector<ReplyRoute> routes;
};

// The answer leaves through the connector the words came by; when that cannot send, through the
// first one that reaches an address of the customer. Reply-all: Reply-To (else From) in To, the
// other recipients in Cc, our own addresses and doubles in neither.
ReplyPlan plan_reply(const ReplySituation& situation);

}  // namespace tributary
