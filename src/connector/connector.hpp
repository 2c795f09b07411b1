// The contract between a connector and the house.
//
// A connector brings one channel's messages in and takes answers out. It never sees the store, the
// desk or another connector. Everything here runs on the I/O thread unless said otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/settings.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "http/message.hpp"
#include "http/web_socket.hpp"
#include "model/customer.hpp"
#include "model/interaction.hpp"
#include "net/http_client.hpp"

namespace tributary {

// Whether an inbound event raises work. `by_kind`: messages, forms and missed calls do.
enum class TicketPolicy { by_kind, always, never };

// A file that came along; becomes an Attachment once its bytes are stored.
struct InboundFile {
    InboundFile() = default;
    Attachment meta;  // size and sha256 filled in by whoever made the bytes
    std::string bytes;
};

// One event from outside, normalised.
struct InboundMessage {
    InboundMessage() = default;
    // Unique within the connector for ever: the same event delivered again has the same key, so it
    // becomes one interaction however often and whenever it comes.
    std::string dedupe_key;
    // Where the source has it ("INBOX;uidvalidity=7;uid=12"), for reconciling; may be empty.
    std::string source_ref;
    std::string raw;               // the original, byte for byte; kept for download and replay
    std::string raw_content_type;  // "message/rfc822", "application/http"
    Content content;
    std::vector<InboundFile> files;    // parallel to content.attachments
    std::vector<Identity> identities;  // of the writer, strongest proof first
    std::string conversation;          // live conversations: their key; else ""
    std::string ticket_token;          // what open_reply_token() found in a reply address; else ""
    TicketPolicy tickets = TicketPolicy::by_kind;
    bool is_missed_call = false;
    bool is_history = false;   // import silently: no automatic mail, no reopening
    bool acknowledge = false;  // a new ticket may be confirmed to the writer (desk's budget)
    Timestamp received_at;     // zero: now
    // Set when it goes to quarantine, and why; what was read all the same stands beside a dedupe_key.
    std::optional<Error> trouble;
};

enum class Fate { accepted, duplicate, quarantined };

struct Receipt {
    Receipt() = default;
    Fate fate = Fate::accepted;
    InteractionId interaction;                  // accepted, duplicate
    std::int64_t seq = 0;                       // the interaction's place in its conversation's log
    std::optional<std::int64_t> ticket_number;  // when it stands on a ticket
    bool is_new_ticket = false;
};

// What an agent (or a rule) sends to a customer.
struct OutboundMessage {
    OutboundMessage() = default;
    InteractionId id;  // stable over retries: the idempotency key
    std::string conversation;
    std::string message_id;   // chosen when queued (RFC 5322 form for channels that use it)
    std::string reply_token;  // to be woven into a reply address; opaque
    Party from;               // the agent's public name; the connector knows its own address
    std::vector<Party> to;    // those still to be reached in this attempt
    std::vector<Party> cc;
    std::vector<Party> all_to;  // everybody it is addressed to, for the header
    std::vector<Party> all_cc;
    std::string subject;
    std::string text;
    std::optional<std::string> html;
    std::vector<InboundFile> files;
    std::vector<std::string> in_reply_to;
    std::vector<std::string> references;
    bool is_automatic = false;  // must say so to other automata (RFC 3834)
    Timestamp created_at;
    int attempt = 1;
};

// One recipient's fate in one attempt.
struct RecipientResult {
    enum class State { accepted, unavailable, rejected };
    RecipientResult(Party p, State s, std::string said)
        : recipient(std::move(p)), state(s), diagnostic(std::move(said)) {}
    Party recipient;
    State state;
    std::string diagnostic;  // the other side's words; shown to agents
    std::string remote_id;
    std::optional<Seconds> retry_after;
    bool maybe_sent = false;  // the answer after the final byte never came
    bool is_dead = false;     // rejected because of the address itself: nothing reaches it any more
};

// One entry per recipient of the attempt. An exception means "unavailable" for all of them; one
// with Outcome::denied says that our login was refused, and after three of those in a row nothing
// is tried until ConnectorHost::login_changed() or a reload.
using SendReceipt = std::vector<RecipientResult>;

struct Health {
    Health() = default;
    // auth_failed: the login was refused again and again, and is not tried any more by itself.
    enum class State { starting, up, degraded, down, auth_failed, paused };
    State state = State::starting;
    std::string reason;  // a sentence for the admin; "" when up
    std::optional<Timestamp> last_in;
    std::optional<Timestamp> last_out;
    std::optional<std::int64_t> backlog;  // known to wait at the source
};
std::string_view to_string(Health::State state);

// One step of "check this connection", in the order tried.
struct CheckStep {
    CheckStep(std::string n, bool good, std::string text)
        : name(std::move(n)), ok(good), detail(std::move(text)) {}
    std::string name;
    bool ok;
    std::string detail;
};

// One event as the source has it.
struct SourceItem {
    SourceItem() = default;
    SourceItem(std::string r, bool waits) : ref(std::move(r)), is_waiting(waits) {}
    std::string ref;          // as in InboundMessage::source_ref
    bool is_waiting = false;  // behind the cursor: its turn has not come
};

// What a connector may ask of the house. Lives longer than the connector.
class ConnectorHost {
 public:
    virtual ~ConnectorHost() = default;

