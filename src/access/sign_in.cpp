#include "access/sign_in.hpp"

#include "access/invitations.hpp"
#include "access/second_factor.hpp"
#include "base/crypto.hpp"
#include "base/password.hpp"
#include "base/text.hpp"
#include "model/identity.hpp"
#include "store/access.hpp"
#include "store/audit.hpp"
#include "store/sessions.hpp"

namespace tributary {
namespace {

Error refused() {
    return Error(Outcome::denied, "The e-mail address, the password or the code is wrong.")
        .with_reason("unauthenticated");
}

Error code_needed() {
    return Error(Outcome::denied, "Type the code of your authenticator app, too.")
        .with_reason("code_needed");
}

Result<> check_length(const std::string& password) {
    if (password.size() <= kMostPasswordBytes) return {};
    return Error(Outcome::invalid, "The password is too long.")
        .with_field("/password", "must not exceed 1024 bytes");
}

std::vector<std::string> own_words(const std::string& name, const std::string& email) {
    return {name, email, email.substr(0, email.find('@')), "tributary"};
}

}  // namespace

// An account as it was when somebody tried it; the one that does not exist has a hash as well.
struct SignIn::Known {
    Known() : hash(unmatchable_password_hash()) {}
    std::optional<Agent> agent;
    std::string hash;
    bool has_second_factor = false;

