// Signing in with a password and perhaps a second factor; choosing and changing passwords.
#pragma once

#include <optional>
#include <string>

#include "access/callers.hpp"
#include "access/login_limiter.hpp"
#include "access/passwords.hpp"
#include "desk/house.hpp"

namespace tributary {

// What somebody typed, and from where.
struct Credentials {
    Credentials() = default;
    std::string email;
    std::string password;
    std::string code;  // of the second factor, or a recovery code; "" when none was typed
    std::string source;
};

struct SignedIn {
    SignedIn() = default;
    Agent agent;
    std::string secret;  // of the session
};

// Who the first administrator is to be.
struct Founder {
    Founder() = default;
    std::string name;
    std::string email;  // in normal form
    std::string password;
};

// One per process, on the I/O thread; `house` outlives it. Refusals of credentials are denied with
// the reason "unauthenticated" whatever was wrong, and take the same time for agents that do not
// exist; "code_needed" when the password is right and the second factor is missing;
// "too_many_requests" with the time to wait.
class SignIn {
 public:
    explicit SignIn(House& house) : house_(house) {}

    awaitable<Result<SignedIn>> with_password(Credentials credentials);
    // Somebody signed in shows that it is still them, before something that matters.
    awaitable<Result<>> confirm_password(AgentId agent, std::string password, std::string source);
    // All other sessions of the agent end; the new one's secret.
    awaitable<Result<SignedIn>> change_password(AgentId agent, std::string current,
                                                std::string chosen, std::string source);
    awaitable<Result<Agent>> accept_invitation(std::string secret, std::string password);
    awaitable<Result<Agent>> found(std::string set_up_secret, Founder founder);

 private:
    struct Known;
    awaitable<bool> fits(const Known& known, std::string password);
    Result<> take_try(const std::string& account, const std::string& source);
    awaitable<void> note_refusal(const Known& known, const Error& why);
    awaitable<Result<SignedIn>> finish(const Known& known, const Credentials& credentials);

    House& house_;
    Passwords passwords_;
    LoginLimiter limiter_;
};

}  // namespace tributary