    virtual const std::string& connector_name() const = 0;
    virtual const std::string& public_url() const = 0;  // without trailing slash

    // Durable when it resolves: every message is accepted, duplicate or quarantined, and `cursor`
    // (when given) is moved in the same transaction. Throws Failure(unavailable) when the store
    // cannot take it now: then nothing happened and the source must keep it.
    virtual awaitable<std::vector<Receipt>> accept(std::vector<InboundMessage> messages,
                                                   std::optional<std::string> cursor) = 0;
    virtual awaitable<std::optional<std::string>> cursor() = 0;

    // The durable log of one live conversation, both directions, ascending by seq, after `after`.
    // Only interactions of this connector; internal notes never appear.
    virtual awaitable<std::vector<Interaction>> conversation_log(std::string conversation,
                                                                 std::int64_t after,
                                                                 std::size_t limit) = 0;
    // An attachment's bytes, if it belongs to an interaction of this conversation.
    virtual awaitable<Result<std::string>> conversation_attachment(std::string conversation,
                                                                   AttachmentId id) = 0;

    // Normalises originals of this connector where a crash harms nobody: in a helper process under
    // limits. One message each, in order, `raw` included; `trouble` tells what could not be read
    // (its reason: that of the normalizer, parser_crash, parser_timeout or parser_memory).
    virtual awaitable<std::vector<InboundMessage>> normalize(
        std::vector<std::string> originals) = 0;

    // A secret this connector must remember beyond a restart, such as a login that changes with
    // use: sealed in the store, and durable when keep_secret() resolves.
    virtual awaitable<std::optional<Secret>> kept_secret(std::string name);
    virtual awaitable<void> keep_secret(std::string name, Secret value);

    // A MAC over `payload` under the instance's key, bound to this connector and `purpose`.
    virtual std::string sign(std::string_view purpose, std::string_view payload) const = 0;

    virtual net::HttpClient& http() = 0;
    virtual net::Curl& curl() = 0;  // for protocols that speak over a connected socket
    virtual Workers& workers() = 0;
    virtual const Clock& clock() const = 0;
    virtual asio::any_io_executor executor() const = 0;

    virtual void report(Health::State state, std::string reason) = 0;
    virtual void report_backlog(std::int64_t waiting) = 0;
    // There is reason to believe that a login that was refused will do now.
    virtual void login_changed() {}
};

class Connector {
 public:
    virtual ~Connector() = default;

    // The connector's own loop, until cancelled. Throws when the world is away: the supervisor
    // restarts it with back-off, for ever. With Outcome::denied our login was refused: after three
    // of those with no report of health in between it rests, as sending does. Pure push channels
    // keep the default, which just waits.
    virtual awaitable<void> run();

