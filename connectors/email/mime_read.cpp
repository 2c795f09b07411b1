#include "connectors/email/mime_read.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <utility>
#include <vmime/platforms/posix/posixHandler.hpp>
#include <vmime/utility/inputStreamByteBufferAdapter.hpp>
#include <vmime/vmime.hpp>

#include "base/text.hpp"
#include "connectors/email/prescan.hpp"
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

// What the library gets to see: the delimiters, and below them the Content-Type of a multipart, all
// in clean form under boundaries of our own making. Of the real headers it would parse every
// address and invent what is missing, contents would only cost time, and it takes one boundary for
// another that begins alike. Remembers where parts start and end.
class Outline {
 public:
    Outline(const ParameterizedValue& type, std::string_view body) : body_(body) {
        write_type(type);
        std::size_t at = 0;
        std::size_t parts = 0;
        for (auto line = next_dashes(0); line < body_.size(); line = next_dashes(at)) {
            at = line_end(line);
            const auto delimiter = recognize(body_.substr(line, at - line));
            if (!delimiter) continue;
            if (!delimiter->is_close && ++parts > max_mime_parts) {
                mark(line);
                return;
            }
            leave_levels(*delimiter);
            // The line end in front of a delimiter belongs to it.
            auto end = line;
            if (end > part_start_ && body_[end - 1] == '\n') --end;
            if (end > part_start_ && body_[end - 1] == '\r') --end;
            mark(end);
            text_ += "\r\n--" + boundary_name(delimiter->boundary);
            text_ += delimiter->is_close ? "--\r\n" : "\r\n";
            mark(at);
            part_start_ = at;
            if (!delimiter->is_close) at = write_part_type(at);
        }
        mark(body_.size());
    }

    const std::string& text() const { return text_; }

    // The bytes of the message between two places of the outline.
    std::string_view original(std::size_t start, std::size_t end) const {
        const auto from = to_body(start), to = to_body(end);
        return from > to ? std::string_view() : body_.substr(from, to - from);
    }

 private:
    struct Mark {
        std::size_t outline;
        std::size_t body;
    };
    struct Delimiter {
        std::size_t boundary;
        bool is_close;
    };

    void mark(std::size_t body) { marks_.push_back({text_.size(), body}); }

