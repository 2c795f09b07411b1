#include "connectors/chat/endpoint.hpp"

#include <vector>

#include "base/text.hpp"

namespace tributary::chat {
namespace {

constexpr std::string_view prefix = "/v3/directline/";

Endpoint of_conversation(std::string_view part) {
    if (part == "activities") return Endpoint::activities;
    if (part == "upload") return Endpoint::upload;
    if (part == "stream") return Endpoint::stream;
    return Endpoint::unknown;
}

}  // namespace

Place find_place(std::string_view path) {
    Place place;
    if (path == "/widget.js") place.endpoint = Endpoint::widget_script;
    if (path == "/widget.json") place.endpoint = Endpoint::widget_words;
    if (!path.starts_with(prefix)) return place;

    const auto parts = split(path.substr(prefix.size()), '/');
    if (parts[0] == "tokens" && parts.size() == 2) {
        if (parts[1] == "generate") place.endpoint = Endpoint::generate;
        if (parts[1] == "refresh") place.endpoint = Endpoint::refresh;
        return place;
    }
    if (parts[0] != "conversations") return place;
    if (parts.size() > 1) place.conversation = parts[1];
    if (parts.size() == 1) {
        place.endpoint = Endpoint::conversations;
    } else if (parts.size() == 2) {
        place.endpoint = Endpoint::conversation;
    } else if (parts.size() == 3) {
        place.endpoint = of_conversation(parts[2]);
    } else if (parts[2] == "attachments" && parts.size() >= 5) {
        place.endpoint = Endpoint::attachment;
        place.attachment = parts[3];
        place.name = parts.back();
    }
    return place;
}

bool allows(Endpoint endpoint, http::Method method) {
    const bool reads = method == http::Method::get || method == http::Method::head;
    const bool posts = method == http::Method::post;
    switch (endpoint) {
        case Endpoint::unknown: return false;
        case Endpoint::activities: return reads || posts;
        case Endpoint::generate:
        case Endpoint::refresh:
        case Endpoint::conversations:
        case Endpoint::upload: return posts;
        case Endpoint::widget_script:
        case Endpoint::widget_words:
        case Endpoint::conversation:
        case Endpoint::stream:
        case Endpoint::attachment: return reads;
    }
    return false;
}

}  // namespace tributary::chat
