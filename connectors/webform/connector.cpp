// The web form connector: a hosted form, and a place for sites' own forms to post to.
#include "connector/connector.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

#include "base/bucket.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "connectors/webform/definition.hpp"
#include "connectors/webform/form_page.hpp"
#include "connectors/webform/token.hpp"

namespace tributary::webform {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxIdempotencyKey = 200;
constexpr std::size_t kLargeBody = 100'000;

bool wants_page(const http::Request& request) {
    return http::prefers(request, "text/html", "application/json");
}

// "https://desk.example.com" of "https://desk.example.com/some/path".
std::string origin_of(const std::string& url) {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) return {};
    return ascii_lower(url.substr(0, url.find('/', scheme + 3)));
}

// What makes two posts one. `visit` stands for the page or the client's own key under which only
// one thing may be said; "" when the post has neither.
struct SubmissionKey {
    SubmissionKey(std::string v, std::string d) : visit(std::move(v)), dedupe(std::move(d)) {}
    std::string visit;
    std::string dedupe;
};

class WebformConnector final : public Connector {
 public:
    WebformConnector(Definition definition, ConnectorHost& host)
        : definition_(std::move(definition)),
          host_(host),
          buckets_(BucketRate(definition_.burst, definition_.posts_per_minute / 60.0)) {
        page_.title = definition_.title;
        page_.intro = definition_.intro;
        page_.success = definition_.success;
        // Relative to the form's own address, so that a path in front of /in does not matter.
        page_.stylesheet = host.connector_name() + "/form.css";
        page_.framed_by = definition_.allowed_origins;
    }

    awaitable<http::Reply> receive(http::Request request) override;
    awaitable<std::vector<CheckStep>> check() override;

 private:
    // One post on its way: what is found out before it is accepted.
    struct Post {
        Post() = default;
        std::string token_text;
        std::optional<FormToken> token;
        Received received;
    };

    awaitable<http::Reply> answer(const http::Request& request);
    awaitable<http::Reply> take_post(const http::Request& request);
    http::Reply show_form(const http::Request& request) const;
    http::Reply preflight() const;
    std::optional<http::Reply> limit(const http::Request& request);
    awaitable<Result<Post>> open_post(const http::Request& request);
    awaitable<Result<Received>> read(const http::Request& request);
    http::Reply refuse(const http::Request& request, const Post& post, const Error& error) const;
    Result<SubmissionKey> choose_key(const http::Request& request, const Post& post) const;
    bool is_spam(const Post& post) const;
    http::Reply receipt(const http::Request& request, const Receipt& receipt) const;
    bool may_post_from(const http::Request& request, const std::string& origin) const;

    Definition definition_;
    ConnectorHost& host_;
    PageText page_;
    Buckets buckets_;
    SentForms sent_;
};

bool WebformConnector::may_post_from(const http::Request& request,
                                     const std::string& origin) const {
    const std::string_view host = request.headers.get("Host");
    return std::ranges::count(definition_.allowed_origins, origin) > 0 ||
           origin == origin_of(host_.public_url()) ||
           (!host.empty() &&
            (origin == "https://" + ascii_lower(host) || origin == "http://" + ascii_lower(host)));
}

// The rules between sites (Fetch standard, "CORS protocol"), around everything else.
awaitable<http::Reply> WebformConnector::receive(http::Request request) {
    const std::string origin = ascii_lower(request.headers.get("Origin"));
    if (origin.empty()) co_return co_await answer(request);
    if (!may_post_from(request, origin)) {
        const Error foreign(Outcome::denied, "This site may not post to the form.");
        co_return http::Reply::problem(foreign);
    }
    http::Reply reply = co_await answer(request);
    reply.headers.set("Access-Control-Allow-Origin", origin);
    reply.headers.set("Vary", "Origin, Accept");
    co_return reply;
}

