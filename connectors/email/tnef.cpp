#include "connectors/email/tnef.hpp"

#include <algorithm>
#include <cstdint>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "connectors/email/charset.hpp"
#include "connectors/email/header_write.hpp"
#include "connectors/email/mime_read.hpp"
#include "connectors/email/rtf.hpp"
#include "connectors/email/tnef_properties.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_files = 200;
constexpr std::size_t max_properties = 2000;
constexpr std::size_t max_depth = 8;  // messages in messages
constexpr std::uint32_t signature = 0x223E9F78;

// Attributes ([MS-OXTNEF] section 2.1.3.2).
constexpr std::uint32_t att_render_data = 0x00069002;  // starts a file
constexpr std::uint32_t att_title = 0x00018010;
constexpr std::uint32_t att_subject = 0x00018004;
constexpr std::uint32_t att_body = 0x0002800C;
constexpr std::uint32_t att_data = 0x0006800F;
constexpr std::uint32_t att_message_properties = 0x00069003;
constexpr std::uint32_t att_attachment = 0x00069005;
constexpr std::uint32_t att_codepage = 0x00069007;

// MAPI properties ([MS-OXPROPS]).
constexpr std::uint16_t prop_subject = 0x0037;
constexpr std::uint16_t prop_submit_time = 0x0039;
constexpr std::uint16_t prop_sender_name = 0x0C1A;
constexpr std::uint16_t prop_sender_address = 0x0C1F;
constexpr std::uint16_t prop_sender_smtp = 0x5D01;
constexpr std::uint16_t prop_display_to = 0x0E04;
constexpr std::uint16_t prop_body = 0x1000;
constexpr std::uint16_t prop_rtf = 0x1009;
constexpr std::uint16_t prop_html = 0x1013;
constexpr std::uint16_t prop_internet_codepage = 0x3FDE;
constexpr std::uint16_t prop_display_name = 0x3001;
constexpr std::uint16_t prop_data = 0x3701;
constexpr std::uint16_t prop_filename = 0x3704;
constexpr std::uint16_t prop_long_filename = 0x3707;
constexpr std::uint16_t prop_mime_tag = 0x370E;
constexpr std::uint16_t prop_content_id = 0x3712;

constexpr std::uint16_t type_object = 0x000D;
// The interface an object has when it is a message: {00020307-0000-0000-C000-000000000046}.
constexpr std::string_view message_interface(
    "\x07\x03\x02\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46", 16);

// What a packed message tells of itself, for the one file it becomes.
struct Envelope {
    Party sender;
    std::string to;
    std::string subject;
    std::optional<Timestamp> sent_at;
};

