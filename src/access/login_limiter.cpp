#include "access/login_limiter.hpp"

namespace tributary {
namespace {

std::string pair_of(const std::string& account, const std::string& source) {
    return source + ' ' + account;
}

}  // namespace

std::optional<Seconds> LoginLimiter::take(const std::string& account, const std::string& address,
                                          Timestamp now) {
    const std::string source = subscriber_of(address);
    if (const auto wait = sources_.take(source, now)) return wait;
    if (const auto wait = pairs_.take(pair_of(account, source), now)) return wait;
    return accounts_.take(account, now);
}

void LoginLimiter::give_back(const std::string& account, const std::string& address) {
    const std::string source = subscriber_of(address);
    sources_.give_back(source);
    pairs_.give_back(pair_of(account, source));
    accounts_.give_back(account);
}

}  // namespace tributary
