// The webhook connector: verify, normalise, accept, acknowledge.
#include "connector/connector.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/log.hpp"
#include "connectors/webhook/delivery.hpp"
#include "connectors/webhook/profile.hpp"
#include "connectors/webhook/recent.hpp"

namespace tributary::webhook {
namespace {

namespace json = boost::json;

constexpr std::size_t kLargeBody = 100'000;

// Answers GET: the handshake where the preset has one.
http::Reply greet(const Profile& profile, const http::Request& request) {
    if (profile.preset.handshake != Handshake::hub_challenge) {
        return http::Reply::problem(Error(Outcome::rejected, "This address takes POST.")
                                        .with_reason("method_not_allowed"))
            .with_header("Allow", "POST");
    }
    const auto parameter = [&](const char* name) {
        return http::find_field(request.query, name).value_or("");
    };
    const bool is_known = equal_in_constant_time(sha256(parameter("hub.verify_token")),
                                                 sha256(profile.handshake_token.reveal()));
    if (parameter("hub.mode") != "subscribe" || !is_known)
        return http::Reply::problem(Error(Outcome::denied, "The verify token is not ours."));
    return http::Reply::text(200, parameter("hub.challenge"));
}

// The challenge to give back, when the signed request is a handshake.
std::optional<std::string> find_challenge(const Profile& profile, const http::Request& request) {
    if (profile.preset.handshake != Handshake::url_verification) return std::nullopt;
    const auto body = read_body(profile, request);
    const auto* object = body ? body->if_object() : nullptr;
    const auto* type = object ? object->if_contains("type") : nullptr;
    const auto* challenge = object ? object->if_contains("challenge") : nullptr;
    if (!type || *type != "url_verification" || !challenge || !challenge->is_string())
        return std::nullopt;
    return std::string(challenge->get_string());
}

json::object describe_fate(const Receipt& receipt) {
    json::object fate;
    fate["id"] =
        receipt.interaction.is_nil() ? json::value() : json::value(receipt.interaction.text());
    fate["duplicate"] = receipt.fate == Fate::duplicate;
    if (receipt.fate == Fate::quarantined) fate["quarantined"] = true;
    return fate;
}

// One event: its fate. Several: the first one's id, and the list.
http::Reply acknowledge(int status, const std::vector<Receipt>& receipts) {
    json::object answer = receipts.empty() ? json::object() : describe_fate(receipts.front());
    if (receipts.size() > 1) {
        json::array events;
        bool all_duplicate = true;
        for (const Receipt& receipt : receipts) {
            events.push_back(describe_fate(receipt));
            all_duplicate = all_duplicate && receipt.fate == Fate::duplicate;
        }
        answer["duplicate"] = all_duplicate;
        answer["events"] = std::move(events);
    }
    return http::Reply::json(status, answer);
}

class WebhookConnector final : public Connector {
 public:
    WebhookConnector(Profile profile, ConnectorHost& host)
        : profile_(std::move(profile)), host_(host) {}

    awaitable<http::Reply> receive(http::Request request) override;
    awaitable<std::vector<CheckStep>> check() override;

 private:
    awaitable<Result<Delivery>> read(const http::Request& request);
    std::optional<http::Reply> refuse_or_greet(const http::Request& request) const;
    void claim_handles(std::vector<InboundMessage>& messages) const;

