#include "connectors/email/body.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "connectors/email/charset.hpp"
#include "connectors/email/tnef.hpp"
#include "connectors/email/transfer.hpp"

namespace tributary::email {
namespace {

bool is_inline_media(const Part& part) {
    const auto& type = part.type.value;
    return type.starts_with("image/") || type.starts_with("audio/") || type.starts_with("video/");
}

// Text and HTML are gathered side by side; within a multipart/alternative one of the two is set
// aside while the other's twin is read.
struct Lists {
    std::vector<const Part*>* text;
    std::vector<const Part*>* html;
};

// The leaves of one message, sorted as RFC 8621 section 4.1.4 tells.
class BodyParts {
 public:
    explicit BodyParts(const Part& root) {
        const std::vector<const Part*> only{&root};
        sort_parts(only, "mixed", false, {&text_, &html_});
    }

    std::vector<const Part*> texts() const { return of_type(text_, "text/plain"); }
    std::vector<const Part*> htmls() const { return of_type(html_, "text/html"); }
    const std::vector<const Part*>& leaves() const { return leaves_; }
    bool has_signature() const { return has_signature_; }

 private:
    static std::vector<const Part*> of_type(const std::vector<const Part*>& parts,
                                            std::string_view type) {
        std::vector<const Part*> found;
        for (const auto* part : parts) {
            if (part->type.value == type) found.push_back(part);
        }
        return found;
    }

    static bool is_body(const Part& part, std::size_t index, std::string_view multipart) {
        if (part.disposition.value == "attachment") return false;
        if (!part.is_text() && !is_inline_media(part)) return false;
        if (index == 0) return true;
        return multipart != "related" && (is_inline_media(part) || part.filename().empty());
    }

    // RFC 1847, section 2.1: the second part signs the first.
    static bool is_signature(const Part& part, std::size_t index, std::string_view multipart) {
        const auto& type = part.type.value;
        return multipart == "signed" && index > 0 &&
               (type == "application/pgp-signature" || type == "application/pkcs7-signature" ||
                type == "application/x-pkcs7-signature");
    }

    void sort_parts(const std::vector<const Part*>& parts, std::string_view multipart,
                    bool in_alternative, Lists lists) {
        const auto texts_before = lists.text == nullptr ? 0 : lists.text->size();
        const auto htmls_before = lists.html == nullptr ? 0 : lists.html->size();
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto& part = *parts[i];
            if (part.is_multipart()) {
                std::vector<const Part*> children;
                for (const auto& child : part.children)
                    children.push_back(&child);
                const auto kind =
                    std::string_view(part.type.value).substr(part.type.value.find('/') + 1);
                sort_parts(children, kind, in_alternative || kind == "alternative", lists);
                continue;
            }
            if (is_signature(part, i, multipart)) {
                has_signature_ = true;
                continue;
            }
            leaves_.push_back(&part);
            if (is_body(part, i, multipart)) sort_leaf(part, multipart, in_alternative, lists);
        }
        if (multipart != "alternative" || lists.text == nullptr || lists.html == nullptr) return;
        // An alternative in only one of the two forms stands for both.
        if (lists.text->size() == texts_before && lists.html->size() != htmls_before) {
            lists.text->insert(lists.text->end(),
                               lists.html->begin() + static_cast<long>(htmls_before),
                               lists.html->end());
        } else if (lists.html->size() == htmls_before && lists.text->size() != texts_before) {
            lists.html->insert(lists.html->end(),
                               lists.text->begin() + static_cast<long>(texts_before),
                               lists.text->end());
        }
    }

    static void sort_leaf(const Part& part, std::string_view multipart, bool in_alternative,
                          Lists& lists) {
        if (multipart == "alternative") {
            if (part.type.value == "text/plain" && lists.text != nullptr)
                lists.text->push_back(&part);
            if (part.type.value == "text/html" && lists.html != nullptr)
                lists.html->push_back(&part);
            return;
        }
        if (in_alternative) {
            if (part.type.value == "text/plain") lists.html = nullptr;
            if (part.type.value == "text/html") lists.text = nullptr;
        }
        if (lists.text != nullptr) lists.text->push_back(&part);
        if (lists.html != nullptr) lists.html->push_back(&part);
    }

    std::vector<const Part*> text_;
    std::vector<const Part*> html_;
    std::vector<const Part*> leaves_;
    bool has_signature_ = false;
};

InboundFile make_file(std::string name, std::string type, std::string bytes) {
    InboundFile file;
    file.meta.filename = std::move(name);
    file.meta.content_type = std::move(type);
    file.meta.size = bytes.size();
    file.meta.sha256 = sha256(bytes);
    file.bytes = std::move(bytes);
    return file;
}

bool is_tnef(const Part& part) {
    return part.type.value == "application/ms-tnef" ||
           part.type.value == "application/vnd.ms-tnef" ||
           equals_ignoring_case(part.filename(), "winmail.dat");
}

void warn(MailBody& body, std::string_view code) {
    const auto known = std::find(body.warnings.begin(), body.warnings.end(), code);
    if (known == body.warnings.end()) body.warnings.emplace_back(code);
}

bool is_encrypted(const Part& part) {
    const auto& type = part.type.value;
    const bool is_pkcs7 = type == "application/pkcs7-mime" || type == "application/x-pkcs7-mime";
    return (is_pkcs7 && !equals_ignoring_case(part.type.parameter("smime-type"), "signed-data")) ||
           type == "application/pgp-encrypted";
}

std::string decode_part(const Part& part, MailBody& body) {
    if (is_damaged_transfer(part.body, part.headers.token("Content-Transfer-Encoding"))) {
        warn(body, "encoding_damaged");
    }
    return part.decoded_body();
}

std::string without_blanks(std::string_view text) {
    std::string bare;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) > ' ') bare += c;
    }
    return bare;
}

