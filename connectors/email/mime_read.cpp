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

// The library sees the body below a header of our own making: of the real one it would parse every
// address and invent what is missing.
std::string outline_header(const ParameterizedValue& type) {
    std::string header = "Content-Type: multipart/mixed";
    if (const auto boundary = type.parameter("boundary"); !boundary.empty()) {
        header += "; boundary=\"";
        for (const char c : boundary) {
            if (c == '"' || c == '\\') header += '\\';
            header += c;
        }
        header += '"';
    }
    return header + "\r\n\r\n";
}

void prepare_library() {
    static const bool is_prepared = [] {
        vmime::platform::setHandler<vmime::platforms::posix::posixHandler>();
        return true;
    }();
    static_cast<void>(is_prepared);
}

class TreeReader {
 public:
    // The library counts from the start of the outline, whose header has `shift` bytes.
    TreeReader(std::string_view body, std::size_t shift) : body_(body), shift_(shift) {}

    void read_children(const vmime::body& body, Part& parent) const {
        const auto* fallback =
            parent.type.value == "multipart/digest" ? "message/rfc822" : "text/plain";
        for (std::size_t i = 0; i < body.getPartCount(); ++i) {
            const auto child = body.getPartAt(i);
            auto part =
                make_part(Headers(slice(*child->getHeader())), slice(*child->getBody()), fallback);
            read_children(*child->getBody(), part);
            parent.children.push_back(std::move(part));
        }
    }

 private:
    std::string_view slice(const vmime::component& component) const {
        const auto start = component.getParsedOffset();
        if (start < shift_ || start - shift_ > body_.size()) return {};
        return body_.substr(start - shift_, component.getParsedLength());
    }

    std::string_view body_;
    std::size_t shift_;
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
        const auto header = outline_header(root.type);
        std::string outline;
        outline.reserve(header.size() + message.body.size());
        outline.append(header).append(message.body);
        const auto stream = vmime::make_shared<vmime::utility::inputStreamByteBufferAdapter>(
            reinterpret_cast<const vmime::byte_t*>(outline.data()), outline.size());
        vmime::message parsed;
        parsed.parse(stream, 0, outline.size());
        TreeReader(message.body, header.size()).read_children(*parsed.getBody(), root);
    } catch (const std::exception& failure) {
        return Error(Outcome::invalid, "This message cannot be read.", failure.what())
            .with_reason("malformed");
    }
    return root;
}

}  // namespace tributary::email
