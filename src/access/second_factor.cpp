#include "access/second_factor.hpp"

#include "base/crypto.hpp"
#include "base/totp.hpp"
#include "store/sessions.hpp"

namespace tributary {
namespace {

std::string without_gaps(std::string_view code) {
    std::string bare;
    for (const char c : code)
        if (c != ' ' && c != '-') bare += c;
    return bare;
}

// 128 random bits as "a1b2-c3d4-…".
std::string make_recovery_code() {
    const std::string digits = to_hex(random_bytes(16));
    std::string code;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && i % 4 == 0) code += '-';
        code += digits[i];
    }
    return code;
}

// The step that `code` fits; remembered, so that it fits no more.
bool spend_totp(Tx& tx, AgentId agent, SecondFactor factor, std::string_view code,
                const Sealer& sealer, Timestamp now) {
    const auto secret = sealer.open(factor.sealed, second_factor_context(agent));
    const auto step = secret ? match_totp(*secret, code, now, factor.last_step) : std::nullopt;
    if (!step) return false;
    factor.last_step = *step;
    if (!factor.confirmed_at) factor.confirmed_at = now;
    set_second_factor(tx, agent, factor);
    return true;
}

}  // namespace

bool has_second_factor(const Tx& tx, AgentId agent) {
    const auto factor = find_second_factor(tx, agent);
    return factor && factor->confirmed_at;
}

bool spend_code(Tx& tx, AgentId agent, std::string_view typed, const Sealer& sealer,
                Timestamp now) {
    const auto factor = find_second_factor(tx, agent);
    if (!factor || !factor->confirmed_at) return false;
    const std::string code = without_gaps(typed);
    return spend_totp(tx, agent, *factor, code, sealer, now) ||
           take_recovery_code(tx, agent, sha256(code));
}

Secret begin_second_factor(Tx& tx, AgentId agent, const Sealer& sealer) {
    if (has_second_factor(tx, agent))
        throw Failure(Error(Outcome::conflict, "A second factor is set up already.")
                          .with_reason("second_factor_stands"));
    Secret secret = make_totp_secret();
    SecondFactor factor;
    factor.sealed = sealer.seal(secret, second_factor_context(agent));
    set_second_factor(tx, agent, factor);
    return secret;
}

std::vector<std::string> confirm_second_factor(Tx& tx, AgentId agent, std::string_view code,
                                               const Sealer& sealer, Timestamp now) {
    const auto factor = find_second_factor(tx, agent);
    if (!factor || factor->confirmed_at) return {};
    if (!spend_totp(tx, agent, *factor, without_gaps(code), sealer, now)) return {};
    std::vector<std::string> codes;
    std::vector<std::string> digests;
    for (int i = 0; i < kRecoveryCodes; ++i) {
        codes.push_back(make_recovery_code());
        digests.push_back(sha256(without_gaps(codes.back())));
    }
    set_recovery_codes(tx, agent, digests);
    return codes;
}

}  // namespace tributary
