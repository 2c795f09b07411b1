#include "app/daemon.hpp"

#include <sys/prctl.h>
#include <systemd/sd-daemon.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "access/invitations.hpp"
#include "api/browser.hpp"
#include "api/context.hpp"
#include "api/version.hpp"
#include "app/report.hpp"
#include "app/setting_values.hpp"
#include "base/log.hpp"
#include "base/loop_watch.hpp"
#include "desk/alert_watch.hpp"
#include "desk/seal_key.hpp"
#include "http/certificate.hpp"
#include "store/changes.hpp"
#include "store/erasure.hpp"
#include "store/housekeeping.hpp"
#include "store/sessions.hpp"

namespace tributary {
namespace {

constexpr std::chrono::seconds kDrainPatience{8};
constexpr std::size_t kWorkerThreads = 2;

http::ServerOptions server_options(const AppConfig& config) {
    http::ServerOptions options;
    options.host = config.host();
    options.port = config.port();
    options.tls_certificate = config.house.text("server.tls_certificate");
    options.tls_key = config.house.text("server.tls_key");
    options.trusted_proxies = config.house.texts("server.trusted_proxies");
    options.default_headers = {
        {"Content-Security-Policy",
         "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
         "frame-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
         "frame-ancestors 'none'; object-src 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
    };
    if (config.public_url(config.port()).starts_with("https://"))
        options.default_headers.emplace_back("Strict-Transport-Security",
                                             "max-age=31536000; includeSubDomains");
    return options;
}

// The right side of our Message-IDs: the public host, unless it is a bare address.
std::string mail_domain(const std::string& public_url) {
    std::string host = public_url.substr(public_url.find("://") + 3);
    host = host.substr(0, host.find_first_of(":/"));
    const bool is_name = host.find('.') != std::string::npos &&
                         host.find_first_not_of("0123456789.") != std::string::npos &&
                         host.front() != '[';
    return is_name ? host : "tributary.localdomain";
}

bool is_loopback(const std::string& host) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    return host == "localhost" || (!error && address.is_loopback());
}

void write_port_file(const std::filesystem::path& state, std::uint16_t port) {
    const std::filesystem::path file = state / "http.port";
    const std::filesystem::path fresh = state / "http.port.new";
    std::ofstream(fresh) << port << '\n';
    std::filesystem::rename(fresh, file);
}

oidc::Options provider_options(const Settings& house) {
    oidc::Options options;
    options.issuer = house.text("access.oidc.issuer");
    options.client_id = house.text("access.oidc.client_id");
    options.client_secret = house.secret("access.oidc.client_secret");
    options.title = house.text("access.oidc.title");
    return options;
}

class Daemon {
 public:
    Daemon(AppConfig config, const DaemonOptions& options)
        : options_(options),
          config_(std::move(config)),
          workers_(kWorkerThreads),
          curl_(io_),
          store_(open_store(io_, config_)),
          house_(io_, *store_, workers_, curl_, clock_),
          supervisor_(house_),
          changes_(io_, *store_),
          api_(house_, supervisor_, changes_),
          signals_(io_, SIGTERM, SIGINT, SIGHUP) {
        house_.claimed = config_.house.text("identity.claimed") == "apart" ? ClaimedPolicy::apart
                                                                           : ClaimedPolicy::link;
        house_.blocked_files = config_.house.texts("desk.blocked_files");
        house_.undo_window =
            std::chrono::duration_cast<Seconds>(config_.house.duration("desk.undo_window"));
        house_.seal_key_file = config_.seal_key_file();
        require_seal_key(*store_, house_.seal_key_file);
        repeat_erasures(*store_, clock_.now());
        api_.session_limits.idle = config_.house.duration("access.session_idle");
        api_.session_limits.longest = config_.house.duration("access.session_max");
        api_.provider.configure(provider_options(config_.house));
        house_.state = config_.state();
        house_.low_disk = static_cast<std::uint64_t>(config_.house.integer("store.low_disk_mb"))
                          << 20U;
        store_->write_now([&](Tx& tx) { house_.instance_key = instance_key(tx, "house"); });
        store_->read_now([&](const Tx& tx) { changes_.start_at(newest_change(tx)); });
    }

    ~Daemon() { store_->stop(); }

    int run() {
        if (options_.prepare) options_.prepare(*store_);
        http::Router router = make_router(api_);
        if (options_.add_routes) options_.add_routes(router);
        server_ = std::make_unique<http::Server>(io_, server_options(config_), std::move(router));
        api_.server = server_.get();
        // Only now is the port known, if it was left to the system.
        house_.public_url = config_.public_url(server_->port());
        house_.mail_domain = mail_domain(house_.public_url);
        offer_set_up();
        if (const Result<> started = supervisor_.start(config_.connectors); !started) {
            print_error(started.error());
            return 2;
        }
        const SettingValues values = setting_values(config_);
        store_->write_now([&](Tx& tx) { audit_settings(tx, values, clock_.now()); });
        server_->start();
        write_port_file(config_.state(), server_->port());
        spawn(io_.get_executor(), "signals", watch_signals());
        spawn(io_.get_executor(), "watchdog", feed_watchdog());
        spawn(io_.get_executor(), "erasures", finish_erasures_begun());
        spawn(io_.get_executor(), "access watch", api_.watch.run());
        alerts_.emplace(house_, supervisor_,
                        read_alert_settings(config_.house, config_.connectors).value(),
                        http::certificate_end(config_.house.text("server.tls_certificate")));
        spawn(io_.get_executor(), "alerts", alerts_->run());
        spawn(io_.get_executor(), "loop watch", watch_loop(house_.loop_lateness));
        log::info("daemon.ready", "version", kVersion, "listen", config_.host(), "port",
                  server_->port(), "connectors", config_.connectors.size());
        sd_notify(0, "READY=1");
        if (options_.on_ready) options_.on_ready(server_->port());
        turn();
        log::info("daemon.stopped");
        log::flush();
        return 0;
    }

