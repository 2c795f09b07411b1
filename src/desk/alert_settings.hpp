// The settings of `[alerts]`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "desk/alerts.hpp"
#include "desk/supervisor.hpp"
#include "net/http_client.hpp"

namespace tributary {

struct AlertSettings {
    AlertSettings() = default;
    bool tells_anybody() const { return !mail_to.empty() || !webhook_url.empty(); }

    AlertRules rules;
    Milliseconds check_every{0};
    Milliseconds pause{0};  // between two messages to the same target
    std::vector<std::string> mail_to;
    std::string mail_through;  // a connector's name
    std::string webhook_url;
    Secret webhook_key;  // decoded
    net::Reach webhook_reach = net::Reach::public_only;
};

const Schema& alert_schema();

// An Error (invalid) names what does not fit together.
Result<AlertSettings> read_alert_settings(const Settings& house,
                                          const std::vector<ConnectorConfig>& connectors);

}  // namespace tributary
