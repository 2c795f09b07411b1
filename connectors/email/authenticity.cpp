#include "connectors/email/authenticity.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "connectors/email/addresses.hpp"

namespace tributary::email {
namespace {

// One "method=result ptype.property=value ..." of the field.
struct Verdict {
    std::string method;
    std::string result;
    std::vector<std::pair<std::string, std::string>> properties;

    std::string_view property(std::string_view name) const {
        for (const auto& [known, value] : properties) {
            if (known == name) return value;
        }
        return {};
    }
};

// Blanks around '=' are allowed; the values here hold none themselves.
Verdict read_verdict(std::string_view text) {
    std::string tight;
    for (const char c : trim(text)) {
        const bool is_space = c == ' ' || c == '\t';
        if (c == '=') {
            while (tight.ends_with(' '))
                tight.pop_back();
            tight += c;
        } else if (!is_space) {
            tight += c;
        } else if (!tight.ends_with(' ') && !tight.ends_with('=')) {
            tight += ' ';
        }
    }
    Verdict verdict;
    for (const auto word : split(tight, ' ')) {
        const auto equals = word.find('=');
        if (equals == std::string_view::npos) continue;
        auto name = ascii_lower(word.substr(0, equals));
        auto value = ascii_lower(word.substr(equals + 1));
        std::erase(value, '"');
        if (verdict.method.empty()) {
            verdict.method = name.substr(0, name.find('/'));  // "dkim/1" names a version
            verdict.result = std::move(value);
        } else {
            verdict.properties.emplace_back(std::move(name), std::move(value));
        }
    }
    return verdict;
}

// The From domain is the proven one or lies below it. The other direction would need to know where
// registrable domains begin, and is not granted.
bool is_aligned(std::string_view from_domain, std::string_view proven) {
    if (const auto at = proven.rfind('@'); at != std::string_view::npos)
        proven.remove_prefix(at + 1);
    if (proven.empty()) return false;
    if (from_domain == proven) return true;
    return proven.find('.') != std::string_view::npos && from_domain.size() > proven.size() &&
           from_domain.ends_with(proven) &&
           from_domain[from_domain.size() - proven.size() - 1] == '.';
}

bool vouches(const Verdict& verdict, std::string_view domain) {
    if (verdict.result != "pass") return false;
    if (verdict.method == "dmarc") {
        const auto header_from = verdict.property("header.from");
        return header_from.empty() || is_aligned(domain, header_from);
    }
    if (verdict.method == "dkim") {
        return is_aligned(domain, verdict.property("header.d")) ||
               is_aligned(domain, verdict.property("header.i"));
    }
    if (verdict.method == "spf") return is_aligned(domain, verdict.property("smtp.mailfrom"));
    return false;
}

}  // namespace

Proof judge_sender(const MailSettings& settings, const Headers& headers, std::string_view sender) {
    const auto field = headers.find("Authentication-Results");
    if (!field) return Proof::claimed;
    const auto text = remove_comments(unfold(*field));
    const auto pieces = split(text, ';');
    // "mx.example.com 1": the version may follow the server's name.
    auto server = trim(pieces.front());
    server = server.substr(0, server.find_first_of(" \t"));
    const bool is_trusted =
        std::any_of(settings.trusted_authserv.begin(), settings.trusted_authserv.end(),
                    [&](const std::string& name) { return equals_ignoring_case(name, server); });
    if (!is_trusted) return Proof::claimed;
    const auto domain = ascii_lower(domain_of(sender));
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        const auto verdict = read_verdict(pieces[i]);
        // A failed DMARC check overrules what else may have passed.
        if (verdict.method == "dmarc" && verdict.result == "fail") return Proof::claimed;
    }
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        if (vouches(read_verdict(pieces[i]), domain)) return Proof::channel;
    }
    return Proof::claimed;
}

}  // namespace tributary::email