    // Of one length, so that none begins another.
    static std::string boundary_name(std::size_t number) {
        return std::to_string(100'000 + number);
    }

    void write_type(const ParameterizedValue& type) {
        const auto boundary = type.parameter("boundary");
        std::size_t number = count_++;
        if (boundary.empty()) {
            unnamed_ = number;
        } else {
            number = boundaries_.try_emplace(std::string(boundary), number).first->second;
        }
        text_ += "Content-Type: multipart/mixed; boundary=" + boundary_name(number) + "\r\n\r\n";
        open_.push_back(number);
    }

    // A delimiter ends what lies below its own multipart; a closing one ends that, too.
    void leave_levels(const Delimiter& delimiter) {
        const auto found = std::find(open_.rbegin(), open_.rend(), delimiter.boundary);
        if (found == open_.rend()) return;
        const auto depth = static_cast<std::size_t>(open_.rend() - found);
        open_.resize(delimiter.is_close ? depth - 1 : depth);
    }

    // Blanks behind a delimiter are padding (RFC 2046, section 5.1.1), unless the boundary itself
    // ends in them, which is illegal, and meant.
    std::optional<Delimiter> recognize(std::string_view line) {
        line.remove_prefix(2);
        for (const auto* end : {"\r\n", " \t\r\n"}) {
            line = line.substr(0, line.find_last_not_of(end) + 1);
            if (const auto known = boundaries_.find(line); known != boundaries_.end()) {
                return Delimiter{known->second, false};
            }
            if (!line.ends_with("--")) continue;
            const auto known = boundaries_.find(line.substr(0, line.size() - 2));
            if (known != boundaries_.end()) return Delimiter{known->second, true};
        }
        // A multipart that does not tell its boundary: the first line that looks like one is it.
        if (!unnamed_ || line.empty()) return std::nullopt;
        const auto number = *std::exchange(unnamed_, std::nullopt);
        boundaries_.try_emplace(std::string(line), number);
        return Delimiter{number, false};
    }

    // Returns where the header that starts at `start` ends: at an empty line or the next delimiter.
    std::size_t write_part_type(std::size_t start) {
        auto end = start;
        while (end < body_.size() && !body_.substr(end).starts_with("--")) {
            const bool is_empty = body_[end] == '\n' || body_.substr(end).starts_with("\r\n");
            end = line_end(end);
            if (is_empty) break;
        }
        const auto block = body_.substr(start, end - start);
        if (contains_ignoring_case(block, "multipart/")) {
            const auto raw = Headers(block).find("Content-Type");
            const auto type = raw ? parse_parameterized(*raw) : ParameterizedValue();
            if (type.value.starts_with("multipart/") && open_.size() < max_mime_depth) {
                write_type(type);
                return end;
            }
        }
        text_ += "\r\n";
        return end;
    }

    std::size_t line_end(std::size_t at) const {
        const auto found = body_.find('\n', at);
        return found == std::string_view::npos ? body_.size() : found + 1;
    }

    // The start of the first line from `from` on (itself a line's start) that begins with "--".
    std::size_t next_dashes(std::size_t from) const {
        if (body_.substr(from).starts_with("--")) return from;
        const auto found = body_.find("\n--", from);
        return found == std::string_view::npos ? body_.size() : found + 1;
    }

    std::size_t to_body(std::size_t at) const {
        const auto mark =
            std::lower_bound(marks_.begin(), marks_.end(), at,
                             [](const Mark& m, std::size_t a) { return m.outline < a; });
        return mark == marks_.end() ? body_.size() : mark->body;
    }

    std::string_view body_;
    std::string text_;
    std::vector<Mark> marks_;
    std::map<std::string, std::size_t, std::less<>> boundaries_;
    std::size_t count_ = 0;
    std::vector<std::size_t> open_;  // the multiparts around the current place, by boundary
    std::optional<std::size_t> unnamed_;
    std::size_t part_start_ = 0;
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

    // `parent` lies `depth` levels deep.
    void read_children(const vmime::body& body, Part& parent, std::size_t depth) const {
        const auto* fallback =
            parent.type.value == "multipart/digest" ? "message/rfc822" : "text/plain";
        for (std::size_t i = 0; i < body.getPartCount(); ++i) {
            const auto child = body.getPartAt(i);
            const auto start = child->getParsedOffset();
            const auto source =
                split_part(outline_.original(start, start + child->getParsedLength()));
            auto part = make_part(Headers(source.header), source.body, fallback);
            read_children(*child->getBody(), part, depth + 1);
            // A multipart without parts is what stands between its delimiters, if anything.
            const bool is_hollow = part.type.value.starts_with("multipart/") &&
                                   part.children.empty() && depth < max_mime_depth;
            const bool is_empty = trim(part.body).empty() || child->getBody()->getPartCount() > 0;
            if (is_hollow && is_empty) continue;
            if (is_hollow) part.type.value = "text/plain";
            parent.children.push_back(std::move(part));
        }
    }

 private:
    const Outline& outline_;
};

// What Windows takes for a device, whatever its ending.
bool is_device_name(std::string_view name) {
    const auto stem = ascii_lower(trim(name.substr(0, name.find('.'))));
    for (const auto* device : {"con", "prn", "aux", "nul"}) {
        if (stem == device) return true;
    }
    return stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) &&
           stem[3] >= '1' && stem[3] <= '9';
}

bool has_inner_blanks(std::string_view body) {
    std::size_t blanks = 0;
    for (std::size_t i = 1; i + 1 < body.size(); ++i) {
        if (body[i] == ' ' && body[i - 1] > ' ' && body[i + 1] > ' ') ++blanks;
    }
    return blanks * 32 > body.size();
}

bool has_control_bytes(std::string_view bytes) {
    return std::any_of(bytes.begin(), bytes.end(), [](unsigned char c) {
        return (c < ' ' && (c < '\t' || c > '\r') && c != 0x1B) || c == 127;
    });
}

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
    const auto encoding = headers.token("Content-Transfer-Encoding");
    auto bytes = decode_transfer(body, encoding);
    // Prose under the name of base64 has blanks between its words, and decodes to noise.
    const bool is_prose = is_text() && equals_ignoring_case(encoding, "base64") &&
                          has_inner_blanks(body) && has_control_bytes(bytes);
    return is_prose ? std::string(body) : bytes;
}

std::string safe_filename(std::string_view name) {
    constexpr std::size_t max_filename_bytes = 255;
    if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) {
        name = name.substr(slash + 1);
    }
    const auto clean = strip_controls(name, Lines::join);
    const auto last = trim(clean);
    if (last == "." || last == "..") return {};
    std::string safe(truncate_utf8(last, max_filename_bytes));
    return is_device_name(safe) ? "_" + safe : safe;
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
        TreeReader(outline).read_children(*parsed.getBody(), root, 1);
    } catch (const std::exception& failure) {
        return Error(Outcome::invalid, "This message cannot be read.", failure.what())
            .with_reason("malformed");
    }
    if (root.children.empty()) root.type.value = "text/plain";
    return root;
}

}  // namespace tributary::email
