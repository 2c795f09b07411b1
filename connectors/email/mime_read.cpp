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

// What the library gets to see: delimiter lines and part headers, below a header of our own making.
// Of the real one it would parse every address and invent what is missing; contents would only cost
// time; and it does not know the blanks that RFC 2046 section 5.1.1 allows behind a delimiter.
// Remembers where everything stood.
class Outline {
 public:
    Outline(const ParameterizedValue& type, std::string_view body) : body_(body) {
        text_ = "Content-Type: multipart/mixed";
        const auto boundary = type.parameter("boundary");
        if (!boundary.empty()) {
            text_ += "; boundary=\"";
            for (const char c : boundary) {
                if (c == '"' || c == '\\') text_ += '\\';
                text_ += c;
            }
            text_ += '"';
        }
        text_ += "\r\n\r\n";
        segments_.push_back({text_.size(), 0});
        // A boundary that itself ends in blanks is illegal, and meant.
        keeps_blanks_ = boundary.ends_with(' ');
        copy_skeleton();
    }

    const std::string& text() const { return text_; }

    // The bytes of the message that stand at [start, start + length) of the outline, with what was
    // left out between them.
    std::string_view original(std::size_t start, std::size_t length) const {
        const auto from = to_body(start, Side::before), to = to_body(start + length, Side::behind);
        return from > to ? std::string_view() : body_.substr(from, to - from);
    }

 private:
    enum class Side { before, behind };  // of what was left out at a position

    struct Segment {
        std::size_t outline;  // from here on ...
        std::size_t body;     // ... the bytes stand here
    };

    void copy_skeleton() {
        std::size_t at = 0;
        for (auto delimiter = next_delimiter(0); delimiter < body_.size();
             delimiter = next_delimiter(at)) {
            // The line end in front of a delimiter belongs to it.
            auto start = delimiter;
            if (start > at && body_[start - 1] == '\n') --start;
            if (start > at && body_[start - 1] == '\r') --start;
            resume_at(start);
            at = copy_part_header(start, delimiter);
        }
        resume_at(body_.size());
    }

    // Copies the delimiter line and the header below it; returns where the contents start.
    std::size_t copy_part_header(std::size_t start, std::size_t delimiter) {
        auto end = line_end(delimiter);
        const auto line = body_.substr(delimiter, end - delimiter);
        const auto stop = keeps_blanks_ ? line.find_last_not_of("\r\n") + 1
                                        : line.find_last_not_of(" \t\r\n") + 1;
        text_.append(body_.substr(start, delimiter + stop - start));
        auto copied = delimiter + line.find_last_not_of("\r\n") + 1;
        if (copied != delimiter + stop) resume_at(copied);
        while (end < body_.size() && !body_.substr(end).starts_with("--")) {
            const auto next = line_end(end);
            const bool is_empty = body_[end] == '\n' || body_.substr(end).starts_with("\r\n");
            end = next;
            if (is_empty) break;
        }
        text_.append(body_.substr(copied, end - copied));
        return end;
    }

    void resume_at(std::size_t body) { segments_.push_back({text_.size(), body}); }

    std::size_t line_end(std::size_t at) const {
        const auto found = body_.find('\n', at);
        return found == std::string_view::npos ? body_.size() : found + 1;
    }

    // The start of the first line from `from` on (itself a line's start) that begins with "--".
    std::size_t next_delimiter(std::size_t from) const {
        if (body_.substr(from).starts_with("--")) return from;
        const auto found = body_.find("\n--", from);
        return found == std::string_view::npos ? body_.size() : found + 1;
    }

    std::size_t to_body(std::size_t at, Side side) const {
        const auto segment =
            side == Side::behind
                ? std::upper_bound(segments_.begin(), segments_.end(), at,
                                   [](std::size_t a, const Segment& s) { return a < s.outline; })
                : std::lower_bound(segments_.begin(), segments_.end(), at,
                                   [](const Segment& s, std::size_t a) { return s.outline < a; });
        if (segment == segments_.begin()) return 0;
        const auto& known = *std::prev(segment);
        return std::min(known.body + (at - known.outline), body_.size());
    }

    std::string_view body_;
    std::string text_;
    std::vector<Segment> segments_;
    bool keeps_blanks_ = false;
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
