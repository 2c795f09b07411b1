// The hosted form's signed token: when the page was made, and a nonce that makes sending it twice
// one.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"
#include "connector/connector.hpp"

namespace tributary::webform {

struct FormToken {
    FormToken(Timestamp at, std::string n) : issued_at(at), nonce(std::move(n)) {}
    Timestamp issued_at;
    std::string nonce;
};

constexpr Milliseconds kTokenLife = std::chrono::hours(24);

std::string issue_token(const ConnectorHost& host);
// nullopt when it was not made by this form of ours, or is no longer (or not yet) good.
std::optional<FormToken> open_token(const ConnectorHost& host, std::string_view text);
// The nonce, whoever made the token; "" when it is none. For replays, long after it ended.
std::string nonce_of(std::string_view text);

// What was sent under the last keys, to tell a repeated submission from another one under the same
// key. A bounded memory of this process; the store's dedupe key is what makes repeats one.
class SentForms {
 public:
    static constexpr std::size_t kCapacity = 10'000;

    bool conflicts(const std::string& key, const std::string& content_hash) const;
    void remember(std::string key, std::string content_hash);

 private:
    std::unordered_map<std::string, std::string> hashes_;
    std::deque<std::string> order_;
};

}  // namespace tributary::webform
