#include <boost/json.hpp>

#include <charconv>
#include <fstream>
#include <iostream>
#include <sstream>

#include "api/json.hpp"
#include "app/arguments.hpp"
#include "app/report.hpp"
#include "base/text.hpp"

namespace tributary {
namespace {

constexpr std::size_t kMaxMessage = 25'000'000;

// Without a connector named, the channel's defaults hold and nothing is required.
Settings default_settings(const ConnectorType& type) {
    Schema schema = type.schema;
    for (Setting& setting : schema)
        setting.is_required = false;
    ConfigNode empty;
    empty.value = ConfigNode::Table();
    auto settings = Settings::read(schema, empty, InlineSecrets::allowed);
    if (!settings) throw Failure(settings.error());
    return std::move(*settings);
}

Settings settings_from_file(const ConnectorType& type, const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw Failure(Outcome::invalid, file + ": cannot be read");
    std::ostringstream text;
    text << in.rdbuf();
    auto document = parse_toml(text.str(), file);
    if (!document) throw Failure(document.error());
    Schema schema = common_connector_schema();
    schema.insert(schema.end(), type.schema.begin(), type.schema.end());
    for (Setting& setting : schema)
        setting.is_required = false;
    auto settings = Settings::read(schema, *document, InlineSecrets::allowed);
    if (!settings) throw Failure(settings.error());
    return std::move(*settings);
}

Settings settings_of_connector(const Options& options, const ConnectorType& type,
                               const std::string& name) {
    AppConfig config = options.config();
    for (ConnectorConfig& connector : config.connectors)
        if (connector.name == name && connector.type == &type) return std::move(connector.settings);
    throw Failure(Outcome::invalid,
                  "there is no connector '" + name + "' of this channel in the configuration");
}

struct Line {
    bool is_refused = false;
    std::string reason;
    std::string detail;
    std::string json;
};

Line refused(const Error& error) {
    Line line;
    line.is_refused = true;
    line.reason = error.reason.empty() ? std::string(to_string(error.outcome)) : error.reason;
    line.detail = strip_controls(error.message, Lines::join);
    return line;
}

Line normalize_one(const ConnectorType& type, const Settings& settings, std::string_view raw) {
    if (raw.size() > kMaxMessage)
        return refused(
            Error(Outcome::invalid, "the message exceeds " + std::to_string(kMaxMessage) + " bytes")
                .with_reason("too_large"));
    const Result<InboundMessage> message = type.normalize(settings, raw);
    if (!message) return refused(message.error());
    if (message->trouble) return refused(*message->trouble);
    Line line;
    line.json = boost::json::serialize(content_json(message->content, type.channel, Direction::in));
    return line;
}

std::string read_all(std::istream& in, std::size_t limit) {
    std::string bytes;
    char buffer[65'536];
    while (bytes.size() <= limit && (in.read(buffer, sizeof buffer) || in.gcount() > 0))
        bytes.append(buffer, static_cast<std::size_t>(in.gcount()));
    return bytes;
}

// "<decimal length>\n<bytes>" again and again; one JSON line each.
int normalize_many(const ConnectorType& type, const Settings& settings) {
    std::string header;
    while (std::getline(std::cin, header)) {
        std::size_t length = 0;
        const auto [stop, error] =
            std::from_chars(header.data(), header.data() + header.size(), length);
        if (error != std::errc() || stop != header.data() + header.size() ||
            length > 1'000'000'000) {
            std::cerr << "framing: expected a decimal length, got '"
                      << strip_controls(header.substr(0, 40), Lines::join) << "'\n";
            return 1;
        }
        std::string raw(length, '\0');
        std::cin.read(raw.data(), static_cast<std::streamsize>(length));
        if (static_cast<std::size_t>(std::cin.gcount()) != length) {
            std::cerr << "framing: the input ended inside a message\n";
            return 1;
        }
        const Line line = normalize_one(type, settings, raw);
        if (line.is_refused) {
            boost::json::object trouble{{"reason", line.reason}, {"detail", line.detail}};
            std::cout << boost::json::serialize(boost::json::object{{"error", std::move(trouble)}})
                      << '\n';
        } else {
            std::cout << line.json << '\n';
        }
        // Whoever waits for this line before sending the next message must get it.
        if (std::cin.rdbuf()->in_avail() <= 0) std::cout.flush();
    }
    std::cout.flush();
    return 0;
}

}  // namespace

int normalize(const Arguments& arguments) {
    const Options options(arguments, {"connector", "settings"}, {"many"}, {"channel"});
    const std::string channel = options.get("channel");
    const ConnectorType* type = find_connector_type(channel);
    if (!type) throw UsageError("unknown channel '" + channel + "'");
    std::optional<Settings> settings;
    if (const auto name = options.find("connector")) {
        settings = settings_of_connector(options, *type, *name);
    } else if (const auto file = options.find("settings")) {
        settings = settings_from_file(*type, *file);
    } else {
        settings = default_settings(*type);
    }
    std::ios::sync_with_stdio(false);
    if (options.has("many")) return normalize_many(*type, *settings);
    const Line line = normalize_one(*type, *settings, read_all(std::cin, kMaxMessage));
    if (line.is_refused) {
        std::cerr << line.reason << ": " << line.detail << '\n';
        return 1;
    }
    std::cout << line.json << '\n';
    return 0;
}

}  // namespace tributary
