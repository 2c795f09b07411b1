#include "connectors/chat/widget.hpp"

#include <boost/json/object.hpp>

#include "base/crypto.hpp"
#include "connectors/chat/widget_asset.hpp"

namespace tributary::chat {
namespace {

const std::string& script_etag() {
    static const std::string etag =
        "\"" + to_base64url(sha256(widget_script())).substr(0, 22) + "\"";
    return etag;
}

}  // namespace

http::Reply serve_widget_script(const http::Request& request) {
    const bool is_known =
        request.headers.get("If-None-Match").find(script_etag()) != std::string_view::npos;
    http::Reply reply(is_known ? 304 : 200);
    reply.headers.set("ETag", script_etag());
    // Short enough that a new release reaches every page within minutes; then a 304 is cheap.
    reply.headers.set("Cache-Control", "public, max-age=300, stale-while-revalidate=86400");
    reply.headers.set("X-Content-Type-Options", "nosniff");
    // Other sites' pages embed it, those with Cross-Origin-Embedder-Policy included.
    reply.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
    if (is_known) return reply;
    reply.headers.set("Content-Type", "text/javascript; charset=utf-8");
    reply.body = widget_script();
    return reply;
}

http::Reply serve_widget_words(const Options& options) {
    boost::json::object words;
    words["title"] = options.title;
    words["greeting"] = options.greeting;
    words["ask_for_name"] = to_string(options.ask_for_name);
    words["ask_for_email"] = to_string(options.ask_for_email);
    words["max_text"] = options.max_text;
    words["max_files"] = options.max_files;
    words["max_upload_bytes"] = options.max_upload_bytes;
    return http::Reply::json(200, words).with_header("Cache-Control", "no-cache");
}

}  // namespace tributary::chat
