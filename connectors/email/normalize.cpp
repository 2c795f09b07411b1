#include "connectors/email/normalize.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "connectors/email/addresses.hpp"
#include "connectors/email/authenticity.hpp"
#include "connectors/email/automatic.hpp"
#include "connectors/email/body.hpp"
#include "connectors/email/bounce.hpp"
#include "connectors/email/charset.hpp"
#include "connectors/email/lookalike.hpp"
#include "connectors/email/mime_read.hpp"
#include "connectors/email/prescan.hpp"
#include "connectors/email/reply_address.hpp"
#include "connectors/email/reply_text.hpp"
#include "html/sanitize.hpp"
#include "html/text.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_listed_recipients = 500;
constexpr std::size_t max_references = 50;
constexpr std::size_t max_subject_bytes = 998;

// The field without the address that was cut in two.
std::string_view whole_addresses(const HeaderField& field) {
    if (!field.is_cut()) return field.value;
    return field.value.substr(0, field.value.rfind(','));
}

std::vector<Party> read_parties(const Headers& headers, std::string_view name, Content& content) {
    std::vector<Party> parties;
    bool is_cut = false;
    for (const auto& field : headers.fields()) {
        if (!equals_ignoring_case(field.name, name)) continue;
        const auto room = max_listed_recipients + 1 - parties.size();
        for (auto& party : parse_addresses(whole_addresses(field), room))
            parties.push_back(std::move(party));
        is_cut = is_cut || field.is_cut();
    }
    if (parties.size() > max_listed_recipients) {
        parties.resize(max_listed_recipients);
        is_cut = true;
    }
    if (is_cut) content.warnings.push_back("recipients_truncated");
    return parties;
}

std::vector<std::string> read_ids(const Headers& headers, std::string_view name) {
    const auto value = headers.find(name);
    return value ? parse_message_ids(unfold(*value), max_references) : std::vector<std::string>();
}

void read_envelope(const Headers& headers, Content& content) {
    if (const auto from = headers.find("From")) {
        auto parties = parse_addresses(*from, 1);
        if (!parties.empty()) content.from = std::move(parties.front());
    }
    content.reply_to = read_parties(headers, "Reply-To", content);
    content.to = read_parties(headers, "To", content);
    content.cc = read_parties(headers, "Cc", content);
    if (const auto subject = headers.find("Subject")) {
        content.subject = truncate_utf8(decode_header_text(*subject), max_subject_bytes);
    }
    if (const auto date = headers.find("Date")) {
        if (const auto sent = parse_header_date(*date)) {
            content.sent_at = sent->at;
            content.sent_offset_minutes = sent->offset_minutes;
        }
    }
    auto ids = read_ids(headers, "Message-ID");
    if (!ids.empty()) content.message_id = std::move(ids.front());
    content.in_reply_to = read_ids(headers, "In-Reply-To");
    content.references = read_ids(headers, "References");
    if (headers.has_cut()) content.warnings.push_back("header_truncated");
}

// Of the control characters only tab and line feed mean something in a text.
std::string without_controls(std::string text) {
    std::erase_if(text,
                  [](unsigned char c) { return (c < ' ' && c != '\t' && c != '\n') || c == 127; });
    return text;
}

// HTML is read once: sanitised, unless it is over the limits, and as text where the sender gave
// none.
void read_words(MailBody& body, Content& content) {
    const bool has_words = !trim(body.text).empty();
    if (body.has_text) {
        content.text = without_controls(std::move(body.text));
        content.reply_text = trim_quotes(content.text);
    }
    if (!body.html) return;
    const bool is_too_long = body.html->size() > max_html_bytes;
    if (is_too_long) body.html->resize(truncate_utf8(*body.html, max_html_bytes).size());
    HtmlSanitizer sanitizer;
    HtmlText words;
    std::vector<HtmlSink*> sinks;
    if (!is_too_long) sinks.push_back(&sanitizer);
    if (!has_words) sinks.push_back(&words);
    read_html(*body.html, sinks);
    if (is_too_long || sanitizer.is_over_limits()) {
        content.warnings.push_back("html_too_large");
    } else {
        content.html = sanitizer.finish();
    }
    if (has_words) return;
    content.text = without_controls(words.text());
    const auto fresh = without_controls(words.unquoted_text());
    content.reply_text = trim_quotes(trim(fresh).empty() ? content.text : fresh);
}

void identify_sender(const MailSettings& settings, const Headers& headers,
                     InboundMessage& message) {
    const auto sender = find_strict_sender(headers);
    if (!sender) {
        message.content.warnings.push_back("sender_unidentified");
        return;
    }
    const auto proof = judge_sender(settings, headers, *sender);
    message.content.from_proof = proof;
    if (is_lookalike_address(*sender)) message.content.warnings.push_back("sender_lookalike");
    message.identities.emplace_back(Handle("email", "", *sender), proof,
                                    message.content.from.address);
}

}  // namespace

Result<InboundMessage> normalize_mail(const MailSettings& settings, std::string_view raw) {
    if (trim(raw).empty()) {
        return Error(Outcome::invalid, "This message is empty.", "no bytes")
            .with_reason("malformed");
    }
    const bool has_lone_cr =
        raw.find('\n') == std::string_view::npos && raw.find('\r') != std::string_view::npos;
    const auto repaired = has_lone_cr ? normalize_line_ends(std::string(raw)) : std::string();
    const auto source = has_lone_cr ? std::string_view(repaired) : raw;
    const auto scan = prescan_message(source);
    const bool is_too_deep = !scan && scan.error().reason == "mime_depth";
    if (!scan && !is_too_deep) return scan.error();
    auto root = read_mime(source);
    if (!root) return root.error();

    InboundMessage message;
    message.raw = raw;
    message.raw_content_type = "message/rfc822";
    message.dedupe_key = "sha256:" + to_hex(sha256(raw));
    auto& content = message.content;
    if (is_too_deep) {
        message.trouble = scan.error();
        content.warnings.push_back(scan.error().reason);
    }
    read_envelope(root->headers, content);
    content.external_id = content.message_id;

    auto body = read_body(*root);
    content.warnings.insert(content.warnings.end(), body.warnings.begin(), body.warnings.end());
    read_words(body, content);
    auto automatic = classify_automatic(settings, *root, content.text);
    content.auto_kind = automatic.kind;
    content.bounce = std::move(automatic.bounce);

    message.files = std::move(body.files);
    for (const auto& file : message.files)
        content.attachments.push_back(file.meta);
    // Where CR alone ends the lines, no server before us saw these fields: nothing vouches for
    // them.
    if (has_lone_cr) {
        content.warnings.push_back("sender_unidentified");
    } else {
        identify_sender(settings, root->headers, message);
    }
    message.ticket_token = find_reply_token(settings, root->headers);
    if (message.ticket_token.empty() && content.bounce)
        message.ticket_token =
            find_token_in_text(settings, returned_copy(*root) + "\n" + content.text);
    message.acknowledge = may_be_answered(root->headers);
    return message;
}

}  // namespace tributary::email
