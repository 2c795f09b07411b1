// Alerts as people and programs read them. Pure.
#pragma once

#include <string>

#include "base/time.hpp"
#include "desk/alerts.hpp"
#include "net/http_client.hpp"

namespace tributary {

struct AlertMail {
    AlertMail(std::string s, std::string t) : subject(std::move(s)), text(std::move(t)) {}
    std::string subject;
    std::string text;
};
AlertMail write_alert_mail(const AlertNews& news, const std::string& public_url);

// A POST as standardwebhooks.com describes it: the same news have the same id, so that a receiver
// knows what comes again. `key` is the MAC's.
net::ClientRequest write_alert_request(const AlertNews& news, const std::string& url,
                                       const Secret& key, Timestamp now);

}  // namespace tributary
