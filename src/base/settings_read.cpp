// A document against its schema: Settings::read.
#include "base/secret_source.hpp"
#include "base/settings.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace tributary {
namespace {

// How a type is asked for in an error: "must be …".
std::string_view wanted(SettingType type) {
    switch (type) {
        case SettingType::text: return "a text in quotes";
        case SettingType::secret: return R"({ file = "…" }, { env = "…" } or a text in quotes)";
        case SettingType::boolean: return "true or false";
        case SettingType::integer: return "a whole number";
        case SettingType::duration:
            return R"(a duration in quotes, like "250ms", "30s", "5m", "2h" or "7d")";
        case SettingType::choice: return "one of its choices in quotes";
        case SettingType::texts: return "an array of texts";
        case SettingType::table: return "a table or an array";
        case SettingType::records: return "an array of tables";
    }
    return "something else";
}

std::string duration_text(std::int64_t ms) {
    static constexpr std::pair<std::int64_t, const char*> kUnits[] = {
        {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}};
    for (const auto& [size, unit] : kUnits)
        if (ms != 0 && ms % size == 0) return std::to_string(ms / size) + unit;
    return std::to_string(ms) + "ms";
}

std::string limit_text(const Setting& setting, std::int64_t limit) {
    if (setting.type == SettingType::duration) return duration_text(limit);
    if (setting.type == SettingType::integer) return std::to_string(limit);
    return std::to_string(limit) + " bytes";
}

// "" when `value` is within the setting's limits, else the sentence.
std::string range_fault(const Setting& setting, std::int64_t value) {
    const bool too_low = setting.minimum && value < *setting.minimum;
    const bool too_high = setting.maximum && value > *setting.maximum;
    if (!too_low && !too_high) return {};
    if (setting.minimum && setting.maximum)
        return "must be between " + limit_text(setting, *setting.minimum) + " and " +
               limit_text(setting, *setting.maximum);
    return too_low ? "must be at least " + limit_text(setting, *setting.minimum)
                   : "must be at most " + limit_text(setting, *setting.maximum);
}

// `alphabet` is written as a regular expression's class without brackets: "a-z0-9-".
bool is_made_of(std::string_view text, std::string_view alphabet) {
    std::string characters;
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        const bool is_range = i + 2 < alphabet.size() && alphabet[i + 1] == '-';
        const char last = is_range ? alphabet[i + 2] : alphabet[i];
        for (int c = alphabet[i]; c <= last; ++c)
            characters += static_cast<char>(c);
        if (is_range) i += 2;
    }
    return text.find_first_not_of(characters) == std::string_view::npos;
}

std::string join_choices(const std::vector<std::string>& choices) {
    std::string text;
    for (const std::string& choice : choices)
        text += (text.empty() ? "\"" : ", \"") + choice + "\"";
    return text;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto hint = nearest(word, candidates);
    return hint ? "; did you mean '" + *hint + "'?" : "";
}

// A default as it would stand in the file, so that it passes the same checks as a given value.
ConfigNode default_node(const Setting& setting) {
    ConfigNode node;
    node.place.source = "default of " + setting.name;
    const bool is_quoted =
        setting.type == SettingType::text || setting.type == SettingType::choice ||
        setting.type == SettingType::duration || setting.type == SettingType::secret;
    if (is_quoted) {
        node.value = setting.default_text;
        return node;
    }
    auto parsed = parse_toml("value = " + setting.default_text, node.place.source);
    if (!parsed) throw std::logic_error(describe(parsed.error()));
    node.value = parsed->table()->at("value").value;
    return node;
}

}  // namespace

// Walks one table beside its schema. A fault is noted and the walk goes on, so that the admin sees
// them all at once; the values are only handed out when there were none.
class SettingsReader {
 public:
    SettingsReader(const Schema& schema, InlineSecrets secrets, std::string path,
                   std::vector<FieldError>& faults)
        : schema_(schema), secrets_(secrets), path_(std::move(path)), faults_(faults) {}

    Settings read(const ConfigNode& node) {
        if (const auto* table = node.table()) {
            read_table(*table, "");
        } else {
            fault(node.place, "", "must be a table");
        }
        for (const Setting& setting : schema_) {
            if (given_.contains(setting.name)) continue;
            if (setting.is_required) {
                fault(node.place, setting.name, "is required");
            } else if (!setting.default_text.empty()) {
                store(setting, convert(setting, default_node(setting)));
            } else {
                store(setting, std::monostate());
            }
        }
        return std::move(settings_);
    }

