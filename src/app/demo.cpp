// A small believable desk to try: all connectors live, some customers with a history, a visitor's
// page.
#include <sys/stat.h>

#include <fstream>
#include <iostream>

#include "api/guard.hpp"
#include "app/arguments.hpp"
#include "app/daemon.hpp"
#include "app/demo_story.hpp"
#include "base/crypto.hpp"
#include "base/password.hpp"
#include "store/access.hpp"
#include "store/sessions.hpp"

namespace tributary {
namespace {

struct DemoPlace {
    std::filesystem::path folder;
    std::string listen;
    std::string imap_url;  // "": no mailbox
    std::string smtp_url;
    std::string mail_user;
    std::string mail_password;
    std::filesystem::path sent;
};

// Only its owner may read what is written here: it holds secrets.
void write_private(const std::filesystem::path& file, const std::string& text) {
    std::ofstream out;
    const mode_t before = umask(0077);
    out.open(file, std::ios::trunc);
    umask(before);
    out << text;
    if (!out.flush()) throw Failure(Outcome::unavailable, file.string() + ": cannot be written");
}

// Made on the first start and kept, so that a restarted demo still knows its visitors.
std::string kept_secret(const DemoPlace& place, const char* name) {
    const std::filesystem::path file = place.folder / name;
    std::string secret;
    if (std::ifstream in(file); in >> secret) return secret;
    secret = random_token(15);
    write_private(file, secret + "\n");
    return secret;
}

std::string connector_tables(const DemoPlace& place) {
    const std::string port = place.listen.substr(place.listen.rfind(':'));
    const std::string origins =
        "[\"http://127.0.0.1" + port + "\", \"http://localhost" + port + "\"]";
    std::string text;
    if (!place.imap_url.empty()) {
        text +=
            "[[connector]]\nname = \"support\"\nchannel = \"email\"\naddress = "
            "\"support@example.org\"\n"
            "sender_name = \"Kettle & Cup\"\ntrusted_authserv = [\"mx.demo\"]\nimap.url = \"" +
            place.imap_url + "\"\nimap.user = \"" + place.mail_user + "\"\nimap.password = \"" +
            place.mail_password + "\"\nsmtp.url = \"" + place.smtp_url + "\"\n\n";
    }
    text +=
        "[[connector]]\nname = \"contact\"\nchannel = \"webform\"\ntitle = \"Write to Kettle & "
        "Cup\"\n"
        "fields = [ { name = \"name\", label = \"Your name\", required = true }, "
        "{ name = \"email\", label = \"E-mail\", type = \"email\", required = true }, "
        "{ name = \"message\", label = \"How can we help?\", type = \"text\", required = true } ]\n"
        "allowed_origins = " +
        origins + "\n\n";
    text +=
        "[[connector]]\nname = \"shop\"\nchannel = \"webhook\"\npreset = "
        "\"standard-webhooks\"\nsecret = \"whsec_" +
        to_base64(sha256(kept_secret(place, "shop.secret"))) + "\"\n\n";
    text +=
        "[[connector]]\nname = \"site-chat\"\nchannel = \"chat\"\nallowed_origins = " + origins +
        "\nsecret = \"" + kept_secret(place, "chat.secret") + "\"\n";
    return text;
}

std::filesystem::path write_config(const DemoPlace& place) {
    std::filesystem::create_directories(place.folder);
    const std::filesystem::path state = std::filesystem::absolute(place.folder / "state");
    const std::filesystem::path file = place.folder / "tributary.toml";
    write_private(file, "[server]\nlisten = \"" + place.listen + "\"\n\n[store]\nurl = \"sqlite:" +
                            (state / "tributary.db").string() + "\"\nstate = \"" + state.string() +
                            "\"\n\n[log]\nlevel = \"warn\"\n\n" + connector_tables(place));
    return file;
}

// What the banner shows; the same after a restart.
struct DemoLogin {
    std::string email = "kim@example.org";
    std::string password;
    std::string token;
};

DemoLogin prepare_store(Store& store, const DemoPlace& place) {
    DemoLogin login;
    login.password = kept_secret(place, "agent.password");
    login.token = kept_secret(place, "agent.token");
    const std::string& secret = login.token;
    const std::string hash = hash_password(login.password);
    store.write_now([&](Tx& tx) {
        if (find_token(tx, sha256(secret))) return;
        const Timestamp now = SystemClock().now();
        Agent agent;
        agent.id = AgentId::make(unix_ms(now));
        agent.name = "Kim Torres";
        agent.email = login.email;
        agent.role = Role::admin;
        agent.created_at = now;
        insert_agent(tx, agent);
        ApiToken token;
        token.id = TokenId::make(unix_ms(now));
        token.name = "demo";
        token.role = Role::admin;
        token.agent = agent.id;
        token.created_at = now;
        insert_token(tx, token, sha256(secret));
        tell_demo_story(tx, agent, now);
    });
    store.write_now([&](Tx& tx) {
        const auto agent = find_agent_by_email(tx, login.email);
        if (agent && !find_password_hash(tx, agent->id))
            set_password_hash(tx, agent->id, hash, SystemClock().now());
    });
    return login;
}

constexpr const char* kShopPage = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Kettle &amp; Cup</title><link rel="icon" href="/favicon.svg">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/demo/shop.css"></head>
<body><header><h1>Kettle &amp; Cup</h1><p>A shop that does not exist, with a support desk that does.</p></header>
<main><section><h2>The Riverside kettle</h2><p>1.2 litres of brushed steel. It does not leak. Usually.</p></section>
<section><h2>Write to us</h2><form method="post" action="/in/contact">
<label for="name">Your name</label><input id="name" name="name" required autocomplete="name">
<label for="email">E-mail</label><input id="email" name="email" type="email" required autocomplete="email">
<label for="message">How can we help?</label><textarea id="message" name="message" rows="5" required></textarea>
<button>Send</button></form>
<p><a href="/in/contact">The same form, hosted by Tributary</a></p></section></main>
<script src="/chat/site-chat/widget.js" async></script></body></html>
)html";

constexpr const char* kShopStyle =
    R"css(:root{color-scheme:light dark;--ink:#1d2a33;--paper:#f6f3ee;--accent:#0b6e6e;--edge:#d8d2c6}
@media(prefers-color-scheme:dark){:root{--ink:#e9e4da;--paper:#161b1f;--accent:#4fc3bd;--edge:#38424a}}
*{box-sizing:border-box}body{margin:0;font:1rem/1.6 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
header,main{max-width:42rem;margin:0 auto;padding:1.5rem}h1{margin:0;font-size:2.2rem;letter-spacing:-.02em}
section{margin-bottom:2.5rem}label{display:block;margin:.8rem 0 .2rem;font-weight:600}
input,textarea{width:100%;padding:.6rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--edge);border-radius:.5rem}
button{margin-top:1rem;padding:.6rem 1.4rem;font:inherit;font-weight:600;color:var(--paper);background:var(--accent);border:0;border-radius:.5rem;cursor:pointer}
a{color:var(--accent)}
)css";

awaitable<http::Reply> shop_page(http::Request) {
    co_return http::Reply::html(200, kShopPage);
}

awaitable<http::Reply> shop_style(http::Request) {
    http::Reply reply = http::Reply::text(200, kShopStyle);
    reply.headers.set("Content-Type", "text/css; charset=utf-8");
    co_return reply;
}

void add_shop(http::Router& router) {
    const http::RouteAccess open("everybody", "nothing");
    http::Route page;
    page.pattern = "/demo";
    page.doc.is_internal = true;
    page.handler = shop_page;
    router.add(std::move(page), open);
    http::Route style;
    style.pattern = "/demo/shop.css";
    style.doc.is_internal = true;
    style.handler = shop_style;
    router.add(std::move(style), open);
}

void print_banner(const DemoPlace& place, std::uint16_t port, const DemoLogin& login) {
    const std::string base = "http://127.0.0.1:" + std::to_string(port);
    std::cout << "\nTributary is running with a demo.\n\n"
              << "  Agents' desk       " << base << "/\n"
              << "  Sign in as         " << login.email << "   (Kim Torres, admin)\n"
              << "  Password           " << login.password << "\n"
              << "  Access token       " << login.token << "   (for programs)\n"
              << "  A visitor's page   " << base << "/demo   (form and chat)\n"
              << "  Hosted form        " << base << "/in/contact\n"
              << "  API                " << base << "/openapi.json\n";
    if (place.imap_url.empty()) {
        std::cout
            << "  E-mail             off: no mail servers were given (./dev run starts them)\n";
    } else {
        std::cout << "  Write an e-mail    ./dev mail \"Subject\" \"Text\"\n"
                  << "  Sent mail          " << place.sent.string() << "\n";
    }
    std::cout << "\nCtrl-C stops it; " << place.folder.string() << " keeps its data.\n"
              << std::endl;
}

}  // namespace

int demo(const Arguments& arguments) {
    const Options options(
        arguments, {"dir", "listen", "imap-url", "smtp-url", "mail-user", "mail-password", "sent"},
        {}, {});
    DemoPlace place;
    place.folder = options.find("dir").value_or("build/demo");
    place.listen = options.find("listen").value_or("127.0.0.1:8080");
    place.imap_url = options.find("imap-url").value_or("");
    place.smtp_url = options.find("smtp-url").value_or("");
    place.mail_user = options.find("mail-user").value_or("support");
    place.mail_password = options.find("mail-password").value_or("");
    place.sent = options.find("sent").value_or("");
    if (place.listen.rfind(':') == std::string::npos)
        throw UsageError("--listen must be address:port");

    DaemonOptions daemon;
    daemon.config_file = write_config(place);
    DemoLogin login;
    daemon.prepare = [&](Store& store) { login = prepare_store(store, place); };
    daemon.add_routes = add_shop;
    daemon.on_ready = [&](std::uint16_t port) { print_banner(place, port, login); };
    Result<AppConfig> config = load_config(daemon.config_file);
    if (!config) throw Failure(config.error());
    return run_daemon(std::move(*config), daemon);
}

}  // namespace tributary