    // Push channels: verify, normalise, accept, and shape the acknowledgement. `request.path` is
    // the rest behind the connector's mount ("" or "/v3/directline/conversations").
    virtual awaitable<http::Reply> receive(http::Request request);
    // A WebSocket upgrade below the mount. `admit` first (before the handshake is answered): an
    // error refuses the upgrade with that reply.
    virtual awaitable<std::optional<http::Reply>> admit_stream(const http::Request& request);
    virtual awaitable<void> stream(http::Request request, http::WebSocket& socket);

    virtual awaitable<SendReceipt> send(OutboundMessage message);

    // The handles customers write to. What comes from one of them is our own mail again.
    virtual std::vector<Handle> own_handles() const { return {}; }
    // What stands between the first part of an own handle and a tag of ours, as in
    // "support+TAG@example.com" (RFC 5233); "" when there are no tags.
    virtual std::string tag_delimiter() const { return {}; }

    // Tries what `run` and `send` need, step by step, without side effects on the other side.
    virtual awaitable<std::vector<CheckStep>> check();

    // Where an admin gives the provider's consent in a browser; an Error where none is needed.
    virtual Result<std::string> begin_consent();

    // What stands at the source now, for comparing it with what came of it. Changes nothing there.
    virtual awaitable<std::vector<SourceItem>> list_source();
    // The dedupe keys of some of those, in order; "" for what is gone meanwhile.
    virtual awaitable<std::vector<std::string>> read_source_keys(std::vector<std::string> refs);
};

// Differences between channels the house may act on. Never ask for a channel's name.
struct Capabilities {
    bool can_send = false;
    bool has_subject = false;
    bool has_html = false;
    bool has_recipients = false;  // To/Cc exist and the agent may edit them
    bool needs_presence = false;  // the customer is only reachable while the conversation lives
    // The kind of handle it can write to unasked ("email", "phone"); "" when it only answers in its
    // own conversations. An answer to a channel that cannot send leaves through such a connector.
    std::string reaches;
    std::size_t max_text = 1'000'000;  // bytes
    std::size_t max_attachment = 25'000'000;
    std::optional<Seconds> reply_window;  // after the customer's last words
};

// Pure: raw bytes as stored (or as `tributary normalize` reads them) to the interaction. Runs on
// any thread. An Error refuses what cannot be read at all.
using Normalizer = std::function<Result<InboundMessage>(std::string_view raw)>;

// The purpose under which ConnectorHost::sign() yields a normalizer's key, from an empty payload.
inline constexpr std::string_view kNormalizerKeyPurpose = "normalizer";

// One kind of connector, a constant of its folder.
struct ConnectorType {
    std::string channel;  // "email"
    std::string title;    // "E-mail"
    std::string help;     // one paragraph for the admin
    std::string mount;    // first path segment of its routes: "in" for most
    Capabilities capabilities;
    Schema schema;  // without the common name, channel, tickets
    // Throws nothing; an Error means "settings are wrong" and is shown, not retried.
    std::function<Result<std::unique_ptr<Connector>>(const Settings&, ConnectorHost&)> create;
    // Bound to settings (secrets may be missing: normalising must not need them) and to the key of
    // what this connector signed itself and may meet again in an original; "" outside the daemon.
    std::function<Normalizer(const Settings&, const std::string& key)> normalizer;
    // What these settings read from, each named as people would ("INBOX of ann at imaps://…"). No
    // two connectors may read one source. Null: the type reads from nothing.
    std::function<std::vector<std::string>(const Settings&)> sources;
};

// Every type built into this binary, in the order of connectors/CMakeLists.txt.
const std::vector<const ConnectorType*>& connector_types();
const ConnectorType* find_connector_type(std::string_view channel);

// The settings every connector has besides its type's own: name, channel, tickets.
const Schema& common_connector_schema();

}  // namespace tributary
