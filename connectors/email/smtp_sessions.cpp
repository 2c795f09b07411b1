#include "connectors/email/smtp_sessions.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace tributary::email {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds keep_open{5};
constexpr std::size_t max_idle = 4;
// Servers tire of a session; many close after a hundred mails.
constexpr int max_mails = 50;

// The server hung up on the first word, as one does on a session that was idle for too long.
bool is_turned_away(const SmtpClient& client, const std::vector<Delivered>& results) {
    return !client.is_open() &&
           std::all_of(results.begin(), results.end(), [](const Delivered& one) {
               return one.state == RecipientResult::State::unavailable && !one.maybe_sent;
           });
}

struct Session {
    Session(std::unique_ptr<SmtpClient> c, Clock::time_point at)
        : client(std::move(c)), idle_since(at) {}
    std::unique_ptr<SmtpClient> client;
    Clock::time_point idle_since;
};

}  // namespace

struct SmtpSessions::Idle {
    std::deque<Session> sessions;  // the longest idle first
    bool is_watched = false;
    TaskHandle watcher;
};

SmtpSessions::SmtpSessions(net::Curl& curl, SmtpSettings settings, std::string ca_file,
                           GetToken get_token, SmtpPatience patience)
    : curl_(curl),
      settings_(std::move(settings)),
      ca_file_(std::move(ca_file)),
      get_token_(std::move(get_token)),
      patience_(patience),
      idle_(std::make_shared<Idle>()) {}

SmtpSessions::~SmtpSessions() {
    idle_->sessions.clear();
    idle_->watcher.cancel();
}

awaitable<std::vector<Delivered>> SmtpSessions::submit(const Submission& submission) {
    std::vector<Delivered> results;
    bool is_done = false;
    while (!is_done) {
        const bool is_reused = !idle_->sessions.empty();
        std::unique_ptr<SmtpClient> client;
        if (is_reused) {
            client = std::move(idle_->sessions.back().client);
            idle_->sessions.pop_back();
        } else {
            Secret token = co_await get_token_();
            client = co_await SmtpClient::connect(curl_, settings_, ca_file_, std::move(token),
                                                  patience_);
        }
        try {
            results = co_await client->submit(submission);
            is_done = !is_reused || !is_turned_away(*client, results);
        } catch (const Failure&) {
            // The server may have closed an idle session: nobody got the mail, so a new one tries.
            if (!is_reused) throw;
            continue;
        }
        const bool is_worn = client->mails() >= max_mails;
        if (client->is_open() && is_worn) co_await client->quit();
        if (client->is_open() && idle_->sessions.size() < max_idle)
            idle_->sessions.emplace_back(std::move(client), Clock::now());
    }
    if (!idle_->sessions.empty() && !std::exchange(idle_->is_watched, true)) {
        auto executor = co_await asio::this_coro::executor;
        idle_->watcher = spawn(executor, "email.close_sessions", close_in_time(idle_));
    }
    co_return results;
}

awaitable<void> SmtpSessions::close_in_time(std::shared_ptr<Idle> idle) {
    while (!idle->sessions.empty()) {
        const auto due = idle->sessions.front().idle_since + keep_open;
        if (due > Clock::now()) {
            co_await sleep_for(due - Clock::now());
            continue;
        }
        Session session = std::move(idle->sessions.front());
        idle->sessions.pop_front();
        co_await session.client->quit();
    }
    idle->is_watched = false;
}

}  // namespace tributary::email
