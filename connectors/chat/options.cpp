#include "connectors/chat/options.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>

#include "base/text.hpp"

namespace tributary::chat {
namespace {

Ask ask_of(std::string_view name) {
    if (name == "no") return Ask::no;
    return name == "required" ? Ask::required : Ask::optional;
}

Setting ask_setting(std::string name, std::string what) {
    return Setting(std::move(name), SettingType::choice,
                   "Whether the widget asks for the visitor's " + what +
                       " before the first message. What is typed there is a claim, never a proof.")
        .one_of({"no", "optional", "required"})
        .defaults_to("optional");
}

Setting count_setting(std::string name, std::string help, std::string standard, std::int64_t most) {
    return Setting(std::move(name), SettingType::integer, std::move(help))
        .defaults_to(std::move(standard))
        .between(1, most);
}

Schema make_schema() {
    Schema schema;
    schema.push_back(
        Setting(
            "allowed_origins", SettingType::texts,
            "Sites whose pages may open the chat, each as scheme://host[:port]. When empty, only "
            "the secret opens it.")
            .defaults_to("[]")
            .example("[\"https://www.example.com\"]"));
    schema.push_back(Setting("secret", SettingType::secret,
                             "The Direct Line secret with which a site's own server opens "
                             "conversations and vouches for its users. Never put it into a page.")
                         .example("{ env = \"CHAT_SECRET\" }"));
    schema.push_back(Setting("title", SettingType::text, "The heading of the widget.")
                         .defaults_to("Chat with us")
                         .between(1, 80));
    schema.push_back(Setting("greeting", SettingType::text,
                             "What the widget says before the visitor has said anything.")
                         .defaults_to("")
                         .between(0, 500));
    schema.push_back(ask_setting("ask_for_name", "name"));
    schema.push_back(ask_setting("ask_for_email", "e-mail address"));
    schema.push_back(
        Setting("region", SettingType::text,
                "The country (ISO 3166-1, two letters) of telephone numbers that visitors "
                "type without one.")
            .defaults_to("")
            .between(0, 2)
            .example("DE"));
    schema.push_back(Setting("token_lifetime", SettingType::duration, "How long a token opens.")
                         .defaults_to("30m")
                         .between(60'000, 86'400'000));
    schema.push_back(
        Setting(
            "resume_within", SettingType::duration,
            "How long after its end an anonymous visitor's token may still be refreshed, so that "
            "somebody who comes back finds the conversation. Tokens made with the secret end "
            "with their lifetime: the site's own login decides.")
            .defaults_to("7d")
            .between(0, 90LL * 86'400'000));
    schema.push_back(
        count_setting("limits.text", "The longest message, in bytes.", "8192", 60'000));
    schema.push_back(count_setting("limits.files", "Files in one upload.", "10", 20));
    schema.push_back(count_setting("limits.upload_bytes",
                                   "All files of one upload together, in bytes.", "10000000",
                                   25'000'000));
    schema.push_back(
        count_setting("limits.sockets", "Open streams of this connector.", "5000", 100'000));
    schema.push_back(
        count_setting("limits.burst", "Requests a visitor may make at once.", "20", 1'000));
    schema.push_back(count_setting("limits.per_second",
                                   "Requests a visitor may make per second after that.", "2", 100));
    schema.push_back(count_setting("limits.starts_per_minute",
                                   "New visitors from one address per minute.", "30", 100'000));
    return schema;
}

Error wrong(std::string setting, std::string detail) {
    return Error(Outcome::invalid, setting + ": " + detail).with_field(setting, detail);
}

}  // namespace

std::string_view to_string(Ask ask) {
    switch (ask) {
        case Ask::no: return "no";
        case Ask::optional: return "optional";
        case Ask::required: return "required";
    }
    return "no";
}

bool Options::allows_origin(std::string_view origin) const {
    const auto normal = normalize_origin(origin);
    return !normal.empty() && std::find(allowed_origins.begin(), allowed_origins.end(), normal) !=
                                  allowed_origins.end();
}

std::string normalize_origin(std::string_view text) {
    auto url = boost::urls::parse_uri(text);
    if (!url || !url->encoded_path().empty() || url->has_query() || url->has_fragment() ||
        url->has_userinfo() || url->encoded_host().empty())
        return {};
    const auto scheme = ascii_lower(url->scheme());
    if (scheme != "https" && scheme != "http") return {};
    auto origin = scheme + "://" + ascii_lower(url->encoded_host());
    const std::string_view standard_port = scheme == "https" ? "443" : "80";
    if (url->has_port() && !url->port().empty() && url->port() != standard_port)
        origin += ":" + std::string(url->port());
    return origin;
}

const Schema& options_schema() {
    static const Schema schema = make_schema();
    return schema;
}

Result<Options> read_options(const Settings& settings) {
    Options options;
    for (const auto& text : settings.texts("allowed_origins")) {
        auto origin = normalize_origin(text);
        if (origin.empty())
            return wrong("allowed_origins", "\"" + text + "\" is not scheme://host[:port]");
        options.allowed_origins.push_back(std::move(origin));
    }
    options.secret = settings.secret("secret");
    if (options.allowed_origins.empty() && options.secret.empty())
        return wrong("allowed_origins", "without an origin and without a secret nobody can get in");
    options.title = settings.text("title");
    options.greeting = settings.text("greeting");
    options.region = settings.text("region");
    if (!options.region.empty() && options.region.size() != 2)
        return wrong("region", "must be two letters");
    options.ask_for_name = ask_of(settings.text("ask_for_name"));
    options.ask_for_email = ask_of(settings.text("ask_for_email"));
    options.token_lifetime =
        std::chrono::duration_cast<Seconds>(settings.duration("token_lifetime"));
    options.resume_within = std::chrono::duration_cast<Seconds>(settings.duration("resume_within"));
    options.max_text = static_cast<std::size_t>(settings.integer("limits.text"));
    options.max_files = static_cast<std::size_t>(settings.integer("limits.files"));
    options.max_upload_bytes = static_cast<std::size_t>(settings.integer("limits.upload_bytes"));
    options.max_sockets = static_cast<std::size_t>(settings.integer("limits.sockets"));
    options.visitor_burst = static_cast<double>(settings.integer("limits.burst"));
    options.visitor_per_second = static_cast<double>(settings.integer("limits.per_second"));
    options.starts_per_minute = static_cast<double>(settings.integer("limits.starts_per_minute"));
    return options;
}

}  // namespace tributary::chat
