#include "connectors/email/imap_client.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"

namespace tributary::email {

namespace {

using namespace std::chrono_literals;

constexpr auto farewell_patience = 2s;
// An answer's bytes may trickle in at the pace of a poor line.
constexpr std::uint64_t slowest_bytes_per_second = 4'096;
constexpr std::size_t max_line = 16 * 1024 * 1024;  // SEARCH answers of very large mailboxes
constexpr std::size_t max_literals = 64;            // in one response
// Servers may state RFC822.SIZE a little too low.
constexpr std::uint64_t max_literal = max_mail_bytes + 1'000'000;
constexpr std::uint64_t max_skipped_literal = 1'000'000'000;
constexpr std::size_t skip_step = 1'000'000;
constexpr std::size_t max_responses = 2'000'000;  // to one command
// Of one answer, however small the server said that the mails are.
constexpr std::uint64_t max_kept_bytes = 2 * max_mail_bytes;
constexpr int max_alerts = 5;  // told in one session

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

bool answers_part(const ImapFetch& mail, MailPart part) {
    return part == MailPart::size_and_date ? mail.size.has_value()
                                           : mail.body || mail.is_body_skipped;
}

std::chrono::seconds time_for(std::uint64_t bytes) {
    return std::chrono::seconds(bytes / slowest_bytes_per_second);
}

// Which settings to look at; the dialogue below knows none.
Error with_advice(Error error, bool has_token) {
    if (error.outcome != Outcome::denied) return error;
    error.message += has_token ? " Check imap.user, and that the account allows this application."
                               : " Check imap.user and imap.password, then reload.";
    return error;
}

}  // namespace

ImapClient::ImapClient(std::unique_ptr<net::Dialogue> dialogue, const ImapSettings& settings)
    : dialogue_(std::move(dialogue)),
      patience_(settings.patience),
      answer_patience_(settings.answer_patience) {}

awaitable<std::unique_ptr<ImapClient>> ImapClient::connect(net::Curl& curl, ImapSettings settings,
                                                           std::string ca_file,
                                                           Secret oauth_token) {
    net::DialogueOptions options;
    options.url = settings.url;
    options.user = settings.user;
    options.password = settings.password;
    options.oauth_token = std::move(oauth_token);
    options.ca_file = std::move(ca_file);
    const bool has_token = !options.oauth_token.empty();
    std::unique_ptr<net::Dialogue> dialogue;
    try {
        dialogue = co_await net::Dialogue::connect(curl, std::move(options));
    } catch (const Failure& failure) {
        throw Failure(with_advice(failure.error(), has_token));
    }
    std::unique_ptr<ImapClient> client(new ImapClient(std::move(dialogue), settings));
    co_await client->learn_capabilities();
    co_return client;
}

// Asked for after the login: some servers have more to offer then, or say nothing before.
awaitable<void> ImapClient::learn_capabilities() {
    bool wants_id = false;
    Sink sink = [&](ImapResponse& response) {
        if (response.name != "CAPABILITY") return;
        for (const ImapValue& value : response.values) {
            if (equals_ignoring_case(value.text, "IDLE")) can_idle_ = true;
            if (equals_ignoring_case(value.text, "ID")) wants_id = true;
            if (equals_ignoring_case(value.text, "MOVE")) can_move_ = true;
            if (equals_ignoring_case(value.text, "UIDPLUS")) has_uid_plus_ = true;
        }
    };
    co_await command("CAPABILITY", std::move(sink));
    // A few providers refuse to open folders for clients that do not introduce themselves.
    if (wants_id) co_await command("ID (\"name\" \"Tributary\")");
}

awaitable<ImapFolder> ImapClient::open(std::string folder, FolderUse use) {
    uid_validity_ = 0;
    ImapFolder opened;
    Sink sink = [&](ImapResponse& response) {
        if (response.code == "UIDVALIDITY")
            opened.uid_validity = parse_number(response.code_value).value_or(0);
        if (response.code == "UIDNEXT") opened.uid_next = parse_number(response.code_value);
    };
    std::string text = use == FolderUse::moving ? "SELECT " : "EXAMINE ";
    text += quote_folder(folder);
    const ImapResponse status = co_await command(std::move(text), std::move(sink));
    if (status.name != "OK") {
        throw Failure(Error(Outcome::unavailable, "The folder " + folder + " could not be opened.",
                            status_line(status))
                          .with_reason("folder_refused"));
    }
    if (opened.uid_validity == 0) throw protocol_failure("the folder has no UIDVALIDITY");
    uid_validity_ = opened.uid_validity;
    co_return opened;
}

awaitable<std::vector<Uid>> ImapClient::search(std::string what) {
    std::vector<Uid> uids;
    Sink sink = [&](ImapResponse& response) {
        if (response.name != "SEARCH") return;
        const std::vector<Uid> some = read_numbers(response.values);
        uids.insert(uids.end(), some.begin(), some.end());
    };
    const ImapResponse status = co_await command("UID SEARCH " + what, std::move(sink));
    if (status.name != "OK") throw protocol_failure(status_line(status));
    std::sort(uids.begin(), uids.end());
    uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
    co_return uids;
}

awaitable<std::vector<Uid>> ImapClient::search_from(Uid first) {
    has_news_ = false;
    std::vector<Uid> uids = co_await search("UID " + std::to_string(first) + ":*");
    // "5:*" names the last message even when its UID is 3 (RFC 9051 section 9, seq-range).
    std::erase_if(uids, [first](Uid uid) { return uid < first; });
    co_return uids;
}

awaitable<std::vector<Uid>> ImapClient::search_to(Uid last) {
    std::vector<Uid> uids = co_await search("UID 1:" + std::to_string(last) + " UNDELETED");
    std::erase_if(uids, [last](Uid uid) { return uid > last; });
    co_return uids;
}

// --- fetching
// --------------------------------------------------------------------------------------

awaitable<void> ImapClient::ask_for(std::vector<Uid> uids, MailPart part, std::uint64_t expected) {
    Ask ask;
    ask.tag = next_tag();
    ask.part = part;
    ask.expected = expected;
    std::string line =
        ask.tag + " UID FETCH " + to_sequence_set(uids) + ' ' + fetch_items(part) + "\r\n";
    ask.uids = std::move(uids);
    asks_.push_back(std::move(ask));
    co_await dialogue_->send(std::move(line), patience_);
}

awaitable<FetchReply> ImapClient::take_answer() {
    if (!asks_.front().is_answered) co_await await_answer(asks_.front().tag);
    FetchReply reply = std::move(asks_.front().reply);
    asks_.pop_front();
    co_return reply;
}

awaitable<FetchReply> ImapClient::fetch(std::vector<Uid> uids, MailPart part,
                                        std::uint64_t expected) {
    co_await ask_for(std::move(uids), part, expected);
    co_await await_answer(asks_.back().tag);
    FetchReply reply = std::move(asks_.back().reply);
    asks_.pop_back();
    co_return reply;
}

awaitable<void> ImapClient::await_answer(std::string tag) {
    std::uint64_t expected = 0;
    for (const Ask& ask : asks_)
        expected += ask.expected;
    co_await with_timeout(answer_patience_ + time_for(expected), read_answers_until(std::move(tag)),
                          "the mail server's answer");
}

// Answers may come in any order; each goes to whoever asked.
awaitable<void> ImapClient::read_answers_until(std::string tag) {
    std::size_t count = 0;
    std::string ended;
    while (ended != tag) {
        if (++count > max_responses) throw protocol_failure("the answer to FETCH does not end");
        ImapResponse response = co_await read_response();
        if (response.type == ImapResponse::Type::tagged) {
            finish_ask(response);
            ended = response.tag;
        } else {
            take_fetched(response);
        }
    }
}

void ImapClient::take_fetched(ImapResponse& response) {
    auto mail = take_fetch(response);
    if (!mail || !mail->uid) return;
    for (Ask& ask : asks_) {
        const Uid uid = *mail->uid;
        if (ask.is_answered || !std::binary_search(ask.uids.begin(), ask.uids.end(), uid) ||
            !answers_part(*mail, ask.part))
            continue;
        const auto place = std::lower_bound(ask.seen.begin(), ask.seen.end(), uid);
        if (place != ask.seen.end() && *place == uid) continue;
        ask.seen.insert(place, uid);
        if (mail->body) ask.kept_bytes += mail->body->size();
        // Larger than was said when the batch was planned: the rest is asked for one by one.
        if (ask.kept_bytes <= max_kept_bytes) ask.reply.mails.push_back(std::move(*mail));
        return;
    }
}

void ImapClient::finish_ask(const ImapResponse& status) {
    const auto ask = std::find_if(asks_.begin(), asks_.end(), [&](const Ask& one) {
        return !one.is_answered && one.tag == status.tag;
    });
    if (ask == asks_.end()) throw protocol_failure("answer to another command");
    if (status.name == "BAD") throw protocol_failure(status_line(status));
    ask->reply.is_partial = status.name != "OK" && !is_about_the_gone(status);
    ask->is_answered = true;
}

// --- waiting
// ---------------------------------------------------------------------------------------

awaitable<void> ImapClient::wait_for_news(std::chrono::seconds renewal, std::chrono::seconds poll) {
    if (has_news_) co_return;
    if (!can_idle_) {
        co_await sleep_for(std::min(renewal, poll));
        co_await command("NOOP");
        co_return;
    }
    const std::string tag = next_tag();
    co_await dialogue_->send(tag + " IDLE\r\n", patience_);
    const auto until = std::chrono::steady_clock::now() + renewal;
    bool is_idling = false;
    while (!is_idling || !has_news_) {
        const auto left = until - std::chrono::steady_clock::now();
        if (is_idling) {
            if (left <= 0s) break;
            const bool has_bytes = co_await dialogue_->wait_for_bytes(left);
            if (!has_bytes) break;
        }
        const ImapResponse response = co_await with_timeout(patience_, read_response(), "IDLE");
        if (response.type == ImapResponse::Type::continuation) is_idling = true;
        if (response.type != ImapResponse::Type::tagged) continue;
        // Ended by the server; or offered, yet refused: then poll from now on.
        if (!is_idling) can_idle_ = false;
        co_return;
    }
    co_await dialogue_->send("DONE\r\n", patience_);
    Sink ignored = [](ImapResponse&) {};
    co_await with_timeout(answer_patience_, read_until(tag, std::move(ignored)), "IDLE");
}

awaitable<void> ImapClient::logout() {
    const std::string tag = next_tag();
    co_await dialogue_->send(tag + " LOGOUT\r\n", farewell_patience);
}

// --- responses
// -------------------------------------------------------------------------------------

awaitable<ImapResponse> ImapClient::read_response() {
    ImapLines source;
    source.lines.push_back(co_await dialogue_->read_line(patience_, max_line));
    while (auto size = find_literal(source)) {
        if (*size > max_skipped_literal || source.literals.size() == max_literals)
            throw protocol_failure("literal of " + std::to_string(*size) + " bytes");
        if (*size > max_literal) {
            source.skipped = source.literals.size();
            while (*size > 0) {
                const auto step = std::min<std::uint64_t>(*size, skip_step);
                co_await dialogue_->read_exactly(step, patience_);
                *size -= step;
            }
            source.literals.emplace_back();
        } else {
            source.literals.push_back(co_await dialogue_->read_exactly(*size, patience_));
        }
        source.lines.push_back(co_await dialogue_->read_line(patience_, max_line));
    }
    auto response = parse_response(std::move(source));
    if (response.has_error()) throw Failure(response.error());
    notice(*response);
    co_return std::move(*response);
}

// What changes the state of the session, whichever command is under way.
void ImapClient::notice(const ImapResponse& response) {
    if (response.code == "ALERT" && alerts_++ < max_alerts)
        log::warn("email.server_alert", "text", response.text);
    if (response.type != ImapResponse::Type::untagged) return;
    if (response.name == "BYE")
        throw Failure(Outcome::unavailable, "The mail server ended the connection.",
                      status_line(response));
    if (response.name == "EXISTS") has_news_ = true;
    const bool has_new_uids = response.code == "UIDVALIDITY" && uid_validity_ != 0 &&
                              parse_number(response.code_value) != uid_validity_;
    if (has_new_uids) throw protocol_failure("UIDVALIDITY changed while the folder was open");
}

awaitable<ImapResponse> ImapClient::command(std::string text) {
    Sink ignored = [](ImapResponse&) {};
    co_return co_await command(std::move(text), std::move(ignored));
}

awaitable<ImapResponse> ImapClient::command(std::string text, Sink sink) {
    std::string tag = next_tag();
    co_await dialogue_->send(tag + ' ' + text + "\r\n", patience_);
    co_return co_await with_timeout(answer_patience_, read_until(std::move(tag), std::move(sink)),
                                    "the mail server's answer");
}

awaitable<ImapResponse> ImapClient::read_until(std::string tag, Sink sink) {
    for (std::size_t count = 0; count < max_responses; ++count) {
        ImapResponse response = co_await read_response();
        if (response.type == ImapResponse::Type::tagged) {
            if (response.tag != tag) throw protocol_failure("answer to another command");
            co_return response;
        }
        sink(response);
    }
    throw protocol_failure("too many responses to one command");
}

std::string ImapClient::next_tag() {
    return 't' + std::to_string(++last_tag_);
}

}  // namespace tributary::email
