#include "connectors/email/mime_write.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "connectors/email/addresses.hpp"
#include "connectors/email/header_write.hpp"
#include "connectors/email/headers.hpp"
#include "connectors/email/reply_address.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t base64_line = 76;  // RFC 2045, section 6.8

std::string wrap_base64(std::string_view bytes) {
    const auto encoded = to_base64(bytes);
    std::string lines;
    lines.reserve(encoded.size() + encoded.size() / base64_line * 2 + 2);
    for (std::size_t at = 0; at < encoded.size(); at += base64_line) {
        lines.append(encoded, at, base64_line);
        lines += "\r\n";
    }
    return lines;
}

// RFC 2045 section 6.7: readable where the text is mostly ASCII.
std::string quoted_printable(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::size_t max_line = 76;
    std::string out;
    std::size_t column = 0;
    const auto put = [&](std::string_view piece) {
        if (column + piece.size() >= max_line) {
            out += "=\r\n";
            column = 0;
        }
        out += piece;
        column += piece.size();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            out += "\r\n";
            column = 0;
            continue;
        }
        const bool is_blank = c == ' ' || c == '\t';
        const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n';
        // Dots and "From " at the start of a line are what mail systems alter.
        const bool is_fragile = column == 0 && (c == '.' || c == 'F');
        if ((is_blank && !ends_line) || (byte > ' ' && byte < 127 && c != '=' && !is_fragile)) {
            put(text.substr(i, 1));
        } else {
            const char escaped[] = {'=', digits[byte >> 4], digits[byte & 15]};
            put({escaped, 3});
        }
    }
    if (column > 0) out += "\r\n";
    return out;
}

// Any mixture of line ends as single line feeds.
std::string with_line_feeds(std::string_view text) {
    std::string tidy;
    tidy.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r') {
            tidy += text[i];
        } else if (i + 1 == text.size() || text[i + 1] != '\n') {
            tidy += '\n';
        }
    }
    return tidy;
}

// One entity: its header fields and its encoded contents.
struct Entity {
    std::string header;
    std::string body;
};

// Short ASCII lines that no mail system alters: they go as they are.
bool is_robust(std::string_view text) {
    constexpr std::size_t max_line = 76;
    if (!text.empty() && text.back() != '\n') return false;
    for (const auto line : split(text, '\n')) {
        if (line.size() > max_line || line.starts_with('.') || line.starts_with("From ") ||
            line.starts_with("--") || line.ends_with(' ') || line.ends_with('\t'))
            return false;
        if (!std::all_of(line.begin(), line.end(),
                         [](char c) { return (c >= ' ' && c < 127) || c == '\t'; }))
            return false;
    }
    return true;
}

std::string with_crlf(std::string_view text) {
    std::string lines;
    lines.reserve(text.size() + text.size() / 32);
    for (const char c : text) {
        if (c == '\n') lines += '\r';
        lines += c;
    }
    return lines;
}

// Quoted-printable keeps paragraphs in one piece and so lets them flow on every screen, which is
// what format=flowed (RFC 3676) is for, without depending on it.
Entity text_entity(std::string_view type, std::string_view written) {
    const std::string text = with_line_feeds(to_valid_utf8(written));
    Entity entity;
    entity.header = "Content-Type: " + std::string(type) + "; charset=utf-8\r\n";
    if (is_robust(text)) {
        entity.header += "Content-Transfer-Encoding: 7bit\r\n";
        entity.body = with_crlf(text);
    } else {
        entity.header += "Content-Transfer-Encoding: quoted-printable\r\n";
        entity.body = quoted_printable(text);
    }
    return entity;
}

std::string plain_media_type(std::string_view type) {
    const auto is_token = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$&^_.+-").find(c) != std::string_view::npos;
    };
    const auto slash = type.find('/');
    if (slash == 0 || slash == std::string_view::npos || slash + 1 == type.size()) {
        return "application/octet-stream";
    }
    const auto rest = type.substr(slash + 1);
    const bool is_plain =
        std::all_of(type.begin(), type.begin() + static_cast<long>(slash), is_token) &&
        std::all_of(rest.begin(), rest.end(), is_token);
    // A multipart or message would have to be written by its own rules.
    if (!is_plain || type.starts_with("multipart/") || type.starts_with("message/")) {
        return "application/octet-stream";
    }
    return std::string(type);
}

// Shown inside the HTML, which names it by its Content-ID (RFC 2392).
bool is_shown(const InboundFile& file, const OutboundMessage& message) {
    return file.meta.is_inline && is_safe_message_id(file.meta.content_id) && message.html &&
           message.html->find("cid:" + file.meta.content_id) != std::string::npos;
}

