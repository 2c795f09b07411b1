#include "connectors/email/imap_client.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"

namespace tributary::email {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;
constexpr auto farewell_patience = 2s;
constexpr std::size_t max_line = 16 * 1024 * 1024;  // SEARCH answers of very large mailboxes
constexpr std::size_t max_literals = 64;            // in one response
// Servers may state RFC822.SIZE a little too low.
constexpr std::uint64_t max_literal = max_mail_bytes + 1'000'000;
constexpr std::uint64_t max_skipped_literal = 1'000'000'000;
constexpr std::size_t skip_step = 1'000'000;
constexpr std::size_t max_responses = 2'000'000;  // to one command

Failure protocol_failure(std::string detail) {
    return Failure(Outcome::unavailable, "The mail server's answer makes no sense.",
                   std::move(detail));
}

std::string status_line(const ImapResponse& status) {
    std::string line = status.name;
    if (!status.code.empty()) line += " [" + status.code + "]";
    return line + ' ' + status.text;
}

std::string fetch_items(MailPart part) {
    switch (part) {
        case MailPart::size_and_date: return "(UID RFC822.SIZE INTERNALDATE)";
        case MailPart::whole: return "(UID INTERNALDATE BODY.PEEK[])";
        case MailPart::header: break;
    }
    return "(UID INTERNALDATE BODY.PEEK[HEADER]<0." + std::to_string(max_lone_header_bytes) + ">)";
}

// Some of the messages were expunged meanwhile (RFC 5530): nothing is missing that still exists.
bool is_about_the_gone(const ImapResponse& status) {
    return status.code == "EXPUNGEISSUED" || status.code == "NONEXISTENT";
}

}  // namespace

ImapClient::ImapClient(std::unique_ptr<net::Dialogue> dialogue) : dialogue_(std::move(dialogue)) {}

awaitable<std::unique_ptr<ImapClient>> ImapClient::connect(net::Curl& curl, ImapSettings settings,
                                                           std::string ca_file) {
    net::DialogueOptions options;
    options.url = settings.url;
    options.user = settings.user;
    options.password = settings.password;
    options.ca_file = std::move(ca_file);
    auto dialogue = co_await net::Dialogue::connect(curl, std::move(options));
    std::unique_ptr<ImapClient> client(new ImapClient(std::move(dialogue)));
    co_await client->learn_capabilities();
    co_return client;
}

awaitable<void> ImapClient::learn_capabilities() {
    const Reply reply = co_await command("CAPABILITY");
    for (const ImapResponse& response : reply.data) {
        if (response.name != "CAPABILITY") continue;
        for (const ImapValue& value : response.values) {
            if (equals_ignoring_case(value.text, "IDLE")) can_idle_ = true;
            if (equals_ignoring_case(value.text, "ID")) wants_id_ = true;
        }
    }
    // A few providers refuse to open folders for clients that do not introduce themselves.
    if (wants_id_) co_await command("ID (\"name\" \"Tributary\")");
}

awaitable<ImapFolder> ImapClient::examine(std::string folder) {
    uid_validity_ = 0;
    const Reply reply = co_await command("EXAMINE " + quote_folder(folder));
    if (reply.status.name != "OK") {
        throw Failure(Outcome::unavailable, "The folder " + folder + " could not be opened.",
                      status_line(reply.status));
    }
    ImapFolder opened;
    for (const ImapResponse& response : reply.data) {
        if (response.code == "UIDVALIDITY")
            opened.uid_validity = parse_number(response.code_value).value_or(0);
        if (response.code == "UIDNEXT") opened.uid_next = parse_number(response.code_value);
    }
    if (opened.uid_validity == 0) throw protocol_failure("EXAMINE without UIDVALIDITY");
    uid_validity_ = opened.uid_validity;
    co_return opened;
}

awaitable<std::vector<Uid>> ImapClient::search_from(Uid first) {
    has_news_ = false;
    const Reply reply = co_await command("UID SEARCH UID " + std::to_string(first) + ":*");
    if (reply.status.name != "OK") throw protocol_failure(status_line(reply.status));
    std::vector<Uid> uids;
    for (const ImapResponse& response : reply.data) {
        if (response.name != "SEARCH") continue;
        const std::vector<Uid> some = read_numbers(response.values);
        uids.insert(uids.end(), some.begin(), some.end());
    }
    // "5:*" names the last message even when its UID is 3 (RFC 9051 section 9, seq-range).
    std::erase_if(uids, [first](Uid uid) { return uid < first; });
    std::sort(uids.begin(), uids.end());
    uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
    co_return uids;
}