 private:
    using Value = Settings::Value;

    // `prefix` is the dotted path of `table` with a final dot, or "".
    void read_table(const ConfigNode::Table& table, const std::string& prefix) {
        for (const auto& [key, node] : table) {
            const std::string name = prefix + key;
            const auto* setting = find(name);
            if (setting) {
                given_.insert(name);
                store(*setting, convert(*setting, node));
            } else if (!is_prefix(name + ".")) {
                fault(node.place, name, unknown(key, name, prefix));
            } else if (const auto* inner = node.table()) {
                read_table(*inner, name + ".");
            } else {
                fault(node.place, name, "must be a table");
            }
        }
    }

    std::string unknown(const std::string& key, const std::string& name,
                        const std::string& prefix) const {
        std::vector<std::string> siblings;
        std::vector<std::string> all;
        for (const Setting& setting : schema_) {
            all.push_back(setting.name);
            if (!setting.name.starts_with(prefix)) continue;
            const std::string_view rest = std::string_view(setting.name).substr(prefix.size());
            siblings.emplace_back(rest.substr(0, rest.find('.')));
        }
        const std::string hint = did_you_mean(key, siblings);
        return "unknown setting '" + path_ + name + "'" +
               (hint.empty() ? did_you_mean(name, all) : hint);
    }

    const Setting* find(const std::string& name) const {
        const auto at = std::find_if(schema_.begin(), schema_.end(),
                                     [&](const Setting& setting) { return setting.name == name; });
        return at == schema_.end() ? nullptr : &*at;
    }

    bool is_prefix(const std::string& path) const {
        return std::any_of(schema_.begin(), schema_.end(),
                           [&](const Setting& setting) { return setting.name.starts_with(path); });
    }

    void store(const Setting& setting, Value value) {
        settings_.values_.insert_or_assign(setting.name,
                                           Settings::Entry(setting.type, std::move(value)));
    }

    // `what` begins with "unknown setting" or is the rest of a sentence about the setting.
    void fault(const SourcePlace& place, const std::string& name, const std::string& what) {
        const std::string full = path_ + name;
        const bool names_itself = full.empty() || what.starts_with("unknown setting");
        faults_.emplace_back(place.line == 0 && !full.empty() ? full : place.text(),
                             names_itself ? what : "'" + full + "' " + what);
    }

    Value convert(const Setting& setting, const ConfigNode& node) {
        switch (setting.type) {
            case SettingType::text: return convert_text(setting, node);
            case SettingType::secret: return convert_secret(setting, node);
            case SettingType::boolean:
                if (const bool* value = std::get_if<bool>(&node.value)) return *value;
                break;
            case SettingType::integer: return convert_integer(setting, node);
            case SettingType::duration: return convert_duration(setting, node);
            case SettingType::choice: return convert_choice(setting, node);
            case SettingType::texts: return convert_texts(setting, node);
            case SettingType::table:
                if (node.table() || node.array()) return to_json(node);
                break;
            case SettingType::records: return convert_records(setting, node);
        }
        return wrong_type(setting, node);
    }

    Value wrong_type(const Setting& setting, const ConfigNode& node) {
        std::string what = "must be " + std::string(wanted(setting.type));
        if (setting.minimum && setting.maximum)
            what += ", between " + limit_text(setting, *setting.minimum) + " and " +
                    limit_text(setting, *setting.maximum);
        fault(node.place, setting.name, what);
        return {};
    }

    Value convert_text(const Setting& setting, const ConfigNode& node) {
        const auto* text = std::get_if<std::string>(&node.value);
        if (!text) return wrong_type(setting, node);
        if (text->empty() && setting.is_required) {
            fault(node.place, setting.name, "must not be empty");
        } else if (text->find('\0') != std::string::npos) {
            fault(node.place, setting.name, "must not contain NUL");
        } else if (!setting.alphabet.empty() && !is_made_of(*text, setting.alphabet)) {
            fault(node.place, setting.name, "may only hold the characters " + setting.alphabet);
        } else if (auto what = range_fault(setting, static_cast<std::int64_t>(text->size()));
                   !what.empty()) {
            fault(node.place, setting.name, what);
        }
        return *text;
    }

