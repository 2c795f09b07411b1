// TOML 1.0 to ConfigNode. The only file that includes toml++: header-only here, because the
// packaged library is built with exceptions, and a foreign text shall never throw.
#include "base/settings.hpp"
#include "base/text.hpp"

#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
// Version 3.3 asserts, or with NDEBUG assumes, that a key begins well before it finds out that it
// does not ("[$x]"). Without the assertion it gives the error it was about to give.
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>

namespace tributary {
namespace {

constexpr std::size_t kMaxTextBytes = 1'000'000;
constexpr int kMaxDepth = 64;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

Error syntax_error(const SourcePlace& place, const std::string& what) {
    return Error(Outcome::invalid, place.text() + ": " + what).with_field(place.text(), what);
}

SourcePlace place_of(const std::string& source, const toml::source_region& region) {
    return {source, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

SourcePlace place_at(const std::string& source, std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t last_break = before.rfind('\n');
    const std::size_t line_start = last_break == std::string_view::npos ? 0 : last_break + 1;
    return {source, static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
            static_cast<int>(count_code_points(before.substr(line_start))) + 1};
}

// What TOML forbids outright and a reader of the error would otherwise have to guess.
std::optional<Error> check_bytes(std::string_view text, const std::string& source) {
    if (text.size() > kMaxTextBytes)
        return syntax_error({source, 0, 0}, "larger than " + std::to_string(kMaxTextBytes) +
                                                " bytes, which no configuration is");
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
        return syntax_error(place_at(source, text, nul), "a NUL byte; the file must be plain text");
    if (const std::size_t valid = valid_utf8_prefix(text); valid != text.size())
        return syntax_error(place_at(source, text, valid),
                            "not valid UTF-8; save the file as UTF-8");
    return std::nullopt;
}

// Turns parsed nodes into ours; the first thing we cannot hold ends it.
class Converter {
 public:
    explicit Converter(const std::string& source) : source_(source) {}

    ConfigNode convert(const toml::node& from, SourcePlace place, int depth = 0) {
        ConfigNode to;
        to.place = std::move(place);
        if (depth > kMaxDepth) {
            fail(to.place, "nested deeper than " + std::to_string(kMaxDepth) + " levels");
        } else if (const auto* text = from.as_string()) {
            to.value = text->get();
        } else if (const auto* integer = from.as_integer()) {
            to.value = integer->get();
        } else if (const auto* boolean = from.as_boolean()) {
            to.value = boolean->get();
        } else if (const auto* real = from.as_floating_point()) {
            to.value = real->get();
        } else if (const auto* table = from.as_table()) {
            to.value = convert_table(*table, depth);
        } else if (const auto* array = from.as_array()) {
            to.value = convert_array(*array, depth);
        } else {
            fail(to.place, "dates and times are written in quotes here");
        }
        return to;
    }

    const std::optional<Error>& error() const { return error_; }

 private:
    ConfigNode::Table convert_table(const toml::table& from, int depth) {
        ConfigNode::Table to;
        for (const auto& [key, node] : from)
            to.emplace(std::string(key.str()),
                       convert(node, place_of(source_, key.source()), depth + 1));
        return to;
    }

    ConfigNode::Array convert_array(const toml::array& from, int depth) {
        ConfigNode::Array to;
        for (const toml::node& node : from)
            to.push_back(convert(node, place_of(source_, node.source()), depth + 1));
        return to;
    }

    void fail(const SourcePlace& place, const std::string& what) {
        if (!error_) error_ = syntax_error(place, what);
    }

    const std::string& source_;
    std::optional<Error> error_;
};

// The last line on which a key spelt `key` (possibly dotted) was defined; 0 when there is none.
int last_definition(const toml::table& table, const std::string& key,
                    const std::string& prefix = {}) {
    int line = 0;
    const auto look_into = [&](const toml::node& node, const std::string& path) {
        if (const auto* inner = node.as_table())
            line = std::max(line, last_definition(*inner, key, path));
    };
    for (const auto& [name, node] : table) {
        const std::string path = prefix + "." + std::string(name.str());
        if (path.ends_with("." + key))
            line = std::max(line, static_cast<int>(name.source().begin.line));
        look_into(node, path);
        const auto* array = node.as_array();
        for (std::size_t i = 0; array && i < array->size(); ++i)
            look_into(*array->get(i), path);
    }
    return line;
}

// toml++ names only the second of two definitions. What stood above it is sound TOML, so parsing
// that much again finds the first.
std::string first_definition(std::string_view text, const toml::parse_error& error) {
    const std::string_view description = error.description();
    const std::size_t open = description.find('\'');
    const std::size_t close = description.find('\'', open + 1);
    if (description.find("redefine") == std::string_view::npos || close == std::string_view::npos)
        return {};
    std::size_t end = 0;
    for (unsigned line = 1; line < error.source().begin.line; ++line)
        end = text.find('\n', end) + 1;
    const auto above = toml::parse(text.substr(0, end), std::string_view());
    if (!above) return {};
    const std::string key(description.substr(open + 1, close - open - 1));
    const int line = last_definition(above.table(), key);
    return line == 0 ? "" : "; it was first defined on line " + std::to_string(line);
}

}  // namespace

Result<ConfigNode> parse_toml(std::string_view text, const std::string& source) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (auto error = check_bytes(text, source)) return *error;
    const auto parsed = toml::parse(text, std::string_view(source));
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        return syntax_error(place_of(source, error.source()),
                            std::string(error.description()) + first_definition(text, error));
    }
    Converter converter(source);
    ConfigNode root = converter.convert(parsed.table(), SourcePlace(source, 1, 1));
    if (converter.error()) return *converter.error();
    return root;
}

}  // namespace tributary