awaitable<FetchReply> ImapClient::fetch(std::vector<Uid> uids, MailPart part) {
    Reply reply = co_await command("UID FETCH " + to_sequence_set(uids) + ' ' + fetch_items(part));
    if (reply.status.name == "BAD") throw protocol_failure(status_line(reply.status));
    FetchReply fetched;
    fetched.is_partial = reply.status.name != "OK" && !is_about_the_gone(reply.status);
    std::vector<Uid> seen;
    for (ImapResponse& response : reply.data) {
        auto mail = take_fetch(response);
        const bool was_asked =
            mail && mail->uid && std::binary_search(uids.begin(), uids.end(), *mail->uid);
        const bool has_answer =
            mail && (part == MailPart::size_and_date ? mail->size.has_value()
                                                     : mail->body || mail->is_body_skipped);
        if (!was_asked || !has_answer || std::count(seen.begin(), seen.end(), *mail->uid)) continue;
        seen.push_back(*mail->uid);
        fetched.mails.push_back(std::move(*mail));
    }
    co_return fetched;
}

awaitable<void> ImapClient::wait_for_news(std::chrono::seconds renewal, std::chrono::seconds poll) {
    if (has_news_) co_return;
    if (!can_idle_) {
        co_await sleep_for(std::min(renewal, poll));
        co_await command("NOOP");
        co_return;
    }
    const std::string tag = next_tag();
    co_await dialogue_->send(tag + " IDLE\r\n", patience);
    const auto until = std::chrono::steady_clock::now() + renewal;
    bool is_idling = false;
    while (!is_idling || !has_news_) {
        const auto left = until - std::chrono::steady_clock::now();
        if (is_idling && (left <= 0s || !co_await dialogue_->wait_for_bytes(left))) break;
        const ImapResponse response = co_await read_response();
        if (response.type == ImapResponse::Type::continuation) is_idling = true;
        if (response.type != ImapResponse::Type::tagged) continue;
        // Ended by the server; or offered, yet refused: then poll from now on.
        if (!is_idling) can_idle_ = false;
        co_return;
    }
    co_await dialogue_->send("DONE\r\n", patience);
    co_await read_reply(tag);
}

awaitable<void> ImapClient::logout() {
    const std::string tag = next_tag();
    co_await dialogue_->send(tag + " LOGOUT\r\n", farewell_patience);
}

awaitable<ImapResponse> ImapClient::read_response() {
    ImapLines source;
    source.lines.push_back(co_await dialogue_->read_line(patience, max_line));
    while (auto size = find_literal(source)) {
        if (*size > max_skipped_literal || source.literals.size() == max_literals)
            throw protocol_failure("literal of " + std::to_string(*size) + " bytes");
        if (*size > max_literal) {
            source.skipped = source.literals.size();
            while (*size > 0) {
                const auto step = std::min<std::uint64_t>(*size, skip_step);
                co_await dialogue_->read_exactly(step, patience);
                *size -= step;
            }
            source.literals.emplace_back();
        } else {
            source.literals.push_back(co_await dialogue_->read_exactly(*size, patience));
        }
        source.lines.push_back(co_await dialogue_->read_line(patience, max_line));
    }
    auto response = parse_response(std::move(source));
    if (response.has_error()) throw Failure(response.error());
    notice(*response);
    co_return std::move(*response);
}

// What changes the state of the session, whichever command is under way.
void ImapClient::notice(const ImapResponse& response) {
    if (response.type != ImapResponse::Type::untagged) return;
    if (response.name == "BYE")
        throw Failure(Outcome::unavailable, "The mail server ended the connection.",
                      status_line(response));
    if (response.name == "EXISTS") has_news_ = true;
    if (response.code == "ALERT") log::warn("email.server_alert", "text", response.text);
    const bool has_new_uids = response.code == "UIDVALIDITY" && uid_validity_ != 0 &&
                              parse_number(response.code_value) != uid_validity_;
    if (has_new_uids) throw protocol_failure("UIDVALIDITY changed while the folder was open");
}

awaitable<ImapClient::Reply> ImapClient::command(std::string text) {
    std::string tag = next_tag();
    co_await dialogue_->send(tag + ' ' + text + "\r\n", patience);
    co_return co_await read_reply(std::move(tag));
}

awaitable<ImapClient::Reply> ImapClient::read_reply(std::string tag) {
    Reply reply;
    while (reply.data.size() < max_responses) {
        ImapResponse response = co_await read_response();
        if (response.type == ImapResponse::Type::tagged) {
            if (response.tag != tag) throw protocol_failure("answer to another command");
            reply.status = std::move(response);
            co_return reply;
        }
        reply.data.push_back(std::move(response));
    }
    throw protocol_failure("too many responses to one command");
}

std::string ImapClient::next_tag() {
    return 't' + std::to_string(++last_tag_);
}

}  // namespace tributary::email