Entity file_entity(const InboundFile& file, const OutboundMessage& message) {
    Entity entity;
    entity.header = "Content-Type: " + plain_media_type(file.meta.content_type) +
                    name_parameter(file.meta.filename) +
                    "\r\nContent-Transfer-Encoding: base64\r\n";
    const bool is_inline = is_shown(file, message);
    entity.header += is_inline ? "Content-Disposition: inline" : "Content-Disposition: attachment";
    entity.header += filename_parameter(file.meta.filename) + "\r\n";
    if (is_inline) entity.header += "Content-ID: <" + file.meta.content_id + ">\r\n";
    entity.body = wrap_base64(file.bytes);
    return entity;
}

// Cannot stand in encoded contents: '=' is followed by two hex digits there, and base64 has no '_'.
// A text that goes as it is has no line that begins with "--".
std::string boundary_for(const OutboundMessage& message, std::string_view role) {
    return "=_" +
           to_hex(sha256(message.message_id + message.id.text() + std::string(role))).substr(0, 32);
}

Entity join_entities(const std::vector<Entity>& parts, std::string_view subtype,
                     const std::string& boundary, const std::string& parameter = {}) {
    Entity whole;
    whole.header =
        "Content-Type: multipart/" + std::string(subtype) + ";\r\n boundary=\"" + boundary + '"';
    if (!parameter.empty()) whole.header += ";\r\n " + parameter;
    whole.header += "\r\n";
    for (const auto& part : parts) {
        // The line end in front of a delimiter belongs to it (RFC 2046, section 5.1.1).
        whole.body += "--" + boundary + "\r\n" + part.header + "\r\n" + part.body + "\r\n";
    }
    whole.body += "--" + boundary + "--\r\n";
    return whole;
}

// text, or text beside HTML, or text beside HTML with its images (RFC 2387); then the files.
Entity write_contents(const OutboundMessage& message) {
    std::vector<Entity> shown;
    std::vector<Entity> attached;
    for (const auto& file : message.files)
        (is_shown(file, message) ? shown : attached).push_back(file_entity(file, message));

    std::vector<Entity> words{text_entity("text/plain", message.text)};
    if (message.html) {
        shown.insert(shown.begin(), text_entity("text/html", *message.html));
        words.push_back(shown.size() == 1
                            ? std::move(shown.front())
                            : join_entities(shown, "related", boundary_for(message, "related"),
                                            "type=\"text/html\""));
    }
    auto contents = words.size() == 1
                        ? std::move(words.front())
                        : join_entities(words, "alternative", boundary_for(message, "alternative"));
    if (attached.empty()) return contents;
    attached.insert(attached.begin(), std::move(contents));
    return join_entities(attached, "mixed", boundary_for(message, "mixed"));
}

std::string sender_name(const OutboundMessage& message, const MailSettings& settings) {
    if (settings.sender_name.empty()) return message.from.name;
    if (message.from.name.empty()) return settings.sender_name;
    return message.from.name + " (" + settings.sender_name + ")";
}

std::string write_header(const OutboundMessage& message, const MailSettings& settings,
                         Addressing addressing) {
    HeaderWriter header(addressing);
    header.date("Date", message.created_at);
    header.addresses("From", {Party(sender_name(message, settings), settings.address)});
    header.addresses("To", message.all_to);
    header.addresses("Cc", message.all_cc);
    const auto reply_to = make_reply_address(settings, message.reply_token);
    if (reply_to != settings.address) {
        header.addresses("Reply-To", {Party(sender_name(message, settings), reply_to)});
    }
    header.text("Subject", message.subject);
    header.message_ids("Message-ID", {message.message_id});
    header.message_ids("In-Reply-To", message.in_reply_to);
    header.message_ids("References", message.references);
    if (message.is_automatic) {
        // RFC 3834 section 5, and the older signs that machines heed.
        header.verbatim("Auto-Submitted", "auto-replied");
        header.verbatim("Precedence", "auto_reply");
        header.verbatim("X-Auto-Response-Suppress", "All");
        header.text("X-Loop", settings.address);
    }
    header.verbatim("MIME-Version", "1.0");
    return header.take();
}

}  // namespace

std::string write_mail(const OutboundMessage& message, const MailSettings& settings,
                       Addressing addressing) {
    auto mail = write_header(message, settings, addressing);
    auto contents = write_contents(message);
    mail.reserve(mail.size() + contents.header.size() + contents.body.size() + 2);
    return mail.append(contents.header).append("\r\n").append(contents.body);
}

}  // namespace tributary::email
