#include "api/reply_body.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "api/guard.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "html/sanitize.hpp"
#include "html/text.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

constexpr std::size_t kMaxFiles = 20;
constexpr std::size_t kMaxWords = 1'000'000;  // bytes of text, and of HTML
constexpr std::size_t kMaxContentId = 100;

std::vector<Party> parties_member(const json::object& body, const char* key) {
    std::vector<Party> parties;
    const json::value* list = body.if_contains(key);
    if (!list || list->is_null()) return parties;
    const auto wrong = [&](const char* what) {
        return Failure(Error(Outcome::invalid, "The recipients are not valid.")
                           .with_field(std::string("/") + key, what));
    };
    if (!list->is_array() || list->get_array().size() > 100)
        throw wrong("must be a list of at most 100");
    for (const json::value& entry : list->get_array()) {
        const json::object* one = entry.if_object();
        const json::value* address = one ? one->if_contains("address") : nullptr;
        if (!address || !address->is_string()) throw wrong("each needs an address");
        const json::value* name = one->if_contains("name");
        if (name && !name->is_string() && !name->is_null()) throw wrong("a name must be text");
        parties.emplace_back(
            name && name->is_string() ? std::string(name->get_string()) : std::string(),
            std::string(address->get_string()));
    }
    return parties;
}

Failure wrong_file(const std::string& what) {
    return Failure(
        Error(Outcome::invalid, "An attachment is not valid.").with_field("/attachments", what));
}

// Plain enough to stand in HTML and in a mail header as it is.
bool is_content_id(std::string_view id) {
    return !id.empty() && id.size() <= kMaxContentId && std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._@+-").find(c) != std::string_view::npos;
    });
}

InboundFile new_file(const json::object& written) {
    InboundFile file;
    file.meta.filename = strip_controls(required_text(written, "filename", 255), Lines::join);
    file.meta.content_type =
        text_member(written, "content_type", 255).value_or("application/octet-stream");
    if (auto id = text_member(written, "content_id", kMaxContentId)) {
        if (!is_content_id(*id))
            throw wrong_file("a content_id has only letters, digits and ._@+-");
        file.meta.content_id = std::move(*id);
        file.meta.is_inline = true;
    }
    auto bytes = from_base64(required_text(written, "data", max_reply_body));
    if (!bytes) throw wrong_file("'" + file.meta.filename + "' is not base64");
    file.bytes = std::move(*bytes);
    return file;
}

// New files come with their bytes; one that stands on the ticket already is named by its id.
std::vector<InboundFile> read_files(const json::object& body, ReplyRequest& reply) {
    std::vector<InboundFile> files;
    const json::value* list = body.if_contains("attachments");
    if (!list || list->is_null()) return files;
    if (!list->is_array() || list->get_array().size() > kMaxFiles)
        throw wrong_file("must be a list of at most " + std::to_string(kMaxFiles));
    for (const json::value& entry : list->get_array()) {
        if (!entry.is_object()) throw wrong_file("each must be an object");
        const json::object& written = entry.get_object();
        if (const auto named = text_member(written, "id", 64)) {
            const auto id = AttachmentId::parse(*named);
            if (!id || written.size() > 1) throw wrong_file("an id stands alone and is one");
            reply.again.push_back(*id);
        } else {
            files.push_back(new_file(written));
        }
    }
    return files;
}

// When the reply leaves: at `send_at`, or after the `undo_s` seconds in which it can be taken back.
void read_leaving_time(const json::object& body, Timestamp now, ReplyRequest& reply) {
    constexpr std::chrono::hours kFarthest{24 * 366};
    const auto wrong = [](const char* pointer, const std::string& what) {
        return Failure(Error(Outcome::invalid, "The time of sending is not possible.")
                           .with_field(pointer, what));
    };
    if (const json::value* undo = body.if_contains("undo_s"); undo && !undo->is_null()) {
        if (!undo->is_int64() || undo->get_int64() < 0 || undo->get_int64() > longest_undo.count())
            throw wrong("/undo_s",
                        "must be a whole number from 0 to " + std::to_string(longest_undo.count()));
        reply.undo = Seconds(undo->get_int64());
    }
    const auto text = text_member(body, "send_at", 40);
    if (!text) return;
    if (reply.undo > Seconds(0)) throw wrong("/undo_s", "has no meaning beside send_at");
    reply.send_at = parse_rfc3339(*text);
    if (!reply.send_at) throw wrong("/send_at", "must be RFC 3339");
    if (*reply.send_at <= now || *reply.send_at > now + kFarthest)
        throw wrong("/send_at", "must be in the future and at most a year ahead");
}

void read_seen(const json::object& body, ReplyRequest& reply) {
    const json::value* seen = body.if_contains("seen");
    if (!seen || seen->is_null()) return;
    if (!seen->is_int64())
        throw Failure(Error(Outcome::invalid, "A field has the wrong type.")
                          .with_field("/seen", "must be a change number"));
    reply.seen = seen->get_int64();
}

void make_html_safe(ReplyRequest& reply) {
    if (!reply.html) return;
    if (trim(reply.text).empty())
        reply.text = strip_controls(html_to_text(*reply.html), Lines::keep);
    reply.html = sanitize_html(*reply.html);
    if (trim(*reply.html).empty()) reply.html.reset();
}

}  // namespace

awaitable<ReplyRequest> read_reply(ApiContext& context, const http::Request& request,
                                   Timestamp now) {
    const json::object body = json_body(
        request, {"text", "html", "to", "cc", "attachments", "seen", "send_at", "undo_s"});
    const auto is_given = [&](const char* key) {
        const json::value* value = body.if_contains(key);
        return value && !value->is_null();
    };
    ReplyRequest reply;
    reply.html = text_member(body, "html", kMaxWords);
    reply.text = reply.html ? text_member(body, "text", kMaxWords).value_or("")
                            : required_text(body, "text", kMaxWords);
    reply.to = parties_member(body, "to");
    reply.cc = parties_member(body, "cc");
    reply.has_recipients = is_given("to") || is_given("cc");
    read_seen(body, reply);
    read_leaving_time(body, now, reply);
    std::vector<InboundFile> files = read_files(body, reply);
    if (files.empty() && !reply.html) co_return reply;

    // Hashing, writing large files, reading HTML: off the I/O thread.
    Store& store = context.house.store;
    auto prepare = [&store, &files, &reply] {
        make_html_safe(reply);
        for (InboundFile& file : files)
            reply.files.push_back(store.stage(std::move(file.bytes)));
    };
    co_await context.house.workers.offload(prepare);
    for (std::size_t i = 0; i < files.size(); ++i) {
        Attachment attachment = files[i].meta;
        attachment.id = AttachmentId::make(unix_ms(now));
        attachment.sha256 = reply.files[i].sha256;
        attachment.size = reply.files[i].size;
        reply.attachments.push_back(std::move(attachment));
    }
    co_return reply;
}

}  // namespace tributary
