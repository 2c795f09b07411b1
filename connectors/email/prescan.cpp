#include "connectors/email/prescan.hpp"

#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "connectors/email/header_text.hpp"
#include "connectors/email/headers.hpp"

namespace tributary::email {
namespace {

Error refuse(std::string reason, std::string detail) {
    return Error(Outcome::invalid, "This message cannot be read.", std::move(detail))
        .with_reason(std::move(reason));
}

constexpr std::array<std::string_view, 12> address_fields = {
    "from",      "to",           "cc",          "bcc",
    "sender",    "reply-to",     "resent-to",   "resent-from",
    "resent-cc", "delivered-to", "return-path", "disposition-notification-to"};

bool is_address_field(std::string_view name) {
    for (const auto known : address_fields) {
        if (equals_ignoring_case(name, known)) return true;
    }
    return false;
}

// How deep "group: group: ...;" goes. Quoted strings, literals and what stands in brackets hold
// colons of their own.
std::size_t group_depth(std::string_view value) {
    std::size_t depth = 0, deepest = 0;
    char closer = '\0';
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (closer != '\0') {
            if (c == '\\') ++i;
            if (c == closer) closer = '\0';
        } else if (c == '"') {
            closer = '"';
        } else if (c == '[') {
            closer = ']';
        } else if (c == '<') {
            closer = '>';
        } else if (c == ':') {
            deepest = std::max(deepest, ++depth);
        } else if (c == ';' && depth > 0) {
            --depth;
        }
    }
    return deepest;
}

struct Level {
    std::string boundary;     // with its leading "--"; "" for an attached message and while unnamed
    bool is_unnamed = false;  // a multipart without boundary: its first "--" line will name it
};

class Prescan {
 public:
    explicit Prescan(std::string_view raw) : raw_(raw) {}

    Result<> run() {
        if (raw_.size() > max_message_bytes) return refuse("too_large", "more than 25 MB");
        const auto message = split_message(raw_);
        at_ = static_cast<std::size_t>(message.body.data() - raw_.data());
        if (auto ok = enter(message.header); !ok) return ok;
        while (find_delimiter()) {
            if (auto ok = take_part(); !ok) return ok;
        }
        return is_too_deep_ ? Result<>(too_deep()) : Result<>();
    }

 private:
    static Error too_deep() { return refuse("mime_depth", "more than 32 levels"); }

    // A part's header: its own limits, and whether more parts lie below it.
    Result<> enter(std::string_view block) {
        const Headers headers(block);
        auto size = block.size();
        for (const auto& field : headers.fields()) {
            size -= field.size - field.value.size();
            const bool is_address = is_address_field(field.name);
            if (field.size > max_raw_field_bytes && !is_address) {
                return refuse("header_size", "header field over 1.5 MB");
            }
            if (is_address && group_depth(field.value) > max_group_depth) {
                return refuse("header", "nested address groups");
            }
        }
        if (size > max_header_bytes) return refuse("header_size", "header block over 256 KiB");
        if (headers.fields().size() > max_header_fields) {
            return refuse("header_size", "more than 2000 header fields");
        }
        return descend(headers);
    }

    Result<> descend(const Headers& headers) {
        const auto raw_type = headers.find("Content-Type");
        if (!raw_type) return {};
        const auto type = parse_parameterized(*raw_type);
        const bool is_message = type.value == "message/rfc822" || type.value == "message/global";
        if (!is_message && !type.value.starts_with("multipart/")) return {};
        if (levels_.size() == max_mime_depth) {
            is_too_deep_ = true;
            return {};
        }
        Level level;
        if (!is_message) {
            const auto boundary = type.parameter("boundary");
            level.is_unnamed = boundary.empty();
            if (!level.is_unnamed) level.boundary = "--" + std::string(trim(boundary));
        }
        levels_.push_back(std::move(level));
        return is_message ? enter_attached() : Result<>();
    }

    Result<> enter_attached() {
        const auto message = split_message(raw_.substr(at_));
        // Without fields it is no message in plain sight: encoded, or rubbish.
        if (message.header.empty()) return {};
        at_ = static_cast<std::size_t>(message.body.data() - raw_.data());
        return enter(message.header);
    }

    // Moves to the next line that starts with "--".
    bool find_delimiter() {
        if (levels_.empty() || at_ >= raw_.size()) return false;
        if (raw_.substr(at_).starts_with("--") && (at_ == 0 || raw_[at_ - 1] == '\n')) return true;
        const auto found = raw_.find("\n--", at_ == 0 ? 0 : at_ - 1);
        if (found == std::string_view::npos) return false;
        at_ = found + 1;
        return true;
    }

    Result<> take_part() {
        const auto end = std::min(raw_.find('\n', at_), raw_.size());
        auto line = raw_.substr(at_, end - at_);
        while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ')
            line.remove_suffix(1);
        at_ = std::min(end + 1, raw_.size());
        bool is_near_miss = false;
        for (auto depth = levels_.size(); depth-- > 0;) {
            auto& level = levels_[depth];
            if (level.is_unnamed) {
                level.boundary = line;
                level.is_unnamed = false;
            }
            if (level.boundary.empty() || !line.starts_with(level.boundary)) continue;
            const auto rest = line.substr(level.boundary.size());
            if (rest.empty()) {
                levels_.resize(depth + 1);
                return enter_part();
            }
            if (rest == "--") {
                levels_.resize(depth);
                return {};
            }
            is_near_miss = true;
        }
        // A reader laxer than this one might see a part here; count it at its deepest.
        return is_near_miss ? enter_part() : Result<>();
    }

    Result<> enter_part() {
        if (++parts_ > max_mime_parts)
            return is_too_deep_ ? too_deep() : refuse("mime_parts", "more than 1000 parts");
        const auto start = at_;
        // The header ends at an empty line, or where the next delimiter cuts it off.
        while (at_ < raw_.size()) {
            const auto end = std::min(raw_.find('\n', at_), raw_.size());
            auto line = raw_.substr(at_, end - at_);
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (line.starts_with("--")) return enter(raw_.substr(start, at_ - start));
            at_ = std::min(end + 1, raw_.size());
            if (line.empty()) break;
        }
        return enter(raw_.substr(start, at_ - start));
    }

    std::string_view raw_;
    std::size_t at_ = 0;
    std::size_t parts_ = 0;
    bool is_too_deep_ = false;
    std::vector<Level> levels_;
};

}  // namespace

Result<> prescan_message(std::string_view raw) {
    return Prescan(raw).run();
}

}  // namespace tributary::email
