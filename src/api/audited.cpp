#include "api/audited.hpp"

#include <array>

#include "http/router.hpp"

namespace tributary {
namespace {

struct Noun {
    std::string_view path;  // what follows belongs to it
    const char* name;
};
// Whose rows are personal data.
constexpr std::array<Noun, 5> personal = {{{"/api/v1/customers", "customer"},
                                           {"/api/v1/tickets", "ticket"},
                                           {"/api/v1/interactions", "interaction"},
                                           {"/api/v1/search", "search"},
                                           {"/api/v1/quarantine", "quarantine"}}};
// Changing anything below these is privileged.
constexpr std::array<std::string_view, 7> privileged = {
    "/api/v1/me",         "/api/v1/agents",     "/api/v1/tokens",  "/api/v1/teams",
    "/api/v1/connectors", "/api/v1/quarantine", "/api/v1/settings"};
constexpr std::array<std::string_view, 2> privileged_acts = {"/merge", "/unmerge"};

bool is_below(std::string_view path, std::string_view root) {
    return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

const Noun* personal_noun(std::string_view path) {
    for (const Noun& noun : personal)
        if (is_below(path, noun.path)) return &noun;
    return nullptr;
}

bool is_privileged(std::string_view path) {
    for (const std::string_view root : privileged)
        if (is_below(path, root)) return true;
    if (!is_below(path, "/api/v1/customers")) return false;
    for (const std::string_view act : privileged_acts)
        if (path.ends_with(act)) return true;
    return false;
}

// The id or name in the path: never what somebody searched for.
std::string named(const http::Request& request) {
    for (const char* name : {"id", "name"}) {
        const auto found = request.parameters.find(name);
        if (found != request.parameters.end()) return ' ' + found->second.substr(0, 100);
    }
    return "";
}

}  // namespace

Audited audited(const http::Request& request, const Actor& actor) {
    Audited what;
    const std::string_view path = request.path;
    const bool is_read =
        request.method == http::Method::get || request.method == http::Method::head;
    if (is_read) {
        const Noun* noun = personal_noun(path);
        if (!noun) return what;
        what.how = Audited::How::read;
        what.event = AuditEvent(actor.id.text(), std::string(noun->name) + ".read",
                                noun->name + named(request));
    } else if (is_privileged(path)) {
        what.how = Audited::How::privileged;
        what.event = AuditEvent(
            actor.id.text(),
            std::string(http::to_string(request.method)) + ' ' + std::string(path.substr(0, 200)),
            "");
    }
    return what;
}

awaitable<void> write_down(ApiContext& context, Audited what, int status) {
    const bool is_done = status < 400;
    if (what.how == Audited::How::no || (what.how == Audited::How::read && !is_done)) co_return;
    if (what.how == Audited::How::read) {
        context.reads.note(std::move(what.event));
        co_return;
    }
    what.event.detail = "{\"status\":" + std::to_string(status) + "}";
    if (!is_done) {
        context.reads.note(std::move(what.event));
        co_return;
    }
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) { append_audit(tx, what.event, now); };
    co_await context.house.store.write(step);
}

}  // namespace tributary
