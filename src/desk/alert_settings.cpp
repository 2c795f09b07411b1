#include "desk/alert_settings.hpp"

#include <algorithm>

#include "model/customer.hpp"

namespace tributary {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";

Error fault(std::string_view setting, const std::string& what) {
    return Error(Outcome::invalid, "'" + std::string(setting) + "' " + what);
}

std::int64_t ms(Milliseconds length) {
    return length.count();
}

Result<> check_mail(const AlertSettings& alerts, const std::vector<ConnectorConfig>& connectors) {
    for (const std::string& address : alerts.mail_to)
        if (!make_handle("email", address))
            return fault("alerts.mail_to", "must be e-mail addresses, not '" + address + "'");
    if (alerts.mail_to.empty()) return {};
    const auto through = std::find_if(
        connectors.begin(), connectors.end(),
        [&](const ConnectorConfig& connector) { return connector.name == alerts.mail_through; });
    if (through == connectors.end() || through->type->capabilities.reaches != "email")
        return fault("alerts.mail_through", "must name a connector that sends e-mail");
    return {};
}

Result<> read_webhook(const Settings& house, AlertSettings& alerts) {
    alerts.webhook_url = house.text("alerts.webhook.url");
    if (alerts.webhook_url.empty()) return {};
    if (house.text("alerts.webhook.reach") == "private")
        alerts.webhook_reach = net::Reach::private_too;
    const Secret secret = house.secret("alerts.webhook.secret");
    std::string_view text = secret.reveal();  // the MAC's key
    if (text.starts_with(kSecretPrefix)) text.remove_prefix(kSecretPrefix.size());
    auto key = from_base64(text);
    if (!key || key->empty())
        return fault("alerts.webhook.secret", "must be whsec_ and base64, and is needed");
    alerts.webhook_key = Secret(std::move(*key));
    return {};
}

}  // namespace

const Schema& alert_schema() {
    using std::chrono::days;
    using std::chrono::hours;
    using std::chrono::minutes;
    static const Schema schema = {
        Setting("alerts.mail_to", SettingType::texts, "Who gets alerts by e-mail.")
            .example("[\"admin@example.com\"]")
            .defaults_to("[]"),
        Setting("alerts.mail_through", SettingType::text,
                "The connector that sends them; better one that alerts are seldom about.")
            .example("support"),
        Setting("alerts.webhook.url", SettingType::text,
                "Where alerts are posted, signed as standardwebhooks.com describes.")
            .example("https://ops.example.com/hooks/tributary"),
        Setting("alerts.webhook.secret", SettingType::secret,
                "The key of the signature: whsec_ and 24 to 64 bytes in base64."),
        Setting("alerts.webhook.reach", SettingType::choice,
                "Where the URL may lead: only to public addresses, or to private ones, too.")
            .one_of({"public", "private"})
            .defaults_to("public"),
        Setting("alerts.down_after", SettingType::duration,
                "How long a connector may be in trouble before it is worth an alert.")
            .between(0, ms(days(7)))
            .defaults_to("10m"),
        Setting("alerts.backup_after", SettingType::duration,
                "How old the last backup may be; 0s does not watch it.")
            .between(0, ms(days(366)))
            .defaults_to("2d"),
        Setting("alerts.quarantine_a_day", SettingType::integer,
                "So many new items in quarantine within a day are worth an alert; 0 for never.")
            .between(0, 1'000'000)
            .defaults_to("10"),
        Setting("alerts.pause", SettingType::duration,
                "How long to wait between two messages; what happens meanwhile stands in the next.")
            .between(0, ms(days(1)))
            .defaults_to("10m"),
        Setting("alerts.check_every", SettingType::duration,
                "How often to look for something to be alarmed about.")
            .between(100, ms(hours(1)))
            .defaults_to("30s"),
    };
    return schema;
}

Result<AlertSettings> read_alert_settings(const Settings& house,
                                          const std::vector<ConnectorConfig>& connectors) {
    AlertSettings alerts;
    alerts.rules.down_after = house.duration("alerts.down_after");
    alerts.rules.backup_after = house.duration("alerts.backup_after");
    alerts.rules.quarantine_a_day = house.integer("alerts.quarantine_a_day");
    alerts.check_every = house.duration("alerts.check_every");
    alerts.pause = house.duration("alerts.pause");
    alerts.mail_to = house.texts("alerts.mail_to");
    alerts.mail_through = house.text("alerts.mail_through");
    if (const auto good = check_mail(alerts, connectors); !good) return good.error();
    if (const auto good = read_webhook(house, alerts); !good) return good.error();
    return alerts;
}

}  // namespace tributary
