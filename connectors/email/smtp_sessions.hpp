// SMTP sessions that stay open for a few seconds, so that a burst of answers logs in once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "connectors/email/settings.hpp"
#include "connectors/email/smtp_client.hpp"
#include "net/curl.hpp"

namespace tributary::email {

// On the I/O thread; several submissions may be under way, each in a session of its own.
class SmtpSessions {
 public:
    // Gives an OAuth token for a new session's login; "" where a password does.
    using GetToken = std::function<awaitable<Secret>()>;

    SmtpSessions(net::Curl& curl, SmtpSettings settings, std::string ca_file,
                 GetToken get_token = &no_token, SmtpPatience patience = SmtpPatience());
    ~SmtpSessions();
    SmtpSessions(const SmtpSessions&) = delete;
    SmtpSessions& operator=(const SmtpSessions&) = delete;

    // As SmtpClient::submit, over a session that is open or a new one. `submission` must outlive
    // the call.
    awaitable<std::vector<Delivered>> submit(const Submission& submission);

 private:
    struct Idle;
    static awaitable<Secret> no_token() { co_return Secret(); }
    static awaitable<void> close_in_time(std::shared_ptr<Idle> idle);

    net::Curl& curl_;
    SmtpSettings settings_;
    std::string ca_file_;
    GetToken get_token_;
    SmtpPatience patience_;
    // Shared with the task that closes them, which may be resuming as this goes.
    std::shared_ptr<Idle> idle_;
};

}  // namespace tributary::email
