#include "app/config.hpp"

#include <sys/stat.h>

#include <charconv>
#include <fstream>
#include <map>
#include <sstream>

#include "base/text.hpp"
#include "desk/actions.hpp"
#include "desk/alert_settings.hpp"

namespace tributary {
namespace {

constexpr std::uintmax_t kMaxConfigBytes = 4'000'000;

std::string listen_host(const std::string& listen) {
    const std::size_t colon = listen.rfind(':');
    std::string host = listen.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    return host;
}

std::optional<std::uint16_t> listen_port(const std::string& listen) {
    const std::size_t colon = listen.rfind(':');
    if (colon == std::string::npos) return std::nullopt;
    std::uint16_t port = 0;
    const char* end = listen.data() + listen.size();
    const auto [stop, error] = std::from_chars(listen.data() + colon + 1, end, port);
    if (error != std::errc() || stop != end || stop == listen.data() + colon + 1)
        return std::nullopt;
    return port;
}

Result<std::string> read_file(const std::filesystem::path& file) {
    std::error_code trouble;
    if (std::filesystem::is_directory(file, trouble))
        return Error(Outcome::invalid,
                     file.string() + ": is a directory, not a configuration file");
    const auto size = std::filesystem::file_size(file, trouble);
    if (!trouble && size > kMaxConfigBytes)
        return Error(Outcome::invalid,
                     file.string() + ": larger than " + std::to_string(kMaxConfigBytes) + " bytes");
    std::ifstream in(file, std::ios::binary);
    if (!in) return Error(Outcome::invalid, file.string() + ": cannot be read");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

InlineSecrets secrets_in(const std::filesystem::path& file) {
    struct stat info {};
    const bool is_private = stat(file.c_str(), &info) == 0 && (info.st_mode & 077) == 0;
    return is_private ? InlineSecrets::allowed : InlineSecrets::refused;
}

// Faults of all parts under one roof: a file is mended in one round.
class Faults {
 public:
    void add(const Error& error) {
        if (error.fields.empty()) {
            error_.fields.emplace_back("", error.message);
        } else {
            error_.fields.insert(error_.fields.end(), error.fields.begin(), error.fields.end());
        }
    }
    void add(const SourcePlace& place, std::string what) {
        error_.fields.emplace_back(place.text(), std::move(what));
    }
    bool empty() const { return error_.fields.empty(); }
    const Error& error() const { return error_; }

 private:
    Error error_{Outcome::invalid, "The configuration has faults."};
};

// Which connector reads a source.
using Readers = std::map<std::string, std::string>;

void refuse_shared_sources(const ConnectorConfig& connector, const SourcePlace& place,
                           Readers& readers, Faults& faults) {
    if (!connector.type->sources) return;
    for (const std::string& source : connector.type->sources(connector.settings)) {
        const auto [reader, is_new] = readers.emplace(source, connector.name);
        if (!is_new)
            faults.add(place, "'" + connector.name + "' and '" + reader->second + "' both read " +
                                  source + "; one connector may");
    }
}

std::vector<ConnectorConfig> read_connectors(const ConfigNode& list, InlineSecrets secrets,
                                             Faults& faults) {
    std::vector<ConnectorConfig> connectors;
    const auto* entries = list.array();
    if (!entries) {
        faults.add(list.place, "'connector' must be a list of tables: write [[connector]]");
        return connectors;
    }
    std::map<std::string, SourcePlace> seen;
    Readers readers;
    for (const ConfigNode& entry : *entries) {
        auto connector = read_connector(entry, secrets);
        if (!connector) {
            faults.add(connector.error());
            continue;
        }
        const auto [earlier, is_new] = seen.emplace(connector->name, entry.place);
        if (!is_new) {
            faults.add(entry.place, "connector name '" + connector->name +
                                        "' is taken already at " + earlier->second.text());
            continue;
        }
        refuse_shared_sources(*connector, entry.place, readers, faults);
        connectors.push_back(std::move(*connector));
    }
    return connectors;
}

Schema own_schema() {
    return {
        Setting("server.listen", SettingType::text,
                "Address and port the HTTP server listens on. Port 0 takes any free one; the port "
                "in use stands in "
                "the log and in <state>/http.port.")
            .defaults_to("127.0.0.1:8080"),
        Setting("server.public_url", SettingType::text,
                "The address under which customers and agents reach this server, without a "
                "trailing slash.")
            .example("https://desk.example.com"),
        Setting("server.tls_certificate", SettingType::text,
                "PEM file with the certificate chain. With it and server.tls_key the server speaks "
                "HTTPS itself."),
        Setting("server.tls_key", SettingType::text,
                "PEM file with the certificate's private key."),
        Setting("server.trusted_proxies", SettingType::texts,
                "Addresses of reverse proxies whose X-Forwarded-For is believed.")
            .defaults_to("[]"),
        Setting("store.url", SettingType::text, "Where everything is kept.")
            .defaults_to("sqlite:/var/lib/tributary/tributary.db"),
        Setting("store.state", SettingType::text,
                "Folder for large attachments, keys and run-time files.")
            .defaults_to("/var/lib/tributary"),
        Setting("store.seal_key", SettingType::text,
                "File with the key that seals secrets in the store, for example a systemd "
                "credential. Without it the key is made in the state folder when first needed.")
            .example("/run/credentials/tributary.service/seal-key"),
        Setting("store.low_disk_mb", SettingType::integer,
                "Less free space than this, in MB, is worth a warning: on /readyz and as an alert.")
            .between(0, 1'000'000'000)
            .defaults_to("1024"),
        Setting("access.session_idle", SettingType::duration,
                "How long somebody stays signed in without doing anything.")
            .between(1'000, 31'536'000'000)
            .defaults_to("12h"),
        Setting("access.session_max", SettingType::duration,
                "How long somebody stays signed in at all.")
            .between(1'000, 31'536'000'000)
            .defaults_to("7d"),
        Setting(
            "access.oidc.issuer", SettingType::text,
            "Identity provider (OpenID Connect) that agents may sign in by, letter by letter as "
            "its discovery document says.")
            .example("https://login.example.com/realms/desk"),
        Setting("access.oidc.client_id", SettingType::text, "What the provider knows us as."),
        Setting("access.oidc.client_secret", SettingType::secret, "What it gave us to prove it."),
        Setting("access.oidc.title", SettingType::text, "What the button for it says.")
            .defaults_to("your organisation"),
        Setting("log.level", SettingType::choice, "How much is logged.")
            .one_of({"debug", "info", "warn", "error"})
            .defaults_to("info"),
        Setting("log.format", SettingType::choice, "Lines of text, or JSON objects, one a line.")
            .one_of({"text", "json"})
            .defaults_to("text"),
        Setting("identity.claimed", SettingType::choice,
                "Whether words of somebody who only claims to be a customer are shown on that "
                "customer's timeline "
                "(link) or stay a customer of their own until an agent accepts them (apart).")
            .one_of({"link", "apart"})
            .defaults_to("link"),
        Setting("privacy.retention", SettingType::records,
                "How long what was said is kept; 'tributary retention' takes away what is older. "
                "Without a rule everything is kept.")
            .with_fields({
                Setting("channel", SettingType::text, "The channel; all when left out."),
                Setting("kind", SettingType::text,
                        "The kind of interaction (message, call, order, …); all when left out."),
                std::move(Setting("keep", SettingType::duration,
                                  "Since it was received, such as \"400d\".")
                              .required())
                    .between(86'400'000, 36'500LL * 86'400'000),
            }),
        Setting("desk.undo_window", SettingType::duration,
                "How long a reply written in the web app waits before it leaves, so that it can be "
                "taken back. Whole seconds; 0s sends at once.")
            .between(0, Milliseconds(longest_undo).count())
            .defaults_to("10s"),
        Setting("desk.blocked_files", SettingType::texts,
                "Endings of names of files that come from outside and are not handed out to "
                "agents' machines. The original, which holds them, still is.")
            .defaults_to(R"(["bat", "chm", "cmd", "com", "cpl", "dll", "exe", "hta", "jar", "js", )"
                         R"("jse", "lnk", "msi", "msp", "pif", "ps1", "reg", "scf", "scr", "vb", )"
                         R"("vbe", "vbs", "wsf", "wsh"])"),
    };
}

}  // namespace

const Schema& house_schema() {
    static const Schema schema = [] {
        Schema all = own_schema();
        all.insert(all.end(), alert_schema().begin(), alert_schema().end());
        return all;
    }();
    return schema;
}

std::string AppConfig::host() const {
    return listen_host(house.text("server.listen"));
}
std::uint16_t AppConfig::port() const {
    return listen_port(house.text("server.listen")).value_or(0);
}

std::string AppConfig::public_url(std::uint16_t port) const {
    std::string url = house.text("server.public_url");
    if (url.empty()) {
        const std::string& listen = house.text("server.listen");
        url = house.text("server.tls_certificate").empty() ? "http://" : "https://";
        url += listen.substr(0, listen.rfind(':') + 1) + std::to_string(port);
    }
    while (!url.empty() && url.back() == '/')
        url.pop_back();
    return url;
}

std::filesystem::path AppConfig::state() const {
    return house.text("store.state");
}
std::filesystem::path AppConfig::seal_key_file() const {
    const std::string& file = house.text("store.seal_key");
    return file.empty() ? state() / "seal.key" : std::filesystem::path(file);
}
std::string AppConfig::store_url() const {
    return house.text("store.url");
}

Result<ConnectorConfig> read_connector(const ConfigNode& node, InlineSecrets secrets) {
    const auto* table = node.table();
    const auto fault = [&](const SourcePlace& place, std::string what) {
        return Error(Outcome::invalid, "A connector is not valid.")
            .with_field(place.text(), std::move(what));
    };
    if (!table) return fault(node.place, "a connector must be a table");
    const auto channel = table->find("channel");
    const auto* name =
        channel == table->end() ? nullptr : std::get_if<std::string>(&channel->second.value);
    if (!name) return fault(node.place, "a connector needs a 'channel'");
    const ConnectorType* type = find_connector_type(*name);
    if (!type) {
        std::vector<std::string> known;
        for (const ConnectorType* candidate : connector_types())
            known.push_back(candidate->channel);
        const auto hint = nearest(*name, known);
        return fault(channel->second.place, "unknown channel '" + *name + "'" +
                                                (hint ? "; did you mean '" + *hint + "'?" : ""));
    }
    Schema schema = common_connector_schema();
    schema.insert(schema.end(), type->schema.begin(), type->schema.end());
    auto settings = Settings::read(schema, node, secrets);
    if (!settings) return settings.error();
    const std::string& policy = settings->text("tickets");
    const TicketPolicy tickets = policy == "always"  ? TicketPolicy::always
                                 : policy == "never" ? TicketPolicy::never
                                                     : TicketPolicy::by_kind;
    std::string connector_name = settings->text("name");
    return ConnectorConfig(std::move(connector_name), *type, std::move(*settings), tickets);
}

Result<AppConfig> load_config(const std::filesystem::path& file) {
    auto text = read_file(file);
    if (!text) return text.error();
    auto document = parse_toml(*text, file.filename().string());
    if (!document) return document.error();
    const InlineSecrets secrets = secrets_in(file);
    Faults faults;
    std::vector<ConnectorConfig> connectors;
    auto& table = std::get<ConfigNode::Table>(document->value);
    if (const auto list = table.find("connector"); list != table.end()) {
        connectors = read_connectors(list->second, secrets, faults);
        table.erase(list);
    }
    auto house = Settings::read(house_schema(), *document, secrets);
    if (!house) {
        faults.add(house.error());
    } else {
        if (!listen_port(house->text("server.listen")))
            faults.add(document->place,
                       "'server.listen' must be address:port with a port from 0 to 65535, not '" +
                           house->text("server.listen") + "'");
        if (house->text("server.tls_certificate").empty() != house->text("server.tls_key").empty())
            faults.add(document->place,
                       "'server.tls_certificate' and 'server.tls_key' go together");
        if (const auto alerts = read_alert_settings(*house, connectors); !alerts)
            faults.add(document->place, alerts.error().message);
    }
    if (!faults.empty()) return faults.error();
    return AppConfig(std::move(*house), std::move(connectors));
}

}  // namespace tributary
