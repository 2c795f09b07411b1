#include "desk/alert_message.hpp"

#include <boost/json.hpp>

namespace tributary {
namespace json = boost::json;
namespace {

constexpr std::size_t kIdBytes = 16;

json::object body_of(const AlertNews& news) {
    json::array begun;
    for (const Alert& alert : news.begun)
        begun.push_back({{"key", alert.key()},
                         {"kind", to_string(alert.kind)},
                         {"about", alert.about},
                         {"text", alert.text}});
    return {{"begun", std::move(begun)}, {"ended", json::value_from(news.ended)}};
}

std::string count(std::size_t number, const char* word) {
    return std::to_string(number) + ' ' + word;
}

}  // namespace

AlertMail write_alert_mail(const AlertNews& news, const std::string& public_url) {
    std::string subject = "Tributary: ";
    if (!news.begun.empty()) subject += news.begun.front().key();
    if (news.begun.size() > 1) subject += " and " + count(news.begun.size() - 1, "more");
    if (!news.begun.empty() && !news.ended.empty()) subject += ", ";
    if (!news.ended.empty()) subject += count(news.ended.size(), "over");
    std::string text;
    for (const Alert& alert : news.begun)
        text += "New: " + alert.key() + "\n" + alert.text + "\n\n";
    for (const std::string& key : news.ended)
        text += "Over: " + key + "\n\n";
    text += "What to do about each stands in docs/operations.md under \"Alerts\".\n" + public_url +
            "\n";
    return AlertMail(std::move(subject), std::move(text));
}

net::ClientRequest write_alert_request(const AlertNews& news, const std::string& url,
                                       const Secret& key, Timestamp now) {
    const json::object data = body_of(news);
    const std::string id = "alert_" + to_hex(sha256(json::serialize(data)).substr(0, kIdBytes));
    const std::string sent = std::to_string(unix_ms(now) / 1000);
    net::ClientRequest request;
    request.method = "POST";
    request.url = url;
    request.body = json::serialize(
        json::object{{"type", "alerts.changed"}, {"timestamp", rfc3339(now)}, {"data", data}});
    const std::string mac = hmac(HashAlgorithm::sha256, key.reveal(),  // to sign with
                                 id + '.' + sent + '.' + request.body);
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("webhook-id", id);
    request.headers.emplace_back("webhook-timestamp", sent);
    request.headers.emplace_back("webhook-signature", "v1," + to_base64(mac));
    return request;
}

}  // namespace tributary
