// One address of a customer on one channel, and how well it is proven.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tributary {

// Ordered: a later value is the stronger proof. Stored as numbers; never renumber.
enum class Proof {
    none = 0,
    claimed = 1,  // typed by somebody: form field, chat box, mail whose From nobody vouched for
    channel = 2,  // vouched for by the channel: aligned From, platform user id, SMS sender
    signed_by_host = 3,  // signed webhook, host-site token, confirmed link
};

// Acts and discloses: a claimed identity never alters or reveals a customer's data.
inline bool is_proven(Proof proof) {
    return proof >= Proof::channel;
}
std::string_view to_string(Proof proof);  // none claimed channel signed
std::optional<Proof> parse_proof(std::string_view name);

// A handle in normal form. `kind` is "email", "phone", or a platform's own word ("user"); platform
// handles are only unique within `scope` (the connector's name), the others have an empty scope.
struct Handle {
    Handle() = default;
    Handle(std::string k, std::string s, std::string v)
        : kind(std::move(k)), scope(std::move(s)), value(std::move(v)) {}
    std::string kind;
    std::string scope;
    std::string value;
    bool operator==(const Handle&) const = default;
    auto operator<=>(const Handle&) const = default;
};

struct Identity {
    Identity() = default;
    Identity(Handle h, Proof p, std::string d = {})
        : handle(std::move(h)), proof(p), display(std::move(d)) {}
    Handle handle;
    Proof proof = Proof::none;
    std::string display;    // the value as it was written
    bool is_stale = false;  // mail to it came back; cleared by the next message from it
};

// Normal form of an e-mail address: NFC, case folded (local part too), domain in IDNA A-labels, no
// quotes; nullopt unless it is exactly one addr-spec (RFC 5321 section 4.1.2, RFC 6531).
std::optional<std::string> normalize_email(std::string_view text);

// E.164 with leading '+'. `region` (ISO 3166-1 alpha-2) supplies the country of a national number;
// nullopt when there is no telling, or the length is wrong for the country.
std::optional<std::string> normalize_phone(std::string_view text, std::string_view region);

// Whether handles of this kind mean the same everywhere ("email", "phone"), or only within a scope.
bool is_address_kind(std::string_view kind);

// The handle for an address of `kind` ("email", "phone") as somebody wrote it, in normal form;
// nullopt when it is not a whole one. Other kinds are taken as they are, within `scope`.
std::optional<Handle> make_handle(std::string_view kind, std::string_view written,
                                  std::string_view scope = {});

// Addresses that name nobody: noreply@, 0000…, test@ and the like. Never matched.
bool is_junk_handle(const Handle& handle);

}  // namespace tributary
