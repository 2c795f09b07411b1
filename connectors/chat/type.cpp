// The constant that makes this folder a channel.
#include "base/text.hpp"
#include "connectors/chat/chat.hpp"

namespace tributary::chat {
namespace {

constexpr std::size_t max_answer_bytes = 32'000;
constexpr std::size_t max_answer_file_bytes = 10'000'000;

ConnectorType make_type() {
    ConnectorType type;
    type.channel = "chat";
    type.title = "Live chat";
    type.help =
        "A conversation on your own site, by our widget or by any client of Bot Framework Direct "
        "Line 3.0. Answers wait in the conversation until the visitor is back.";
    type.mount = "chat";
    type.capabilities.can_send = true;
    type.capabilities.needs_presence = true;
    type.capabilities.max_text = max_answer_bytes;
    type.capabilities.max_attachment = max_answer_file_bytes;
    type.schema = options_schema();
    type.create = [](const Settings& settings,
                     ConnectorHost& host) -> Result<std::unique_ptr<Connector>> {
        auto options = read_options(settings);
        if (!options) return options.error();
        return std::unique_ptr<Connector>(std::make_unique<Chat>(std::move(*options), host));
    };
    type.normalizer = [](const Settings& settings, const std::string&) -> Normalizer {
        return [region = settings.text("region")](std::string_view raw) {
            return normalize(region, raw);
        };
    };
    return type;
}

}  // namespace

const ConnectorType& connector_type() {
    static const ConnectorType type = make_type();
    return type;
}

}  // namespace tributary::chat
