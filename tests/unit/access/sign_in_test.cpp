#include "access/sign_in.hpp"

#include <set>

#include "access/invitations.hpp"
#include "access/second_factor.hpp"
#include "base/password.hpp"
#include "base/totp.hpp"
#include "desk/seal_key.hpp"
#include "tests/unit/access/access_house.hpp"

namespace tributary::test {
namespace {

constexpr const char* kPassword = "kettle under ninth porch";

class SigningIn : public AccessHouse {
 protected:
    SigningIn() : sign_in_(house()) {
        kim_ = add_agent("kim@example.org", Role::admin);
        static const std::string hash = hash_password(kPassword);
        write([&](Tx& tx) { set_password_hash(tx, kim_.id, hash, now()); });
    }

    Result<SignedIn> attempt(const std::string& email, const std::string& password,
                             const std::string& code = {},
                             const std::string& source = "192.0.2.1") {
        Credentials credentials;
        credentials.email = email;
        credentials.password = password;
        credentials.code = code;
        credentials.source = source;
        return run(sign_in_.with_password(credentials));
    }
    std::string reason_of(const Result<SignedIn>& result) {
        return result ? "signed in" : result.error().reason;
    }

    awaitable<void> try_wrongly(std::string& reason, std::size_t& done) {
        Credentials credentials;
        credentials.email = "kim@example.org";
        credentials.password = "wrong";
        credentials.source = "192.0.2.1";
        const Result<SignedIn> result = co_await sign_in_.with_password(credentials);
        reason = reason_of(result);
        ++done;
    }

    SignIn sign_in_;
    Agent kim_;
};

TEST_F(SigningIn, begins_a_session_whose_secret_is_kept_as_a_hash) {
    const auto signed_in = attempt("Kim@Example.org", kPassword);
    ASSERT_TRUE(signed_in);
    EXPECT_EQ(signed_in->agent.id, kim_.id);
    EXPECT_EQ(signed_in->secret.size(), 43u);  // 256 bits
    const auto session =
        read([&](const Tx& tx) { return find_session(tx, sha256(signed_in->secret)); });
    ASSERT_TRUE(session);
    EXPECT_EQ(session->agent, kim_.id);
    EXPECT_FALSE(read([&](const Tx& tx) { return find_session(tx, signed_in->secret); }));
}

TEST_F(SigningIn, whatever_was_wrong_is_refused_alike) {
    const Agent gone = add_agent("gone@example.org");
    write([&](Tx& tx) {
        set_password_hash(tx, gone.id, hash_password(kPassword), now());
        AgentChange change;
        change.is_disabled = true;
        change_agent(tx, gone.id, change);
    });
    add_agent("nopassword@example.org");
    std::set<std::string> said;
    for (const auto& [email, password] :
         std::vector<std::pair<std::string, std::string>>{{"kim@example.org", "wrong"},
                                                          {"nobody@example.org", kPassword},
                                                          {"gone@example.org", kPassword},
                                                          {"nopassword@example.org", kPassword},
                                                          {"no address at all", kPassword},
                                                          {"kim@example.org", ""}}) {
        const auto result = attempt(email, password);
        ASSERT_FALSE(result) << email;
        said.insert(describe(result.error()) + "/" + result.error().reason);
    }
    EXPECT_EQ(said.size(), 1u);
    EXPECT_EQ(reason_of(attempt("kim@example.org", "wrong")), "unauthenticated");
}

TEST_F(SigningIn, a_long_password_is_refused_before_it_is_hashed) {
    const auto result = attempt("kim@example.org", std::string(kMostPasswordBytes + 1, 'x'));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().outcome, Outcome::invalid);
}

TEST_F(SigningIn, old_hashes_are_made_anew) {
    // This password at half of today's memory and one pass.
    const std::string old =
        "$argon2id$v=19$m=32768,t=1,p=1$fVTL2wRa6lMTuLmBR6F3iQ$"
        "kKiqhyGYfnwNGeHPgZiall32SV7ChnknpjidxBmQVkM";
    write([&](Tx& tx) { set_password_hash(tx, kim_.id, old, now()); });
    const auto signed_in = attempt("kim@example.org", kPassword);
    ASSERT_TRUE(signed_in);
    const auto hash = read([&](const Tx& tx) { return find_password_hash(tx, kim_.id); });
    EXPECT_FALSE(needs_rehash(*hash));
}

TEST_F(SigningIn, tries_at_once_count_exactly) {
    std::vector<std::string> reasons(40);
    std::size_t done = 0;
    for (std::size_t at = 0; at < reasons.size(); ++at)
        spawn(io().get_executor(), "try", try_wrongly(reasons[at], done));
    io().restart();
    while (done < reasons.size() && io().run_one() > 0) {
    }
    EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "unauthenticated"), 10);
    EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "too_many_requests"), 30);
    // The right password waits, too; another source does not, nor this one later.
    EXPECT_EQ(reason_of(attempt("kim@example.org", kPassword)), "too_many_requests");
    EXPECT_EQ(reason_of(attempt("kim@example.org", kPassword, "", "192.0.2.9")), "signed in");
    turn(Seconds(30));
    EXPECT_EQ(reason_of(attempt("kim@example.org", kPassword)), "signed in");
}