std::string write_message(const Envelope& envelope, const PackedMail& mail) {
    HeaderWriter header;
    if (!envelope.sender.address.empty()) {
        header.addresses("From", {envelope.sender});
    } else if (!envelope.sender.name.empty()) {
        header.text("From", envelope.sender.name);
    }
    if (!envelope.to.empty()) header.text("To", envelope.to);
    if (envelope.sent_at) header.date("Date", *envelope.sent_at);
    header.text("Subject", envelope.subject);
    header.verbatim("MIME-Version", "1.0");
    header.verbatim("Content-Type",
                    mail.html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
    header.verbatim("Content-Transfer-Encoding", "base64");
    constexpr std::size_t line_bytes = 76;  // RFC 2045, section 6.8
    auto message = header.take() + "\r\n";
    const auto body = to_base64(mail.html.value_or(mail.text));
    for (std::size_t at = 0; at < body.size(); at += line_bytes) {
        message.append(body, at, line_bytes);
        message += "\r\n";
    }
    return message;
}

class TnefReader {
 public:
    explicit TnefReader(std::size_t depth) : depth_(depth) {}

    std::optional<PackedMail> read(std::string_view stream) {
        TnefBytes bytes(stream);
        if (bytes.number(4) != signature || !bytes.number(2)) return std::nullopt;
        while (!bytes.empty() && mail_.files.size() < max_files) {
            const auto level = bytes.number(1), id = bytes.number(4), length = bytes.number(4);
            if (!level || !id || !length) break;
            const auto data = bytes.take(*length);
            if (!data) break;
            on_attribute(*id, *data);
            if (!bytes.take(2)) break;  // a checksum
        }
        finish_file();
        finish_body();
        return std::move(mail_);
    }

    const Envelope& envelope() const { return envelope_; }

 private:
    std::string plain_text(std::string_view data) const {
        return normalize_line_ends(decode_charset(data, charset_));
    }

    void on_attribute(std::uint32_t id, std::string_view data) {
        switch (id) {
            case att_codepage:
                if (const auto page = TnefBytes(data).number(4)) {
                    charset_ = codepage_charset(static_cast<int>(*page));
                }
                break;
            case att_subject: envelope_.subject = decode_line(data); break;
            case att_body: body_ = plain_text(data); break;
            case att_message_properties: read_properties(data, &TnefReader::on_property); break;
            case att_render_data:
                finish_file();
                is_open_ = true;
                break;
            case att_title:
                if (file_.name.empty()) file_.name = decode_line(data);
                break;
            case att_data: file_.bytes = data; break;
            case att_attachment: read_properties(data, &TnefReader::on_file_property); break;
            default: break;
        }
    }

    std::string decode_line(std::string_view data) const {
        return std::string(trim(strip_controls(decode_charset(data, charset_), Lines::join)));
    }

    void read_properties(std::string_view data,
                         void (TnefReader::*take)(const TnefProperty& property)) {
        TnefBytes bytes(data);
        const auto count = bytes.number(4);
        for (std::size_t i = 0; count && i < std::min<std::size_t>(*count, max_properties); ++i) {
            const auto property = next_tnef_property(bytes);
            if (!property) return;
            (this->*take)(*property);
        }
    }

    void on_property(const TnefProperty& property) {
        switch (property.id) {
            case prop_subject: envelope_.subject = property.text(charset_); break;
            case prop_submit_time: envelope_.sent_at = property.time(); break;
            case prop_sender_name: envelope_.sender.name = property.text(charset_); break;
            case prop_sender_smtp: envelope_.sender.address = property.text(charset_); break;
            case prop_sender_address:
                // Of an Exchange directory it is a path, not an address.
                if (envelope_.sender.address.empty() &&
                    property.text(charset_).find('@') != std::string::npos) {
                    envelope_.sender.address = property.text(charset_);
                }
                break;
            case prop_display_to: envelope_.to = property.text(charset_); break;
            case prop_internet_codepage: html_charset_ = codepage_charset(property.number()); break;
            case prop_body: body_ = property.lines(charset_); break;
            case prop_html: html_ = property; break;
            case prop_rtf: rtf_ = property.value; break;
            default: break;
        }
    }

    void on_file_property(const TnefProperty& property) {
        switch (property.id) {
            case prop_long_filename:
                file_.name = property.text(charset_);
                has_long_name_ = true;
                break;
            case prop_filename:
                if (!has_long_name_) file_.name = property.text(charset_);
                break;
            case prop_display_name:
                if (file_.name.empty()) file_.name = property.text(charset_);
                break;
            case prop_mime_tag: file_.content_type = ascii_lower(property.text(charset_)); break;
            case prop_content_id:
                file_.content_id = property.text(charset_);
                std::erase_if(file_.content_id, [](char c) { return c == '<' || c == '>'; });
                break;
            case prop_data: on_data(property); break;
            default: break;
        }
    }

    void on_data(const TnefProperty& property) {
        const bool is_object = property.type == type_object;
        if (!is_object || !property.value.starts_with(message_interface)) {
            file_.bytes = property.value;
            return;
        }
        const auto stream = property.value.substr(message_interface.size());
        file_.bytes = stream;
        if (depth_ == max_depth) return;
        TnefReader inner(depth_ + 1);
        auto mail = inner.read(stream);
        if (!mail) return;
        file_.bytes = write_message(inner.envelope(), *mail);
        file_.content_type = "message/rfc822";
        inner_files_ = std::move(mail->files);
    }

    void finish_file() {
        if (is_open_) {
            file_.name = safe_filename(file_.name);
            if (file_.content_type.find('/') == std::string::npos) {
                file_.content_type = "application/octet-stream";
            }
            mail_.files.push_back(std::move(file_));
            for (auto& file : inner_files_) {
                if (mail_.files.size() < max_files) mail_.files.push_back(std::move(file));
            }
        }
        inner_files_.clear();
        file_ = PackedFile();
        has_long_name_ = false;
        is_open_ = false;
    }

    // HTML as such, else HTML inside RTF; the words of either where no plain text is given.
    void finish_body() {
        mail_.text = std::move(body_);
        if (html_ && !html_->value.empty()) {
            constexpr std::uint16_t type_binary = 0x0102;
            mail_.html =
                html_->type == type_binary
                    ? decode_charset(html_->value, html_charset_.empty() ? charset_ : html_charset_)
                    : html_->lines(charset_);
        } else if (const auto rtf = decompress_rtf(rtf_)) {
            auto body = read_rtf(*rtf);
            mail_.html = std::move(body.html);
            if (trim(mail_.text).empty()) mail_.text = std::move(body.text);
        }
    }

    std::size_t depth_;
    std::string charset_ = "windows-1252";
    std::string html_charset_;
    Envelope envelope_;
    std::string body_;
    std::optional<TnefProperty> html_;
    std::string_view rtf_;
    bool is_open_ = false;
    bool has_long_name_ = false;
    PackedFile file_;
    std::vector<PackedFile> inner_files_;  // of the message that the open file is
    PackedMail mail_;
};

}  // namespace

std::optional<PackedMail> read_tnef(std::string_view bytes) {
    return TnefReader(0).read(bytes);
}

}  // namespace tributary::email
