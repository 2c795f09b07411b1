#include "connectors/email/tnef.hpp"

#include <cstdint>
#include <optional>

#include "base/text.hpp"
#include "connectors/email/charset.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_files = 200;
constexpr std::size_t max_properties = 2000;
constexpr std::uint32_t signature = 0x223E9F78;

// Attributes ([MS-OXTNEF] section 2.1.3.2) and MAPI properties ([MS-OXPROPS]) used here.
constexpr std::uint32_t att_render_data = 0x00069002;  // starts a file
constexpr std::uint32_t att_title = 0x00018010;
constexpr std::uint32_t att_data = 0x0006800F;
constexpr std::uint32_t att_attachment = 0x00069005;
constexpr std::uint32_t att_codepage = 0x00069007;
constexpr std::uint16_t prop_data = 0x3701;
constexpr std::uint16_t prop_filename = 0x3704;
constexpr std::uint16_t prop_long_filename = 0x3707;
constexpr std::uint16_t prop_mime_tag = 0x370E;

// Little-endian reading that goes dry instead of wrong.
class Bytes {
 public:
    explicit Bytes(std::string_view bytes) : rest_(bytes) {}

    bool empty() const { return rest_.empty(); }

    std::optional<std::uint32_t> number(std::size_t width) {
        if (rest_.size() < width) return std::nullopt;
        std::uint32_t value = 0;
        for (std::size_t i = width; i-- > 0;) {
            value = value << 8 | static_cast<unsigned char>(rest_[i]);
        }
        rest_.remove_prefix(width);
        return value;
    }

    std::optional<std::string_view> take(std::size_t count) {
        if (rest_.size() < count) return std::nullopt;
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    // `count` bytes and the padding to a multiple of four behind them.
    std::optional<std::string_view> take_padded(std::size_t count) {
        auto taken = take(count);
        if (taken) rest_.remove_prefix(std::min((4 - count % 4) % 4, rest_.size()));
        return taken;
    }

 private:
    std::string_view rest_;
};

std::string text_of(std::string_view bytes, std::uint16_t type, std::string_view codepage) {
    constexpr std::uint16_t unicode = 0x001F;
    auto text = decode_charset(bytes, type == unicode ? "utf-16le" : codepage);
    return strip_controls(text, Lines::join);
}

struct Property {
    std::uint16_t id = 0;
    std::uint16_t type = 0;
    std::string_view value;  // of a variable-length one, its first value
};

// The bytes one value of a fixed-length type takes, or 0 when the length is written in front.
std::optional<std::size_t> fixed_width(std::uint16_t type) {
    switch (type) {
        case 0x0002:
        case 0x0003:
        case 0x0004:
        case 0x000A:
        case 0x000B: return 4;
        case 0x0005:
        case 0x0006:
        case 0x0007:
        case 0x0014:
        case 0x0040: return 8;
        case 0x0048: return 16;
        case 0x000D:
        case 0x001E:
        case 0x001F:
        case 0x0102: return 0;
        default: return std::nullopt;
    }
}

bool skip_property_name(Bytes& bytes) {
    const auto guid = bytes.take(16);
    const auto kind = bytes.number(4);
    if (!guid || !kind) return false;
    const auto value = bytes.number(4);
    if (!value) return false;
    return *kind == 0 || bytes.take_padded(*value).has_value();
}

std::optional<Property> next_property(Bytes& bytes) {
    constexpr std::uint16_t many_values = 0x1000;
    constexpr std::uint16_t first_named = 0x8000;
    const auto type = bytes.number(2), id = bytes.number(2);
    if (!type || !id) return std::nullopt;
    if (*id >= first_named && !skip_property_name(bytes)) return std::nullopt;
    Property property;
    property.id = static_cast<std::uint16_t>(*id);
    property.type = static_cast<std::uint16_t>(*type & ~many_values);
    const auto width = fixed_width(property.type);
    if (!width) return std::nullopt;
    std::uint32_t count = 1;
    if (*width == 0 || (*type & many_values) != 0) {
        const auto written = bytes.number(4);
        if (!written) return std::nullopt;
        count = *written;
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        std::size_t length = *width;
        if (length == 0) {
            const auto written = bytes.number(4);
            if (!written) return std::nullopt;
            length = *written;
        }
        const auto value = bytes.take_padded(length);
        if (!value) return std::nullopt;
        if (i == 0) property.value = *value;
    }
    return property;
}

class TnefReader {
 public:
    std::vector<PackedFile> read(std::string_view stream) {
        Bytes bytes(stream);
        if (bytes.number(4) != signature || !bytes.number(2)) return {};
        while (!bytes.empty() && files_.size() < max_files) {
            const auto level = bytes.number(1), id = bytes.number(4), length = bytes.number(4);
            if (!level || !id || !length) break;
            const auto data = bytes.take(*length);
            if (!data || !bytes.take(2)) break;
            on_attribute(*id, *data);
        }
        finish_file();
        return std::move(files_);
    }

 private:
    void on_attribute(std::uint32_t id, std::string_view data) {
        switch (id) {
            case att_codepage:
                if (const auto page = Bytes(data).number(4)) {
                    codepage_ = "windows-" + std::to_string(*page);
                }
                break;
            case att_render_data:
                finish_file();
                is_open_ = true;
                break;
            case att_title:
                if (current_.name.empty()) current_.name = text_of(data, 0x001E, codepage_);
                break;
            case att_data: current_.bytes = data; break;
            case att_attachment: on_properties(data); break;
            default: break;
        }
    }

    void on_properties(std::string_view data) {
        Bytes bytes(data);
        const auto count = bytes.number(4);
        bool has_long_name = false;
        for (std::uint32_t i = 0; count && i < std::min<std::uint32_t>(*count, max_properties);
             ++i) {
            const auto property = next_property(bytes);
            if (!property) return;
            if (property->id == prop_long_filename ||
                (property->id == prop_filename && !has_long_name)) {
                current_.name = text_of(property->value, property->type, codepage_);
                has_long_name = property->id == prop_long_filename;
            } else if (property->id == prop_mime_tag) {
                current_.content_type =
                    ascii_lower(trim(text_of(property->value, property->type, codepage_)));
            } else if (property->id == prop_data) {
                current_.bytes = property->value;
            }
        }
    }

    void finish_file() {
        if (is_open_) {
            current_.name = safe_filename(current_.name);
            if (current_.content_type.find('/') == std::string::npos) {
                current_.content_type = "application/octet-stream";
            }
            files_.push_back(std::move(current_));
        }
        current_ = PackedFile();
        is_open_ = false;
    }

    bool is_open_ = false;
    std::string codepage_ = "windows-1252";
    PackedFile current_;
    std::vector<PackedFile> files_;
};

}  // namespace

std::vector<PackedFile> read_tnef(std::string_view bytes) {
    return TnefReader().read(bytes);
}

std::string safe_filename(std::string_view name) {
    constexpr std::size_t max_filename_bytes = 255;
    if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) {
        name = name.substr(slash + 1);
    }
    const auto clean = strip_controls(name, Lines::join);
    const auto last = trim(clean);
    if (last == "." || last == "..") return {};
    return std::string(truncate_utf8(last, max_filename_bytes));
}

}  // namespace tributary::email