TEST_F(SigningIn, who_does_not_exist_is_limited_as_well) {
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(reason_of(attempt("nobody@example.org", "x")), "unauthenticated");
    EXPECT_EQ(reason_of(attempt("nobody@example.org", "x")), "too_many_requests");
}

TEST_F(SigningIn, a_second_factor_is_asked_for_and_used_once) {
    const Sealer sealer(folder() / "seal.key");
    const Secret secret = write([&](Tx& tx) { return begin_second_factor(tx, kim_.id, sealer); });
    // Begun but not confirmed: the password is enough.
    EXPECT_EQ(reason_of(attempt("kim@example.org", kPassword)), "signed in");
    const auto code_at = [&](Milliseconds later) {
        for (int code = 0; code < 1'000'000; ++code) {
            std::string text = std::to_string(code);
            text.insert(0, 6 - text.size(), '0');
            if (match_totp(secret, text, now() + later, unix_ms(now() + later) / 30'000 - 1) ==
                unix_ms(now() + later) / 30'000)
                return text;
        }
        return std::string();
    };
    const std::string first = code_at(Milliseconds(0));
    const auto codes =
        write([&](Tx& tx) { return confirm_second_factor(tx, kim_.id, first, sealer, now()); });
    ASSERT_EQ(codes.size(), 10u);
    EXPECT_EQ(reason_of(attempt("kim@example.org", kPassword)), "code_needed");
    EXPECT_EQ(reason_of(attempt("kim@example.org", "wrong")), "unauthenticated");
    EXPECT_EQ(reason_of(attempt("kim@example.org", kPassword, first)), "unauthenticated");
    turn(Seconds(60));
    const std::string later = code_at(Milliseconds(0));
    EXPECT_EQ(reason_of(attempt("kim@example.org", kPassword, later)), "signed in");
    EXPECT_EQ(reason_of(attempt("kim@example.org", kPassword, later)), "unauthenticated");
    EXPECT_EQ(reason_of(attempt("kim@example.org", kPassword, codes[3])), "signed in");
    EXPECT_EQ(reason_of(attempt("kim@example.org", kPassword, codes[3])), "unauthenticated");
    EXPECT_EQ(read([&](const Tx& tx) { return count_recovery_codes(tx, kim_.id); }), 9);
    // It rests sealed.
    const auto kept = read([&](const Tx& tx) { return find_second_factor(tx, kim_.id); });
    EXPECT_EQ(kept->sealed.find(secret.reveal()), std::string::npos);
}

TEST_F(SigningIn, another_sealing_key_opens_the_second_factor_as_well) {
    const std::filesystem::path key = folder() / "seal.key";
    const Sealer before(key);
    const Secret secret = write([&](Tx& tx) { return begin_second_factor(tx, kim_.id, before); });
    EXPECT_EQ(change_seal_key(house().store, key).resealed, 1u);
    EXPECT_NO_THROW(require_seal_key(house().store, key));
    const auto kept = read([&](const Tx& tx) { return find_second_factor(tx, kim_.id); });
    const Sealer after(key);
    EXPECT_TRUE(after.is_current(kept->sealed));
    EXPECT_EQ(after.open(kept->sealed, second_factor_context(kim_.id))->reveal(), secret.reveal());
}

TEST_F(SigningIn, another_password_ends_all_sessions_but_the_new_one) {
    const auto before = attempt("kim@example.org", kPassword);
    const auto changed =
        run(sign_in_.change_password(kim_.id, kPassword, "marble stairs in november", "192.0.2.1"));
    ASSERT_TRUE(changed);
    EXPECT_FALSE(read([&](const Tx& tx) { return find_session(tx, sha256(before->secret)); }));
    EXPECT_TRUE(read([&](const Tx& tx) { return find_session(tx, sha256(changed->secret)); }));
    EXPECT_EQ(reason_of(attempt("kim@example.org", kPassword)), "unauthenticated");
    const auto weak =
        run(sign_in_.change_password(kim_.id, "marble stairs in november", "password1", "x"));
    EXPECT_EQ(weak.error().fields.front().pointer, "/password");
    const auto wrong = run(sign_in_.change_password(kim_.id, "x", "anything at all here", "x"));
    EXPECT_EQ(wrong.error().fields.front().pointer, "/current");
}

TEST_F(SigningIn, an_invitation_is_good_once_and_for_three_days) {
    const Agent ana = add_agent("ana@example.org");
    const auto invite = [&] {
        return write([&](Tx& tx) { return issue_invitation(tx, ana.id, now()); });
    };
    const auto accept = [&](const std::string& secret) {
        return run(sign_in_.accept_invitation(secret, "marble stairs in november"));
    };
    const std::string secret = invite();
    ASSERT_TRUE(accept(secret));
    EXPECT_EQ(reason_of(attempt("ana@example.org", "marble stairs in november")), "signed in");
    EXPECT_FALSE(accept(secret));
    // A newer one replaces an older one.
    const std::string older = invite();
    const std::string newer = invite();
    EXPECT_FALSE(accept(older));
    // Once seen expired it stays so, whatever the clock does.
    turn(kInvitationPatience);
    EXPECT_FALSE(accept(newer));
    turn(-kInvitationPatience);
    EXPECT_FALSE(accept(newer));
    for (const std::string& guess : {std::string(), std::string("x"), sha256(newer)})
        EXPECT_FALSE(accept(guess));
    // Not for who is disabled.
    const std::string late = invite();
    write([&](Tx& tx) {
        AgentChange change;
        change.is_disabled = true;
        change_agent(tx, ana.id, change);
    });
    EXPECT_FALSE(accept(late));
}

TEST_F(SigningIn, the_first_administrator_is_made_once) {
    const auto found = [&](const std::string& secret) {
        Founder founder;
        founder.name = "Mia";
        founder.email = "mia@example.org";
        founder.password = "marble stairs in november";
        return run(sign_in_.found(secret, founder));
    };
    // Kim can sign in: no token makes another first administrator.
    EXPECT_FALSE(found(write([&](Tx& tx) { return issue_set_up(tx, now()); })));
    write([&](Tx& tx) { remove_password(tx, kim_.id); });
    const std::string expired = write([&](Tx& tx) { return issue_set_up(tx, now()); });
    turn(kSetUpPatience);
    EXPECT_FALSE(found(expired));
    const std::string secret = write([&](Tx& tx) { return issue_set_up(tx, now()); });
    const auto mia = found(secret);
    ASSERT_TRUE(mia);
    EXPECT_EQ(mia->role, Role::admin);
    EXPECT_FALSE(found(secret));
    EXPECT_EQ(reason_of(attempt("mia@example.org", "marble stairs in november")), "signed in");
}

}  // namespace
}  // namespace tributary::test