    void load(const Tx& tx, std::optional<Agent> found) {
        *this = Known();
        if (!found) return;
        agent = std::move(found);
        if (auto known = find_password_hash(tx, agent->id)) hash = std::move(*known);
        has_second_factor = tributary::has_second_factor(tx, agent->id);
    }
};

Result<> SignIn::take_try(const std::string& account, const std::string& source) {
    const auto wait = limiter_.take(account, source, house_.clock.now());
    if (!wait) return {};
    return Error(Outcome::unavailable, "There were too many tries. Wait a little.")
        .with_reason("too_many_requests")
        .with_retry_after(*wait);
}

awaitable<bool> SignIn::fits(const Known& known, std::string password) {
    std::string normal = normal_password(password);
    std::string hash = known.hash;
    const bool does_match = co_await passwords_.verify(std::move(normal), std::move(hash));
    co_return does_match&& known.agent && !known.agent->is_disabled;
}

awaitable<Result<SignedIn>> SignIn::with_password(Credentials credentials) {
    if (const auto good = check_length(credentials.password); !good) co_return good.error();
    const std::string account =
        normalize_email(credentials.email).value_or(fold_case(credentials.email));
    if (const auto may = take_try(account, credentials.source); !may) co_return may.error();
    Known known;
    co_await house_.store.read(
        [&](const Tx& tx) { known.load(tx, find_agent_by_email(tx, account)); });
    const bool does_fit = co_await fits(known, credentials.password);
    Result<SignedIn> result = refused();
    if (does_fit && known.has_second_factor && credentials.code.empty()) {
        result = code_needed();
    } else if (does_fit) {
        result = co_await finish(known, credentials);
    }
    if (result) {
        limiter_.give_back(account, credentials.source);
        co_return result;
    }
    co_await note_refusal(known, result.error());
    co_return result;
}

awaitable<void> SignIn::note_refusal(const Known& known, const Error& why) {
    std::optional<AgentId> agent;
    if (known.agent) agent = known.agent->id;
    const Timestamp now = house_.clock.now();
    auto step = [&](Tx& tx) { audit_sign_in(tx, agent, "password", why.reason, now); };
    co_await house_.store.write(step);
}

// What was verified may have changed meanwhile: a session begins only where it still stands.
awaitable<Result<SignedIn>> SignIn::finish(const Known& known, const Credentials& credentials) {
    std::string fresh_hash;
    if (needs_rehash(known.hash)) {
        std::string normal = normal_password(credentials.password);
        fresh_hash = co_await passwords_.make_hash(std::move(normal));
    }
    const Sealer sealer(house_.seal_key_file);
    const Timestamp now = house_.clock.now();
    auto step = [&](Tx& tx) -> Result<SignedIn> {
        Known still;
        still.load(tx, find_agent(tx, known.agent->id));
        if (!still.agent || still.agent->is_disabled || still.hash != known.hash) return refused();
        if (still.has_second_factor &&
            !spend_code(tx, still.agent->id, credentials.code, sealer, now))
            return refused();
        if (!fresh_hash.empty()) set_password_hash(tx, still.agent->id, fresh_hash, now);
        SignedIn signed_in;
        signed_in.secret = begin_session(tx, still.agent->id, now);
        audit_sign_in(tx, still.agent->id, "password", "ok", now);
        signed_in.agent = std::move(*still.agent);
        return signed_in;
    };
    co_return co_await house_.store.write(step);
}

awaitable<Result<>> SignIn::confirm_password(AgentId agent, std::string password,
                                             std::string source) {
    if (const auto good = check_length(password); !good) co_return good.error();
    Known known;
    co_await house_.store.read([&](const Tx& tx) { known.load(tx, find_agent(tx, agent)); });
    const std::string account = known.agent ? known.agent->email : std::string();
    if (const auto may = take_try(account, source); !may) co_return may.error();
    const bool does_fit = co_await fits(known, std::move(password));
    if (!does_fit)
        co_return Error(Outcome::invalid, "The current password is wrong.")
            .with_field("/current", "is not your password");
    limiter_.give_back(account, source);
    co_return Result<>();
}

awaitable<Result<SignedIn>> SignIn::change_password(AgentId agent, std::string current,
                                                    std::string chosen, std::string source) {
    const Result<> confirmed =
        co_await confirm_password(agent, std::move(current), std::move(source));
    if (!confirmed) co_return confirmed.error();
    const std::optional<Agent> known =
        co_await house_.store.read([&](const Tx& tx) { return find_agent(tx, agent); });
    if (!known) co_return refused();
    std::string normal = normal_password(chosen);
    if (const auto good = judge_password(normal, own_words(known->name, known->email)); !good)
        co_return good.error();
    const std::string hash = co_await passwords_.make_hash(std::move(normal));
    const Timestamp now = house_.clock.now();
    auto step = [&](Tx& tx) -> Result<SignedIn> {
        auto still = find_agent(tx, agent);
        if (!still || still->is_disabled) return refused();
        set_password_hash(tx, agent, hash, now);
        remove_one_use_tokens(tx, OneUse::invitation, agent);
        end_all_sessions(tx, agent);
        SignedIn signed_in;
        signed_in.secret = begin_session(tx, agent, now);
        signed_in.agent = std::move(*still);
        return signed_in;
    };
    co_return co_await house_.store.write(step);
}

awaitable<Result<Agent>> SignIn::accept_invitation(std::string secret, std::string password) {
    const std::string digest = sha256(secret);
    const Timestamp now = house_.clock.now();
    const Result<Agent> invited =
        co_await house_.store.read([&](const Tx& tx) { return find_invited(tx, digest, now); });
    std::string hash;
    if (invited) {
        std::string normal = normal_password(password);
        const auto good = judge_password(normal, own_words(invited->name, invited->email));
        if (!good) co_return good.error();
        hash = co_await passwords_.make_hash(std::move(normal));
    }
    auto step = [&](Tx& tx) -> Result<Agent> {
        Result<Agent> agent = redeem_invitation(tx, digest, now);
        if (!agent || !invited) return agent;
        set_password_hash(tx, agent->id, hash, now);
        end_all_sessions(tx, agent->id);
        return agent;
    };
    co_return co_await house_.store.write(step);
}

awaitable<Result<Agent>> SignIn::found(std::string set_up_secret, Founder founder) {
    std::string normal = normal_password(founder.password);
    if (const auto good = judge_password(normal, own_words(founder.name, founder.email)); !good)
        co_return good.error();
    const std::string digest = sha256(set_up_secret);
    const Timestamp now = house_.clock.now();
    const bool is_worth_it = co_await house_.store.read(
        [&](const Tx& tx) { return find_one_use_token(tx, OneUse::set_up, digest).has_value(); });
    std::string hash;
    if (is_worth_it) hash = co_await passwords_.make_hash(std::move(normal));
    auto step = [&](Tx& tx) -> Result<Agent> {
        if (const auto good = redeem_set_up(tx, digest, now); !good) return good.error();
        Agent agent;
        agent.id = AgentId::make(unix_ms(now));
        agent.name = founder.name;
        agent.email = founder.email;
        agent.role = Role::admin;
        agent.created_at = now;
        if (const auto taken = find_agent_by_email(tx, founder.email)) {
            // Made with `agent add`, or for a token, before anybody could sign in.
            agent.id = taken->id;
            agent.created_at = taken->created_at;
            update_agent(tx, agent);
        } else {
            insert_agent(tx, agent);
        }
        set_password_hash(tx, agent.id, hash, now);
        return agent;
    };
    co_return co_await house_.store.write(step);
}

}  // namespace tributary
