#include "api/download.hpp"

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tributary {
namespace {

std::string ascii_only(std::string_view name) {
    std::string out;
    for (const char c : name)
        out += static_cast<unsigned char>(c) < 0x80 ? c : '_';
    return out;
}

bool is_plain_type(std::string_view type) {
    return !type.empty() && type.size() < 128 &&
           type.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.+-_") ==
               std::string_view::npos;
}

}  // namespace

std::string safe_filename(std::string_view name) {
    const std::size_t slash = name.find_last_of("/\\");
    if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
    std::string safe = strip_controls(name, Lines::join);
    for (char& c : safe)
        if (c == '"' || c == '<' || c == '>' || c == ':' || c == '|' || c == '?' || c == '*' ||
            c == ';')
            c = '_';
    while (!safe.empty() && safe.front() == '.')
        safe.erase(0, 1);
    safe = truncate_utf8(trim(safe), 200);
    return safe.empty() ? "download" : safe;
}

awaitable<http::Reply> serve_download(ApiContext& context, Download download) {
    Store& store = context.house.store;
    auto load = [&store, &download] { return store.load_blob(download.sha256); };
    std::optional<std::string> bytes = co_await context.house.workers.offload(load);
    if (!bytes) throw Failure(Outcome::not_found, "The file is not there.");
    const std::string name = safe_filename(download.filename);
    http::Reply reply(200);
    reply.headers.set("Content-Type", is_plain_type(download.content_type)
                                          ? download.content_type
                                          : "application/octet-stream");
    reply.headers.set("Content-Disposition", "attachment; filename=\"" + ascii_only(name) +
                                                 "\"; filename*=UTF-8''" + percent_encode(name));
    reply.headers.set("X-Content-Type-Options", "nosniff");
    reply.headers.set("Content-Security-Policy",
                      "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
    reply.headers.set("Cache-Control", "private, no-store");
    reply.headers.set("ETag", "\"" + to_hex(download.sha256).substr(0, 32) + "\"");
    reply.body = std::move(*bytes);
    co_return reply;
}

}  // namespace tributary