    Value convert_integer(const Setting& setting, const ConfigNode& node) {
        const auto* value = std::get_if<std::int64_t>(&node.value);
        if (!value) return wrong_type(setting, node);
        if (auto what = range_fault(setting, *value); !what.empty())
            fault(node.place, setting.name, what);
        return *value;
    }

    Value convert_duration(const Setting& setting, const ConfigNode& node) {
        const auto* text = std::get_if<std::string>(&node.value);
        const auto value = text ? parse_duration(*text) : std::nullopt;
        if (!value) return wrong_type(setting, node);
        if (auto what = range_fault(setting, value->count()); !what.empty())
            fault(node.place, setting.name, what);
        return *value;
    }

    Value convert_choice(const Setting& setting, const ConfigNode& node) {
        const auto* text = std::get_if<std::string>(&node.value);
        if (!text || !std::count(setting.choices.begin(), setting.choices.end(), *text)) {
            fault(node.place, setting.name,
                  "must be one of " + join_choices(setting.choices) +
                      (text ? did_you_mean(*text, setting.choices) : ""));
            return {};
        }
        return *text;
    }

    Value convert_texts(const Setting& setting, const ConfigNode& node) {
        const auto* array = node.array();
        if (!array) return wrong_type(setting, node);
        std::vector<std::string> texts;
        for (const ConfigNode& item : *array) {
            const auto* text = std::get_if<std::string>(&item.value);
            if (!text) return wrong_type(setting, item);
            const bool is_known = setting.choices.empty() ||
                                  std::count(setting.choices.begin(), setting.choices.end(), *text);
            if (!is_known)
                fault(item.place, setting.name, "may hold " + join_choices(setting.choices));
            if (auto what = range_fault(setting, static_cast<std::int64_t>(text->size()));
                !what.empty())
                fault(item.place, setting.name, "has an entry that " + what);
            texts.push_back(*text);
        }
        return texts;
    }

    Value convert_records(const Setting& setting, const ConfigNode& node) {
        const auto* array = node.array();
        if (!array) return wrong_type(setting, node);
        std::vector<Settings> records;
        for (const ConfigNode& item : *array) {
            const std::string path =
                path_ + setting.name + "[" + std::to_string(records.size()) + "].";
            records.push_back(SettingsReader(setting.fields, secrets_, path, faults_).read(item));
        }
        return records;
    }

    Value convert_secret(const Setting& setting, const ConfigNode& node) {
        if (const auto* text = std::get_if<std::string>(&node.value)) {
            if (secrets_ == InlineSecrets::refused) {
                fault(node.place, setting.name,
                      "is a secret in a file that others can read: chmod 600 the file, or refer to "
                      "it "
                      R"(as { file = "…" } or { env = "…" })");
                return {};
            }
            if (text->empty()) fault(node.place, setting.name, "must not be empty");
            return Secret(*text);
        }
        const auto* table = node.table();
        const auto* reference = table && table->size() == 1
                                    ? std::get_if<std::string>(&table->begin()->second.value)
                                    : nullptr;
        if (!reference) return wrong_type(setting, node);
        const std::string& key = table->begin()->first;
        if (key == "env")
            return resolved_secret(setting, node, secret_from_environment(*reference));
        if (key == "file") return resolved_secret(setting, node, secret_from_file(*reference));
        return wrong_type(setting, node);
    }

    Value resolved_secret(const Setting& setting, const ConfigNode& node, Result<Secret> secret) {
        if (secret) return std::move(*secret);
        fault(node.place, setting.name, secret.error().message);
        return {};
    }

    const Schema& schema_;
    InlineSecrets secrets_;
    std::string path_;  // in front of every name: "" or "fields[2]."
    std::vector<FieldError>& faults_;
    std::set<std::string> given_;
    Settings settings_;
};

Result<Settings> Settings::read(const Schema& schema, const ConfigNode& node,
                                InlineSecrets secrets) {
    std::vector<FieldError> faults;
    Settings settings = SettingsReader(schema, secrets, "", faults).read(node);
    if (faults.empty()) return settings;
    Error error(Outcome::invalid, faults.size() == 1
                                      ? "One setting is wrong."
                                      : std::to_string(faults.size()) + " settings are wrong.");
    error.fields = std::move(faults);
    return error;
}

}  // namespace tributary