 private:
    static std::unique_ptr<Store> open_store(asio::io_context& io, const AppConfig& config) {
        std::filesystem::create_directories(config.state());
        StoreOptions options;
        options.url = config.store_url();
        options.state = config.state();
        return Store::open(io, options);
    }

    // Nobody can sign in yet: whoever starts the daemon may make the first administrator.
    void offer_set_up() {
        if (transport_of(house_.public_url) == Transport::plain_http &&
            !is_loopback(config_.host()))
            log::warn("access.plain_http", "public_url", house_.public_url, "todo",
                      "serve https, or set server.public_url to the proxy's https address");
        std::string secret;
        store_->write_now([&](Tx& tx) {
            if (is_unclaimed(tx)) secret = issue_set_up(tx, clock_.now());
        });
        if (secret.empty()) return;
        std::cout
            << "Nobody can sign in yet. Within 15 minutes, make the first administrator at\n  "
            << house_.public_url << "/#setup=" << secret << '\n'
            << std::flush;
    }

    // Nothing a handler throws may end the daemon.
    void turn() {
        while (true) {
            try {
                io_.run();
                return;
            } catch (const std::exception& thrown) {
                log::error("daemon.escaped_exception", "error", thrown.what(), "todo",
                           "report this line");
            }
        }
    }

    awaitable<void> watch_signals() {
        bool is_stopping = false;
        while (true) {
            const int signal = co_await signals_.async_wait(use_awaitable);
            if (signal == SIGHUP) {
                co_await reload();
                continue;
            }
            if (is_stopping) {
                log::warn("daemon.forced_stop");
                log::flush();
                std::_Exit(1);
            }
            is_stopping = true;
            spawn(io_.get_executor(), "drain", drain());
        }
    }

    awaitable<void> drain() {
        log::info("daemon.draining");
        sd_notify(0, "STOPPING=1");
        api_.is_draining = true;
        changes_.wake_all();
        co_await server_->drain(kDrainPatience);
        co_await api_.reads.flush();
        co_await supervisor_.stop();
        store_->stop();
        io_.stop();
    }

    awaitable<void> reload() {
        sd_notify(0, "RELOADING=1");
        Result<AppConfig> fresh = load_config(options_.config_file);
        std::string trouble;
        if (!fresh) {
            trouble = describe(fresh.error());
        } else {
            const SettingValues values = setting_values(*fresh);
            const Result<> reloaded = co_await supervisor_.reload(std::move(fresh->connectors));
            if (!reloaded) trouble = describe(reloaded.error());
            if (reloaded) co_await write_down_settings(values);
        }
        if (trouble.empty()) {
            log::info("daemon.reloaded", "connectors", supervisor_.slots().size());
        } else {
            log::error("daemon.reload_refused", "error", trouble, "todo",
                       "mend the file and send SIGHUP again");
        }
        sd_notify(0, "READY=1");
    }

    // Erasures leave their second half to whoever owns the store (store/erasure.hpp).
    awaitable<void> finish_erasures_begun() {
        constexpr std::chrono::seconds between_looks{5};
        while (true) {
            co_await sleep_for(between_looks);
            const bool is_waiting = co_await store_->read(has_unfinished_erasures);
            if (!is_waiting) continue;
            auto finish = [this] { return finish_erasures(*store_, clock_.now()); };
            const int finished = co_await workers_.offload(finish);
            if (finished > 0) log::info("store.erased", "erasures", finished);
        }
    }

    awaitable<void> write_down_settings(SettingValues values) {
        auto step = [&](Tx& tx) { audit_settings(tx, values, clock_.now()); };
        co_await store_->write(step);
    }

    // From the I/O thread, so that a blocked loop misses its beat and systemd restarts us.
    awaitable<void> feed_watchdog() {
        std::uint64_t period_us = 0;
        if (sd_watchdog_enabled(0, &period_us) <= 0) co_return;
        const std::chrono::microseconds beat(period_us / 3);
        while (true) {
            sd_notify(0, "WATCHDOG=1");
            co_await sleep_for(beat);
        }
    }

    const DaemonOptions& options_;
    AppConfig config_;
    SystemClock clock_;
    asio::io_context io_{1};
    Workers workers_;
    net::Curl curl_;
    std::unique_ptr<Store> store_;
    House house_;
    Supervisor supervisor_;
    ChangeFeed changes_;
    ApiContext api_;
    std::unique_ptr<http::Server> server_;
    std::optional<AlertWatch> alerts_;
    asio::signal_set signals_;
};

}  // namespace

int run_daemon(AppConfig config, const DaemonOptions& options) {
    const log::Format format =
        config.house.text("log.format") == "json" ? log::Format::json : log::Format::text;
    log::configure(log::parse_level(config.house.text("log.level")), format);
    // What is in memory are people's words and keys: no core file, and no look from a neighbour
    // with the same user.
    ::prctl(PR_SET_DUMPABLE, 0);
    // A peer that hangs up is an error code, never a signal.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        Daemon daemon(std::move(config), options);
        return daemon.run();
    } catch (const Failure& failure) {
        log::flush();
        print_error(failure.error());
        return failure.error().outcome == Outcome::invalid ? 2 : 1;
    }
}

}  // namespace tributary
