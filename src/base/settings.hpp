// Settings: declared once, read from TOML or JSON, described as text, TOML, Markdown or JSON
// Schema.
//
// A Setting's dotted name ("imap.url") is its path in the file. Unknown names are errors that
// suggest the nearest valid one. Every error carries file:line:column where the source has lines.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/time.hpp"

namespace tributary {

enum class SettingType {
    text,
    secret,  // { file = "…" }, { env = "…" }, or plain text where the file's mode is 0600
    boolean,
    integer,
    duration,  // "250ms", "30s", "5m", "2h", "7d"
    choice,    // one of `choices`
    texts,     // array of text
    table,     // free-form table or array, kept as JSON (a mapping, say)
    records,   // array of tables, each described by `fields`
};

// One declared value. Build with the functions below, refine with the chained setters.
struct Setting {
    Setting(std::string n, SettingType t, std::string h)
        : name(std::move(n)), type(t), help(std::move(h)) {}
    Setting&& required() && {
        is_required = true;
        return std::move(*this);
    }
    // As it would stand in the file: "30s", "true", "100", "[]".
    Setting&& defaults_to(std::string text) && {
        default_text = std::move(text);
        return std::move(*this);
    }
    Setting&& between(std::int64_t low, std::int64_t high) && {
        minimum = low;
        maximum = high;
        return std::move(*this);
    }
    // The characters a text may hold, as in a regular expression's class: "a-z0-9-".
    Setting&& made_of(std::string characters) && {
        alphabet = std::move(characters);
        return std::move(*this);
    }
    Setting&& one_of(std::vector<std::string> names) && {
        choices = std::move(names);
        return std::move(*this);
    }
    Setting&& with_fields(std::vector<Setting> described) && {
        fields = std::move(described);
        return std::move(*this);
    }
    Setting&& example(std::string text) && {
        example_text = std::move(text);
        return std::move(*this);
    }

    std::string name;
    SettingType type;
    std::string help;  // full sentences, for the admin
    bool is_required = false;
    std::string default_text;
    std::string example_text;
    std::optional<std::int64_t> minimum;  // integer: value; duration: milliseconds; text: bytes
    std::optional<std::int64_t> maximum;
    std::string alphabet;
    std::vector<std::string> choices;
    std::vector<Setting> fields;
};

using Schema = std::vector<Setting>;

// Where a value stood: "tributary.toml:12:5", or just the source's name.
struct SourcePlace {
    SourcePlace() = default;
    SourcePlace(std::string s, int l, int c) : source(std::move(s)), line(l), column(c) {}
    std::string text() const;
    std::string source;
    int line = 0;
    int column = 0;
};

// A parsed document before it meets a schema: scalars, arrays and tables, each with its place.
struct ConfigNode {
    using Array = std::vector<ConfigNode>;
    using Table = std::map<std::string, ConfigNode>;
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Table> value;
    SourcePlace place;

    const Table* table() const { return std::get_if<Table>(&value); }
    const Array* array() const { return std::get_if<Array>(&value); }
};

// `message` of the error is "file:line:column: what is wrong".
Result<ConfigNode> parse_toml(std::string_view text, const std::string& source);
ConfigNode to_config_node(const boost::json::value& json, const std::string& source);
boost::json::value to_json(const ConfigNode& node);

// Whether plain-text secrets are accepted (the file is readable by its owner only).
enum class InlineSecrets { allowed, refused };

// Typed values that obey a schema. Asking for a name or type that the schema does not declare is a
// bug of ours and throws std::logic_error; a value neither given nor defaulted reads as empty, 0 or
// false, and has() tells. Copies are cheap enough for start-up, not for hot paths.
class Settings {
 public:
    // Checks `node` (a table) against `schema`. All faults are collected, one FieldError each,
    // whose pointer is "file:line:column" (or the setting's name) and whose detail names setting
    // and limit.
    static Result<Settings> read(const Schema& schema, const ConfigNode& node,
                                 InlineSecrets secrets);

    bool has(std::string_view name) const;                 // given or defaulted
    const std::string& text(std::string_view name) const;  // text, choice; "" when absent
    Secret secret(std::string_view name) const;
    bool boolean(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;
    Milliseconds duration(std::string_view name) const;
    const std::vector<std::string>& texts(std::string_view name) const;
    const boost::json::value& table(std::string_view name) const;  // null when absent
    const std::vector<Settings>& records(std::string_view name) const;

    // All but the secrets, as one text for a helper process of ours. unpack() trusts it, and throws
    // where it is damaged.
    std::string pack() const;
    static Settings unpack(std::string_view packed);

 private:
    using Value =
        std::variant<std::monostate, std::string, Secret, bool, std::int64_t, Milliseconds,
                     std::vector<std::string>, boost::json::value, std::vector<Settings>>;
    struct Entry {
        Entry(SettingType t, Value v) : type(t), value(std::move(v)) {}
        SettingType type;
        Value value;  // monostate: neither given nor defaulted
    };
    friend class SettingsReader;
    const Value& get(std::string_view name, std::initializer_list<SettingType> types) const;
    template <class T>
    const T& value_or_empty(std::string_view name, std::initializer_list<SettingType> types) const;
    std::map<std::string, Entry, std::less<>> values_;
};

// "250ms", "30s", "5m", "2h", "7d"; nullopt when it is not that.
std::optional<Milliseconds> parse_duration(std::string_view text);

// What `describe` prints, and the JSON Schema (2020-12) the admin form is made of.
std::string describe_as_markdown(const Schema& schema);
std::string describe_as_toml(const Schema& schema);
boost::json::value describe_as_json(const Schema& schema);
boost::json::value json_schema(const Schema& schema);

}  // namespace tributary
