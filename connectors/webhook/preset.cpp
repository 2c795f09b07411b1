#include "connectors/webhook/preset.hpp"

namespace tributary::webhook {
namespace {

SignatureRule unsigned_rule() {
    SignatureRule rule;
    rule.algorithm = Algorithm::none;
    return rule;
}

SignatureRule token_rule() {
    SignatureRule rule;
    rule.algorithm = Algorithm::token;
    rule.header = "Authorization";
    rule.prefix = "Bearer ";
    return rule;
}

// github.com/standard-webhooks, "Signature scheme".
SignatureRule standard_rule() {
    SignatureRule rule;
    rule.header = "webhook-signature";
    rule.form = SignatureForm::list;
    rule.prefix = "v1,";
    rule.encoding = Encoding::base64;
    rule.secret_encoding = Encoding::base64;
    rule.strip_from_secret = "whsec_";
    rule.content = "{id}.{ts}.{raw}";
    rule.id_header = "webhook-id";
    rule.timestamp_header = "webhook-timestamp";
    rule.is_timestamped = true;
    return rule;
}

SignatureRule hub_rule() {
    SignatureRule rule;
    rule.header = "X-Hub-Signature-256";
    rule.prefix = "sha256=";
    return rule;
}

// The secret's "whsec_" belongs to the key here and is not taken off.
SignatureRule stripe_rule() {
    SignatureRule rule;
    rule.header = "Stripe-Signature";
    rule.form = SignatureForm::csv;
    rule.key = "v1";
    rule.content = "{ts}.{raw}";
    rule.is_timestamped = true;
    return rule;
}

SignatureRule slack_rule() {
    SignatureRule rule;
    rule.header = "X-Slack-Signature";
    rule.prefix = "v0=";
    rule.content = "v0:{ts}:{raw}";
    rule.timestamp_header = "X-Slack-Request-Timestamp";
    rule.is_timestamped = true;
    return rule;
}

SignatureRule shopify_rule() {
    SignatureRule rule;
    rule.header = "X-Shopify-Hmac-SHA256";
    rule.encoding = Encoding::base64;
    return rule;
}

// What programs of one's own may send without any agreement.
constexpr std::string_view kAnyDeliveryId =
    R"("$headers"."webhook-id" || "$headers"."idempotency-key")";

constexpr std::string_view kGithubMapping = R"json({
    "kind": "'note'",
    "subject": "join(' ', [\"$headers\".\"x-github-event\" || 'event', action || ''])",
    "text": "issue.title || pull_request.title || head_commit.message || zen || repository.full_name",
    "user_id": "sender.id",
    "name": "sender.login",
    "data": "{repository: repository.full_name, url: issue.html_url || pull_request.html_url}",
    "required": []
})json";

constexpr std::string_view kMetaMapping = R"json({
    "for_each": "entry[].changes[].value.messages[]",
    "kind": "'message'",
    "external_id": "id",
    "occurred_at": "time(timestamp, 's')",
    "phone": "join('', ['+', from])",
    "text": "text.body || join('', ['[', type, ']'])"
})json";

}  // namespace

std::span<const Preset> presets() {
    static const Preset table[] = {
        {.name = "standard-webhooks",
         .title = "Standard Webhooks",
         .signature = standard_rule(),
         .delivery_id = R"("$headers"."webhook-id")",
         .mapping = ""},
        {.name = "github",
         .title = "GitHub and programs that sign like it",
         .signature = hub_rule(),
         .delivery_id = R"("$headers"."x-github-delivery")",
         .mapping = kGithubMapping},
        {.name = "meta",
         .title = "WhatsApp Cloud API",
         .signature = hub_rule(),
         .delivery_id = "",
         .handshake = Handshake::hub_challenge,
         .acknowledged = 200,
         .mapping = kMetaMapping},
        {.name = "slack",
         .title = "Slack Events API",
         .signature = slack_rule(),
         .delivery_id = "event_id",
         .handshake = Handshake::url_verification,
         .acknowledged = 200,
         .mapping = ""},
        {.name = "stripe",
         .title = "Stripe",
         .signature = stripe_rule(),
         .delivery_id = "id",
         .mapping = ""},
        {.name = "shopify",
         .title = "Shopify",
         .signature = shopify_rule(),
         .delivery_id = R"("$headers"."x-shopify-webhook-id")",
         .acknowledged = 200,
         .mapping = ""},
        {.name = "token",
         .title = "A fixed token in a header",
         .signature = token_rule(),
         .delivery_id = kAnyDeliveryId,
         .mapping = ""},
        {.name = "none",
         .title = "Unsigned: anybody who knows the address may send",
         .signature = unsigned_rule(),
         .delivery_id = kAnyDeliveryId,
         .mapping = ""},
        {.name = "custom",
         .title = "A signature of one's own, described by the signature settings",
         .signature = SignatureRule(),
         .delivery_id = kAnyDeliveryId,
         .mapping = ""},
    };
    return table;
}

const Preset* find_preset(std::string_view name) {
    for (const Preset& preset : presets())
        if (preset.name == name) return &preset;
    return nullptr;
}

}  // namespace tributary::webhook
