#include "connectors/webhook/profile.hpp"

#include <boost/json/parse.hpp>

#include "http/message.hpp"

namespace tributary::webhook {
namespace {

namespace json = boost::json;

std::vector<std::string> preset_names() {
    std::vector<std::string> names;
    for (const Preset& preset : presets())
        names.emplace_back(preset.name);
    return names;
}

void add_signature_settings(Schema& schema) {
    schema.push_back(Setting("signature.algorithm", SettingType::choice,
                             "How the sender of the preset \"custom\" signs.")
                         .one_of({"hmac-sha256", "hmac-sha512", "hmac-sha1", "token"})
                         .defaults_to("hmac-sha256"));
    schema.push_back(
        Setting("signature.header", SettingType::text,
                "The header that holds the signature or the token. With the presets "
                "\"custom\" and \"token\"; the latter expects \"Authorization: Bearer …\" "
                "unless another header is named here.")
            .example("X-Signature"));
    schema.push_back(
        Setting("signature.form", SettingType::choice,
                "How the header is written: \"prefix\" is one signature behind an optional "
                "prefix, \"csv\" is t=…,v1=…, \"list\" is several entries v1,… v1,… "
                "separated by spaces.")
            .one_of({"prefix", "csv", "list"})
            .defaults_to("prefix"));
    schema.push_back(Setting("signature.prefix", SettingType::text,
                             "What stands in front of the signature, \"sha256=\" or \"v1,\" say."));
    schema.push_back(Setting("signature.key", SettingType::text,
                             "With the form csv: the name of the signature's value.")
                         .defaults_to("v1"));
    schema.push_back(
        Setting("signature.encoding", SettingType::choice, "How the signature is written.")
            .one_of({"hex", "base64"})
            .defaults_to("hex"));
    schema.push_back(Setting("signature.secret_encoding", SettingType::choice,
                             "How the secret is written: as it is (raw), hex or base64.")
                         .one_of({"raw", "hex", "base64"})
                         .defaults_to("raw"));
    schema.push_back(
        Setting("signature.content", SettingType::text,
                "What is signed, with {raw} for the body, {ts} for the timestamp, {id} for the "
                "delivery id, {method}, {target} for path and query, {header:Name}.")
            .defaults_to("{raw}"));
    schema.push_back(
        Setting("signature.id_header", SettingType::text, "The header that {id} stands for."));
    schema.push_back(
        Setting("signature.timestamp_header", SettingType::text,
                "The header that {ts} stands for. With it, requests older or newer than "
                "the tolerance are refused."));
    schema.push_back(
        Setting("signature.timestamp_unit", SettingType::choice, "The timestamp's unit.")
            .one_of({"s", "ms"})
            .defaults_to("s"));
    schema.push_back(
        Setting("signature.tolerance", SettingType::duration, "How far the timestamp may be off.")
            .between(1'000, 86'400'000)
            .defaults_to("5m"));
}

Schema make_schema() {
    Schema schema;
    schema.push_back(
        Setting("preset", SettingType::choice,
                "Who sends, and so how requests are signed. \"custom\" takes the signature "
                "settings; \"none\" verifies nothing and needs allow_unsigned.")
            .one_of(preset_names())
            .defaults_to("standard-webhooks"));
    schema.push_back(
        Setting("secret", SettingType::secret,
                "The secret shared with the sender. Required by every preset but \"none\".")
            .example("{ env = \"SHOP_SECRET\" }"));
    schema.push_back(Setting("previous_secret", SettingType::secret,
                             "Still accepted beside the secret while the sender changes over."));
    schema.push_back(Setting("previous_secret_until", SettingType::text,
                             "When the previous secret ends, as a time of RFC 3339. Without it the "
                             "previous secret is good as long as it is set.")
                         .example("2026-03-01T00:00:00Z"));
    schema.push_back(
        Setting("allow_unsigned", SettingType::boolean,
                "Confirms the preset \"none\": anybody who can reach the address may add "
                "to the timeline, under any name.")
            .defaults_to("false"));
    schema.push_back(
        Setting("verify_token", SettingType::secret,
                "With the preset \"meta\": the token its subscription request must bring."));
    add_signature_settings(schema);
    schema.push_back(
        Setting("delivery_id", SettingType::text,
                "A JMESPath expression giving the sender's own id of the delivery, which "
                "makes repeated deliveries one. Each preset knows its sender's.")
            .example("\"$headers\".\"x-delivery\""));
    schema.push_back(
        Setting("mapping", SettingType::table,
                "What the sender's JSON means: a table of JMESPath expressions. Without "
                "it the body is the neutral event of the README.")
            .example("{ kind = \"'order'\", external_id = \"id\", email = "
                     "\"customer.email\" }"));
    schema.push_back(
        Setting("region", SettingType::text,
                "The country of telephone numbers without a country code (ISO 3166, two "
                "letters).")
            .between(2, 2)
            .example("DE"));
    return schema;
}

template <class Enum>
struct Word {
    std::string_view name;
    Enum value;
};

template <class Enum, std::size_t N>
Enum choose(const std::string& name, const Word<Enum> (&words)[N]) {
    for (const auto& word : words)
        if (word.name == name) return word.value;
    return words[0].value;
}

SignatureRule custom_rule(const Settings& settings) {
    constexpr Word<Algorithm> kAlgorithms[] = {{"hmac-sha256", Algorithm::hmac_sha256},
                                               {"hmac-sha512", Algorithm::hmac_sha512},
                                               {"hmac-sha1", Algorithm::hmac_sha1},
                                               {"token", Algorithm::token}};
    constexpr Word<SignatureForm> kForms[] = {{"prefix", SignatureForm::prefix},
                                              {"csv", SignatureForm::csv},
                                              {"list", SignatureForm::list}};
    constexpr Word<Encoding> kEncodings[] = {
        {"raw", Encoding::raw}, {"hex", Encoding::hex}, {"base64", Encoding::base64}};
    SignatureRule rule;
    rule.algorithm = choose(settings.text("signature.algorithm"), kAlgorithms);
    rule.header = settings.text("signature.header");
    rule.form = choose(settings.text("signature.form"), kForms);
    rule.prefix = settings.text("signature.prefix");
    rule.key = settings.text("signature.key");
    rule.encoding = choose(settings.text("signature.encoding"), kEncodings);
    rule.secret_encoding = choose(settings.text("signature.secret_encoding"), kEncodings);
    rule.content = settings.text("signature.content");
    rule.id_header = settings.text("signature.id_header");
    rule.timestamp_header = settings.text("signature.timestamp_header");
    rule.is_timestamped =
        !rule.timestamp_header.empty() || rule.content.find("{ts}") != std::string::npos;
    rule.timestamp_unit = settings.text("signature.timestamp_unit") == "ms"
                              ? TimestampUnit::milliseconds
                              : TimestampUnit::seconds;
    rule.tolerance = std::chrono::duration_cast<Seconds>(settings.duration("signature.tolerance"));
    return rule;
}

SignatureRule read_rule(const Preset& preset, const Settings& settings) {
    if (preset.name == "custom") return custom_rule(settings);
    SignatureRule rule = preset.signature;
    if (rule.algorithm == Algorithm::token && !settings.text("signature.header").empty()) {
        rule.header = settings.text("signature.header");
        rule.prefix = settings.text("signature.prefix");
    }
    return rule;
}

Result<Mapping> read_mapping(const Preset& preset, const Settings& settings) {
    const json::value& own = settings.table("mapping");
    if (!own.is_null() || preset.mapping.empty()) return Mapping::compile(own);
    return Mapping::compile(json::parse(preset.mapping));
}

Error wrong_setting(const std::string& name, std::string what) {
    return Error(Outcome::invalid, "'" + name + "' " + what).with_field(name, what);
}

}  // namespace

const Schema& settings_schema() {
    static const Schema schema = make_schema();
    return schema;
}

Result<Profile> read_profile(const Settings& settings) {
    const Preset& preset = *find_preset(settings.text("preset"));
    auto mapping = read_mapping(preset, settings);
    if (!mapping) return mapping.error();
    Profile profile(preset, std::move(*mapping));
    profile.signature = read_rule(preset, settings);
    profile.region = settings.text("region");
    const std::string& own = settings.text("delivery_id");
    const std::string delivery_id = own.empty() ? std::string(preset.delivery_id) : own;
    if (!delivery_id.empty()) {
        auto compiled = Expression::compile(delivery_id);
        if (!compiled) return wrong_setting("delivery_id", compiled.error().message);
        profile.delivery_id = std::move(*compiled);
    }
    profile.kept_headers = profile.mapping.headers();
    profile.kept_headers.emplace_back("content-type");
    if (profile.delivery_id)
        for (auto& name : profile.delivery_id->members_of("$headers"))
            profile.kept_headers.push_back(std::move(name));
    return profile;
}

Result<void> read_secrets(const Settings& settings, Profile& profile) {
    if (settings.has("secret"))
        profile.secrets.emplace_back(settings.secret("secret"), std::nullopt);
    if (settings.has("previous_secret")) {
        const std::string& until = settings.text("previous_secret_until");
        const auto end = parse_rfc3339(until);
        if (!until.empty() && !end)
            return wrong_setting("previous_secret_until", "must be a time of RFC 3339");
        profile.secrets.emplace_back(settings.secret("previous_secret"), end);
    }
    profile.handshake_token = settings.secret("verify_token");
    if (profile.signature.algorithm == Algorithm::none && !settings.boolean("allow_unsigned"))
        return wrong_setting("allow_unsigned", "must be true with the preset \"none\"");
    if (profile.preset.handshake == Handshake::hub_challenge && profile.handshake_token.empty())
        return wrong_setting("verify_token", "is required by this preset");
    return check_rule(profile.signature, profile.secrets);
}

}  // namespace tributary::webhook