    Profile profile_;
    ConnectorHost& host_;
    RecentDeliveries recent_;
};

awaitable<http::Reply> WebhookConnector::receive(http::Request request) {
    if (auto reply = refuse_or_greet(request)) co_return std::move(*reply);
    auto delivery = co_await read(request);
    if (!delivery) co_return http::Reply::problem(delivery.error());
    const std::string body_hash = sha256(request.body);
    std::vector<std::string> keys;
    for (const InboundMessage& message : delivery->messages) {
        const bool is_comparable = delivery->is_single || message.dedupe_key.starts_with("id:");
        if (!is_comparable) continue;
        if (recent_.conflicts(message.dedupe_key, body_hash)) {
            log::warn("webhook.conflict", "connector", host_.connector_name(), "key",
                      message.dedupe_key);
            const Error conflict(Outcome::conflict, "This id came before with another body.");
            co_return http::Reply::problem(conflict);
        }
        keys.push_back(message.dedupe_key);
    }
    claim_handles(delivery->messages);
    std::vector<InboundMessage> messages = std::move(delivery->messages);
    std::optional<std::string> no_cursor;
    const auto receipts = co_await host_.accept(std::move(messages), std::move(no_cursor));
    for (std::string& key : keys)
        recent_.remember(std::move(key), body_hash);
    co_return acknowledge(profile_.preset.acknowledged, receipts);
}

// A large body is taken apart on another thread: what is done here, everybody waits for.
awaitable<Result<Delivery>> WebhookConnector::read(const http::Request& request) {
    if (request.body.size() < kLargeBody) co_return read_delivery(profile_, request);
    auto work = [this, &request] { return read_delivery(profile_, request); };
    co_return co_await host_.workers().offload(work);
}

// What needs nothing stored: wrong place or method, handshakes, bad signatures.
std::optional<http::Reply> WebhookConnector::refuse_or_greet(const http::Request& request) const {
    if (!request.path.empty())
        return http::Reply::problem(Error(Outcome::not_found, "There is nothing here."));
    if (request.method != http::Method::post) return greet(profile_, request);
    if (auto good = verify(profile_.signature, profile_.secrets, request, host_.clock().now());
        !good) {
        log::warn("webhook.refused", "connector", host_.connector_name(), "why",
                  good.error().detail);
        return http::Reply::problem(good.error());
    }
    // text/plain, so that no browser takes the echo for markup.
    if (auto challenge = find_challenge(profile_, request))
        return http::Reply::text(200, std::move(*challenge));
    return std::nullopt;
}

// A platform's handle is only unique within this connector, which normalising does not know.
void WebhookConnector::claim_handles(std::vector<InboundMessage>& messages) const {
    for (InboundMessage& message : messages)
        for (Identity& identity : message.identities)
            if (identity.handle.kind == "user") identity.handle.scope = host_.connector_name();
}

awaitable<std::vector<CheckStep>> WebhookConnector::check() {
    std::vector<CheckStep> steps;
    const bool is_signed = profile_.signature.algorithm != Algorithm::none;
    steps.emplace_back("signature", is_signed,
                       is_signed ? "Requests are verified as the preset " +
                                       std::string(profile_.preset.name) + " says."
                                 : "Nothing is verified: anybody may send.");
    steps.emplace_back("address", true,
                       "Give the sender " + host_.public_url() + "/in/" + host_.connector_name());
    co_return steps;
}

Result<std::unique_ptr<Connector>> create(const Settings& settings, ConnectorHost& host) {
    auto profile = read_profile(settings);
    if (!profile) return profile.error();
    if (auto good = read_secrets(settings, *profile); !good) return good.error();
    return std::unique_ptr<Connector>(
        std::make_unique<WebhookConnector>(std::move(*profile), host));
}

Normalizer make_normalizer(const Settings& settings, const std::string&) {
    auto profile = std::make_shared<const Result<Profile>>(read_profile(settings));
    return [profile](std::string_view raw) -> Result<InboundMessage> {
        if (!*profile) return profile->error();
        return read_original(**profile, raw);
    };
}

ConnectorType make_type() {
    ConnectorType type;
    type.channel = "webhook";
    type.title = "Webhook";
    type.help =
        "Takes events that other programs post: orders, calls, visits, surveys, messages. Requests "
        "are "
        "verified by their signature, repeated deliveries become one interaction, and a mapping "
        "says "
        "what the sender's JSON means.";
    type.mount = "in";
    type.capabilities.has_subject = true;
    type.schema = settings_schema();
    type.create = create;
    type.normalizer = make_normalizer;
    return type;
}

}  // namespace

const ConnectorType& connector_type() {
    static const ConnectorType type = make_type();
    return type;
}

}  // namespace tributary::webhook
