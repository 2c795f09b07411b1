#include "connectors/email/mime_read.hpp"

#include <algorithm>
#include <exception>
#include <vmime/platforms/posix/posixHandler.hpp>
#include <vmime/utility/inputStreamByteBufferAdapter.hpp>
#include <vmime/vmime.hpp>

#include "base/text.hpp"
#include "connectors/email/tnef.hpp"
#include "connectors/email/transfer.hpp"

namespace tributary::email {
namespace {

ParameterizedValue media_type(const Headers& headers, std::string_view fallback) {
    const auto raw = headers.find("Content-Type");
    auto type = raw ? parse_parameterized(*raw) : ParameterizedValue();
    const auto slash = type.value.find('/');
    const bool is_complete =
        slash != std::string::npos && slash > 0 && slash + 1 < type.value.size();
    // "text" alone was the whole type before MIME.
    if (!is_complete) type.value = type.value == "html" ? "text/html" : std::string(fallback);
    return type;
}

Part make_part(Headers headers, std::string_view body, std::string_view fallback_type) {
    Part part;
    part.type = media_type(headers, fallback_type);
    if (const auto raw = headers.find("Content-Disposition")) {
        part.disposition = parse_parameterized(*raw);
    }
    part.headers = std::move(headers);
    part.body = body;
    return part;
}

// What the library gets to see: the body below a header of our own making (of the real one it would
// parse every address and invent what is missing), without the blanks behind delimiter lines, which
// RFC 2046 section 5.1.1 allows and the library does not know. Remembers where the bytes came from.
class Outline {
 public:
    Outline(const ParameterizedValue& type, std::string_view body) : body_(body) {
        text_ = "Content-Type: multipart/mixed";
        if (const auto boundary = type.parameter("boundary"); !boundary.empty()) {
            text_ += "; boundary=\"";
            for (const char c : boundary) {
                if (c == '"' || c == '\\') text_ += '\\';
                text_ += c;
            }
            text_ += '"';
        }
        text_ += "\r\n\r\n";
        text_.reserve(text_.size() + body.size());
        // A boundary that itself ends in blanks is illegal, and meant.
        const bool has_blank_end = type.parameter("boundary").ends_with(' ');
        copy_body(has_blank_end ? body.size() : 0);
    }

    const std::string& text() const { return text_; }

    // The bytes of the message that stand at [start, start + length) of the outline.
    std::string_view original(std::size_t start, std::size_t length) const {
        const auto from = to_body(start), to = to_body(start + length);
        return from > to ? std::string_view() : body_.substr(from, to - from);
    }

 private:
    void copy_body(std::size_t tidy_from) {
        cuts_.push_back({text_.size(), 0});
        std::size_t copied = 0;
        for (auto at = next_delimiter(tidy_from); at < body_.size(); at = next_delimiter(at + 2)) {
            const auto end = std::min(body_.find('\n', at), body_.size());
            const auto line = body_.substr(at, end - at);
            const auto blanks = line.find_last_not_of(" \t\r") + 1;
            const auto rest = line.ends_with('\r') ? line.size() - 1 : line.size();
            if (blanks == rest) continue;
            text_.append(body_.substr(copied, at + blanks - copied));
            copied = at + rest;
            cuts_.push_back({text_.size(), copied});
        }
        text_.append(body_.substr(copied));
    }

    std::size_t next_delimiter(std::size_t from) const {
        if (from == 0 && body_.starts_with("--")) return 0;
        const auto found = body_.find("\n--", from == 0 ? 0 : from - 1);
        return found == std::string_view::npos ? body_.size() : found + 1;
    }

    std::size_t to_body(std::size_t at) const {
        const auto above =
            std::upper_bound(cuts_.begin(), cuts_.end(), at,
                             [](std::size_t a, const Cut& cut) { return a < cut.outline; });
        if (above == cuts_.begin()) return 0;
        const auto& cut = *std::prev(above);
        return std::min(cut.body + (at - cut.outline), body_.size());
    }

    struct Cut {
        std::size_t outline;  // from here on ...
        std::size_t body;     // ... the bytes stand here
    };

    std::string_view body_;
    std::string text_;
    std::vector<Cut> cuts_;
};

void prepare_library() {
    static const bool is_prepared = [] {
        vmime::platform::setHandler<vmime::platforms::posix::posixHandler>();
        return true;
    }();
    static_cast<void>(is_prepared);
}

class TreeReader {
 public:
    explicit TreeReader(const Outline& outline) : outline_(outline) {}

    void read_children(const vmime::body& body, Part& parent) const {
        const auto* fallback =
            parent.type.value == "multipart/digest" ? "message/rfc822" : "text/plain";
        for (std::size_t i = 0; i < body.getPartCount(); ++i) {
            const auto child = body.getPartAt(i);
            auto part =
                make_part(Headers(slice(*child->getHeader())), slice(*child->getBody()), fallback);
            read_children(*child->getBody(), part);
            // A multipart without parts is what stands between its delimiters, if anything.
            const bool is_hollow =
                part.type.value.starts_with("multipart/") && part.children.empty();
            if (is_hollow && trim(part.body).empty()) continue;
            if (is_hollow) part.type.value = "text/plain";
            parent.children.push_back(std::move(part));
        }
    }

 private:
    std::string_view slice(const vmime::component& component) const {
        return outline_.original(component.getParsedOffset(), component.getParsedLength());
    }

    const Outline& outline_;
};

}  // namespace

std::string Part::content_id() const {
    const auto raw = headers.find("Content-ID");
    if (!raw) return {};
    auto ids = parse_message_ids(unfold(*raw), 1);
    return ids.empty() ? std::string() : std::move(ids.front());
}

std::string Part::filename() const {
    auto name = disposition.parameter("filename");
    if (name.empty()) name = type.parameter("name");
    return safe_filename(name);
}

std::string Part::decoded_body() const {
    return decode_transfer(body, headers.token("Content-Transfer-Encoding"));
}

Result<Part> read_mime(std::string_view raw) {
    const auto message = split_message(raw);
    auto root = make_part(Headers(message.header), message.body, "text/plain");
    if (!root.type.value.starts_with("multipart/")) return root;
    try {
        prepare_library();
        const Outline outline(root.type, message.body);
        const auto stream = vmime::make_shared<vmime::utility::inputStreamByteBufferAdapter>(
            reinterpret_cast<const vmime::byte_t*>(outline.text().data()), outline.text().size());
        vmime::message parsed;
        parsed.parse(stream, 0, outline.text().size());
        TreeReader(outline).read_children(*parsed.getBody(), root);
    } catch (const std::exception& failure) {
        return Error(Outcome::invalid, "This message cannot be read.", failure.what())
            .with_reason("malformed");
    }
    if (root.children.empty()) root.type.value = "text/plain";
    return root;
}

}  // namespace tributary::email
