#include "http/framing.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tributary::http {
namespace {

constexpr std::uint64_t kMaxContentLength = std::uint64_t{1} << 40;

Error bad(std::string sentence) {
    return Error(Outcome::rejected, std::move(sentence)).with_reason("bad_request");
}

Error refused(std::string sentence, std::string reason) {
    return Error(Outcome::rejected, std::move(sentence)).with_reason(std::move(reason));
}

// RFC 9110, section 5.6.2.
bool is_token_character(char c) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return true;
    return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}

// Field values: no controls but the tab (RFC 9110, section 5.5).
bool has_control(std::string_view text) {
    return std::ranges::any_of(
        text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

bool list_holds(std::string_view list, std::string_view word) {
    return std::ranges::any_of(split(list, ','), [&](std::string_view entry) {
        return equals_ignoring_case(trim(entry), word);
    });
}

std::optional<std::uint64_t> parse_length(std::string_view digits) {
    // Enough for the limit below, and far from overflow.
    if (digits.empty() || digits.size() > 15) return std::nullopt;
    std::uint64_t length = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (length > kMaxContentLength) return std::nullopt;
    return length;
}

// Cuts the next line off `head`, without its CR LF.
std::string_view take_line(std::string_view& head) {
    const auto end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    return line;
}

enum class Version { http_1_0, http_1_1 };

Result<Version> judge_request_line(std::string_view line) {
    const auto parts = split(line, ' ');
    if (parts.size() != 3 || !is_token(parts[0]) || parts[1].empty())
        return bad("The request line is malformed.");
    const bool is_printable =
        std::ranges::all_of(parts[1], [](unsigned char c) { return c > 0x20 && c != 0x7f; });
    if (!is_printable) return bad("The request target holds a control character.");
    if (parts[2] == "HTTP/1.1") return Version::http_1_1;
    if (parts[2] == "HTTP/1.0") return Version::http_1_0;
    if (parts[2].starts_with("HTTP/"))
        return refused("Only HTTP/1.1 is spoken here.", "version_not_supported");
    return bad("The request line is malformed.");
}

// The fields that decide on framing, gathered line by line.
struct Gathered {
    std::size_t hosts = 0;
    std::size_t lengths = 0;
    std::optional<std::uint64_t> length;
    std::size_t encodings = 0;
    std::string_view encoding;
    bool closes = false;
    bool keeps_alive = false;
    bool upgrades = false;
    std::string_view expect;

    void note(std::string_view name, std::string_view value) {
        if (equals_ignoring_case(name, "Host")) {
            ++hosts;
        } else if (equals_ignoring_case(name, "Content-Length")) {
            ++lengths;
            length = parse_length(value);
        } else if (equals_ignoring_case(name, "Transfer-Encoding")) {
            ++encodings;
            encoding = value;
        } else if (equals_ignoring_case(name, "Connection")) {
            closes |= list_holds(value, "close");
            keeps_alive |= list_holds(value, "keep-alive");
            upgrades |= list_holds(value, "upgrade");
        } else if (equals_ignoring_case(name, "Expect")) {
            expect = value;
        }
    }
};

std::optional<Error> judge_field(std::string_view line, Gathered& gathered) {
    if (line.front() == ' ' || line.front() == '\t') return bad("A header field is folded.");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return bad("A header field's name is malformed.");
    if (has_control(line.substr(colon + 1)))
        return bad("A header field holds a control character.");
    gathered.note(line.substr(0, colon), trim(line.substr(colon + 1)));
    return std::nullopt;
}

std::optional<Error> judge_lengths(const Gathered& gathered, Version version) {
    if (gathered.encodings > 0) {
        // A lone "chunked" is honest; we just do not take it. The rest smells of smuggling.
        const bool is_plain_chunked = gathered.encodings == 1 && gathered.lengths == 0 &&
                                      version == Version::http_1_1 &&
                                      equals_ignoring_case(gathered.encoding, "chunked");
        if (is_plain_chunked)
            return refused("Send the body with a Content-Length.", "length_required");
        return bad("The body's length is ambiguous.");
    }
    if (gathered.lengths > 1) return bad("There is more than one Content-Length.");
    if (gathered.lengths == 1 && !gathered.length) return bad("The Content-Length is malformed.");
    return std::nullopt;
}

}  // namespace

Result<std::optional<std::size_t>> HeadScanner::scan(std::string_view bytes) {
    if (looked_ == 0 && !bytes.empty() && !is_token_character(bytes.front()))
        return bad("This is not an HTTP request.");
    while (looked_ < bytes.size()) {
        const auto end = bytes.find('\n', looked_);
        if (end == std::string_view::npos) break;
        if (end == 0 || bytes[end - 1] != '\r') return bad("A line ends without CR.");
        const std::size_t length = end - 1 - line_;
        if (lines_ > 0 && length == 0) {
            if (end + 1 > limits_.max_head) break;
            return std::optional<std::size_t>(end + 1);
        }
        if (length > (lines_ == 0 ? limits_.max_target : limits_.max_line)) break;
        if (++lines_ > limits_.max_fields + 1)
            return refused("There are too many header fields.", "header_too_large");
        line_ = looked_ = end + 1;
    }
    looked_ = std::max(looked_, bytes.size());
    if (lines_ == 0 && bytes.size() > limits_.max_target)
        return refused("The request target is too long.", "target_too_long");
    if (bytes.size() - line_ > limits_.max_line || bytes.size() > limits_.max_head)
        return refused("The header is too large.", "header_too_large");
    return std::optional<std::size_t>();
}

Result<Framing> judge_head(std::string_view head) {
    const auto version = judge_request_line(take_line(head));
    if (!version) return version.error();
    Gathered gathered;
    for (std::string_view line = take_line(head); !line.empty(); line = take_line(head)) {
        if (auto breach = judge_field(line, gathered)) return *breach;
    }
    const bool is_1_1 = *version == Version::http_1_1;
    if (gathered.hosts > 1 || (is_1_1 && gathered.hosts == 0))
        return bad("There must be exactly one Host.");
    if (auto breach = judge_lengths(gathered, *version)) return *breach;
    Framing framing;
    framing.content_length = gathered.length.value_or(0);
    framing.is_http_1_0 = !is_1_1;
    framing.is_persistent = is_1_1 ? !gathered.closes : gathered.keeps_alive && !gathered.closes;
    framing.has_upgrade = is_1_1 && gathered.upgrades;
    if (is_1_1 && !gathered.expect.empty()) {
        if (!equals_ignoring_case(gathered.expect, "100-continue"))
            return refused("Only 100-continue can be expected.", "expectation_failed");
        framing.awaits_continue = framing.content_length > 0;
    }
    return framing;
}

}  // namespace tributary::http