// The files are taken out of the package; its body counts as far as the mail has none of its own.
void add_packed_mail(PackedMail mail, MailBody& body) {
    for (auto& packed : mail.files) {
        auto file = make_file(std::move(packed.name), std::move(packed.content_type),
                              std::move(packed.bytes));
        file.meta.content_id = std::move(packed.content_id);
        file.meta.is_inline = !file.meta.content_id.empty();
        body.files.push_back(std::move(file));
    }
    const bool has_text = !trim(body.text).empty();
    if (!has_text && !body.html) {
        body.text = std::move(mail.text);
        body.has_text = !body.text.empty();
    } else if (!trim(mail.text).empty() && without_blanks(mail.text) != without_blanks(body.text)) {
        warn(body, "packed_body_left_out");
    }
    if (!body.html) body.html = std::move(mail.html);
}

void add_file(const Part& part, MailBody& body, std::vector<PackedMail>& packages) {
    auto bytes = decode_part(part, body);
    if (is_encrypted(part)) warn(body, "encrypted");
    if (is_tnef(part)) {
        auto mail = read_tnef(bytes);
        const bool has_something =
            mail && (!mail->files.empty() || mail->html || !mail->text.empty());
        if (has_something) {
            packages.push_back(std::move(*mail));
            return;
        }
    }
    auto file = make_file(part.filename(), part.type.value, std::move(bytes));
    file.meta.content_id = part.content_id();
    file.meta.is_inline = !file.meta.content_id.empty() && part.disposition.value != "attachment";
    body.files.push_back(std::move(file));
}

void add_text(const Part& part, MailBody& body) {
    auto text = normalize_line_ends(
        decode_charset(decode_part(part, body), part.type.parameter("charset")));
    for (auto& file : take_uuencoded(text)) {
        body.files.push_back(make_file(safe_filename(decode_undeclared(file.name)),
                                       "application/octet-stream", std::move(file.bytes)));
    }
    if (equals_ignoring_case(part.type.parameter("format"), "flowed")) {
        const bool delsp = equals_ignoring_case(part.type.parameter("delsp"), "yes");
        text = unflow(text, delsp ? DelSp::yes : DelSp::no);
    }
    if (!body.text.empty() && !body.text.ends_with('\n')) body.text += '\n';
    body.text += text;
    body.has_text = true;
}

}  // namespace

MailBody read_body(const Part& root) {
    const BodyParts parts(root);
    const auto texts = parts.texts();
    const auto htmls = parts.htmls();
    MailBody body;
    std::vector<PackedMail> packages;
    if (parts.has_signature()) warn(body, "signature_not_checked");
    for (const auto* part : parts.leaves()) {
        if (std::find(texts.begin(), texts.end(), part) != texts.end()) {
            add_text(*part, body);
        } else if (std::find(htmls.begin(), htmls.end(), part) != htmls.end()) {
            auto html = decode_charset(decode_part(*part, body), part->type.parameter("charset"));
            body.html = body.html ? *body.html + html : std::move(html);
        } else {
            add_file(*part, body, packages);
        }
    }
    for (auto& mail : packages)
        add_packed_mail(std::move(mail), body);
    return body;
}

std::string unflow(std::string_view text, DelSp delsp) {
    std::string joined;
    joined.reserve(text.size());
    std::size_t open_depth = 0;  // quote depth of the paragraph that goes on
    bool is_open = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        auto line = text.substr(at, end - at);
        at = end + 1;
        const auto depth = std::min(line.find_first_not_of('>'), line.size());
        line.remove_prefix(depth);
        if (line.starts_with(' ')) line.remove_prefix(1);  // space-stuffing, section 4.4
        const bool is_signature = line == "-- ";
        if (is_open && (depth != open_depth || is_signature)) {
            joined += '\n';
            is_open = false;
        }
        if (!is_open && depth > 0) {
            joined.append(depth, '>');
            joined += ' ';
        }
        is_open = line.ends_with(' ') && !is_signature;
        open_depth = depth;
        if (is_open && delsp == DelSp::yes) line.remove_suffix(1);
        joined += line;
        if (!is_open) joined += '\n';
    }
    if (!text.ends_with('\n') && joined.ends_with('\n')) joined.pop_back();
    return joined;
}

}  // namespace tributary::email