awaitable<http::Reply> WebformConnector::answer(const http::Request& request) {
    using http::Method;
    if (request.path == "/form.css" && request.method == Method::get) co_return stylesheet();
    if (!request.path.empty())
        co_return http::Reply::problem(Error(Outcome::not_found, "There is nothing here."));
    if (request.method == Method::post) co_return co_await take_post(request);
    if (request.method == Method::get) co_return show_form(request);
    if (request.method == Method::options) co_return preflight();
    auto reply = http::Reply::problem(
        Error(Outcome::rejected, "The form takes GET and POST.").with_reason("method_not_allowed"));
    reply.headers.set("Allow", "GET, POST, OPTIONS");
    co_return reply;
}

http::Reply WebformConnector::show_form(const http::Request& request) const {
    // A form sent by GET would leave what people wrote in logs and histories.
    for (const auto& [name, value] : request.query) {
        if (!find_field(definition_.fields, name)) continue;
        return http::Reply::problem(Error(Outcome::rejected, "Send the form with POST.")
                                        .with_reason("method_not_allowed"))
            .with_header("Allow", "POST");
    }
    return form_page(200, page_, definition_.fields, issue_token(host_), Attempt());
}

http::Reply WebformConnector::preflight() const {
    http::Reply reply(204);
    reply.headers.set("Access-Control-Allow-Methods", "GET, POST");
    reply.headers.set("Access-Control-Allow-Headers", "Content-Type, Idempotency-Key");
    reply.headers.set("Access-Control-Max-Age", "600");
    return reply;
}

std::optional<http::Reply> WebformConnector::limit(const http::Request& request) {
    const auto wait = buckets_.take(subscriber_of(request.peer), host_.clock().now());
    if (!wait) return std::nullopt;
    return http::Reply::problem(Error(Outcome::unavailable, "Too many posts from this address.")
                                    .with_reason("too_many_requests")
                                    .with_retry_after(*wait));
}

// Files are hashed on another thread: what is done here, everybody waits for.
awaitable<Result<Received>> WebformConnector::read(const http::Request& request) {
    if (request.body.size() < kLargeBody) co_return read_post(definition_, request);
    auto work = [this, &request] { return read_post(definition_, request); };
    co_return co_await host_.workers().offload(work);
}

awaitable<Result<WebformConnector::Post>> WebformConnector::open_post(
    const http::Request& request) {
    auto received = co_await read(request);
    if (!received) co_return received.error();
    Post post;
    post.received = std::move(*received);
    post.token_text = http::find_field(post.received.typed, kTokenField).value_or("");
    if (!post.token_text.empty()) post.token = open_token(host_, post.token_text);
    co_return post;
}

// A page with what was typed for people, a problem document for programs.
http::Reply WebformConnector::refuse(const http::Request& request, const Post& post,
                                     const Error& error) const {
    if (!wants_page(request)) return http::Reply::problem(error);
    Attempt attempt;
    attempt.typed = post.received.typed;
    attempt.errors = error.fields;
    if (error.fields.empty()) attempt.notice = error.message;
    // The token goes on while it is good: the time of filling and the nonce are this visit's.
    const bool keep = post.token && error.outcome == Outcome::invalid;
    return form_page(http::status_of(error), page_, definition_.fields,
                     keep ? post.token_text : issue_token(host_), attempt);
}

Result<SubmissionKey> WebformConnector::choose_key(const http::Request& request,
                                                   const Post& post) const {
    const std::string given(request.headers.get("Idempotency-Key"));
    const std::string& hash = post.received.hash;
    if (given.size() > kMaxIdempotencyKey)
        return Error(Outcome::invalid, "The Idempotency-Key may have at most 200 bytes.");
    if (!given.empty()) {
        if (sent_.conflicts("key:" + given, hash))
            return Error(Outcome::conflict, "Another form came before under this Idempotency-Key.");
        return SubmissionKey("key:" + given, "key:" + given);
    }
    if (!post.token) return SubmissionKey("", "post:" + random_token(16));
    const std::string visit = "token:" + post.token->nonce;
    if (sent_.conflicts(visit, hash))
        return Error(Outcome::denied,
                     "This form has been sent already. Send again if you have something to add.");
    return SubmissionKey(visit, visit + ":" + hash);
}

bool WebformConnector::is_spam(const Post& post) const {
    if (!http::find_field(post.received.typed, kTrapField).value_or("").empty()) return true;
    return post.token && host_.clock().now() - post.token->issued_at < definition_.minimum_fill;
}

awaitable<http::Reply> WebformConnector::take_post(const http::Request& request) {
    if (auto reply = limit(request)) co_return std::move(*reply);
    auto opened = co_await open_post(request);
    if (!opened) {
        const Post nothing;
        co_return refuse(request, nothing, opened.error());
    }
    Post& post = *opened;
    if (!post.token && (definition_.requires_token || !post.token_text.empty())) {
        const Error stale(Outcome::denied, "The form was open too long. Please send it again.");
        co_return refuse(request, post, stale);
    }
    if (!post.received.submission.errors.empty())
        co_return refuse(request, post, misfit(post.received.submission));
    const auto key = choose_key(request, post);
    if (!key) co_return refuse(request, post, key.error());
    InboundMessage message = std::move(post.received.message);
    message.dedupe_key = key->dedupe;
    if (is_spam(post)) {
        message.trouble = Error(Outcome::rejected, "A machine seems to have filled in the form.")
                              .with_reason("spam");
    }
    std::vector<InboundMessage> messages;
    messages.push_back(std::move(message));
    std::optional<std::string> no_cursor;
    const auto receipts = co_await host_.accept(std::move(messages), std::move(no_cursor));
    if (!key->visit.empty()) sent_.remember(key->visit, post.received.hash);
    co_return receipt(request, receipts.front());
}

// A quarantined post is thanked like any other, without a number: its sender learns nothing.
http::Reply WebformConnector::receipt(const http::Request& request, const Receipt& receipt) const {
    const bool is_ours = receipt.fate != Fate::quarantined;
    const auto ticket = is_ours ? receipt.ticket_number : std::nullopt;
    if (wants_page(request)) return receipt_page(202, page_, ticket);
    json::object answer;
    answer["id"] = is_ours ? json::value(receipt.interaction.text()) : json::value();
    answer["duplicate"] = receipt.fate == Fate::duplicate;
    answer["ticket"] = ticket ? json::value(*ticket) : json::value();
    return http::Reply::json(202, answer);
}

awaitable<std::vector<CheckStep>> WebformConnector::check() {
    std::vector<CheckStep> steps;
    steps.emplace_back("address", true,
                       "The form is at " + host_.public_url() + "/in/" + host_.connector_name());
    const std::size_t sites = definition_.allowed_origins.size();
    steps.emplace_back("origins", true,
                       sites == 0
                           ? "Only the hosted form may post from a browser."
                           : std::to_string(sites) + " other sites may post from a browser.");
    co_return steps;
}

Result<std::unique_ptr<Connector>> create(const Settings& settings, ConnectorHost& host) {
    auto definition = read_definition(settings);
    if (!definition) return definition.error();
    return std::unique_ptr<Connector>(
        std::make_unique<WebformConnector>(std::move(*definition), host));
}

Normalizer make_normalizer(const Settings& settings, const std::string&) {
    return
        [definition = read_definition(settings)](std::string_view raw) -> Result<InboundMessage> {
            if (!definition) return definition.error();
            return read_original(*definition, raw);
        };
}

ConnectorType make_type() {
    ConnectorType type;
    type.channel = "webform";
    type.title = "Web form";
    type.help =
        "A form on a page of ours that works without script, and an address that forms on your own "
        "pages "
        "can post to. What people write becomes an interaction and a ticket; the address they give "
        "is a "
        "claim until they prove it.";
    type.mount = "in";
    type.capabilities.has_subject = true;
    type.schema = settings_schema();
    type.create = create;
    type.normalizer = make_normalizer;
    return type;
}

}  // namespace

const ConnectorType& connector_type() {
    static const ConnectorType type = make_type();
    return type;
}

}  // namespace tributary::webform
