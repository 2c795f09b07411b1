// What a schema says about itself: for a terminal, a README, a sample file and the admin form.
#include "base/settings.hpp"
#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace tributary {
namespace {

namespace json = boost::json;

std::string_view type_name(SettingType type) {
    switch (type) {
        case SettingType::text: return "text";
        case SettingType::secret: return "secret";
        case SettingType::boolean: return "boolean";
        case SettingType::integer: return "integer";
        case SettingType::duration: return "duration";
        case SettingType::choice: return "choice";
        case SettingType::texts: return "list of texts";
        case SettingType::table: return "table";
        case SettingType::records: return "list of tables";
    }
    return "text";
}

bool stands_in_quotes(SettingType type) {
    return type == SettingType::text || type == SettingType::duration ||
           type == SettingType::choice || type == SettingType::secret;
}

// A value as a TOML file spells it.
std::string spelt(const Setting& setting, const std::string& text) {
    // A secret's example may be a reference, which is a table and stands without quotes.
    const bool is_reference = setting.type == SettingType::secret && text.starts_with("{");
    if (!stands_in_quotes(setting.type) || is_reference) return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string limits(const Setting& setting) {
    if (!setting.choices.empty()) {
        std::string text;
        for (const std::string& choice : setting.choices)
            text += (text.empty() ? "" : ", ") + choice;
        return "one of " + text;
    }
    const bool is_integer = setting.type == SettingType::integer;
    const std::string unit = is_integer                              ? ""
                             : setting.type == SettingType::duration ? " ms"
                                                                     : " bytes";
    std::string text;
    if (setting.minimum) text = "from " + std::to_string(*setting.minimum) + unit;
    if (setting.maximum)
        text += (text.empty() ? "up to " : " up to ") + std::to_string(*setting.maximum) + unit;
    return text;
}

std::string table_cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

void append_rows(std::string& out, const Schema& schema, const std::string& prefix) {
    for (const Setting& setting : schema) {
        const std::string range = limits(setting);
        const std::string standard = setting.is_required ? "required"
                                     : setting.default_text.empty()
                                         ? "none"
                                         : "`" + spelt(setting, setting.default_text) + "`";
        out += "| `" + prefix + setting.name + "` | " + std::string(type_name(setting.type)) +
               (range.empty() ? "" : ", " + table_cell(range)) + " | " + table_cell(standard) +
               " | " + table_cell(setting.help) + " |\n";
        append_rows(out, setting.fields, prefix + setting.name + "[].");
    }
}

// The help as comment lines that fit beside code.
std::string comment(std::string_view help) {
    constexpr std::size_t kWidth = 96;
    std::string out;
    std::string line;
    for (const std::string_view word : split(help, ' ')) {
        if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
            out += "# " + line + "\n";
            line.clear();
        }
        line += (line.empty() ? "" : " ") + std::string(word);
    }
    return line.empty() ? out : out + "# " + line + "\n";
}

std::string toml_example(const Setting& setting) {
    if (!setting.example_text.empty()) return spelt(setting, setting.example_text);
    if (!setting.default_text.empty()) return spelt(setting, setting.default_text);
    switch (setting.type) {
        case SettingType::boolean: return "false";
        case SettingType::integer: return std::to_string(setting.minimum.value_or(0));
        case SettingType::texts:
        case SettingType::records: return "[]";
        case SettingType::table: return "{}";
        case SettingType::secret: return R"({ file = "/run/credentials/secret" })";
        default: return "\"\"";
    }
}

// The JSON value of a default; the schema's author vouches for it being one.
json::value default_value(const Setting& setting) {
    if (stands_in_quotes(setting.type)) return json::value(setting.default_text);
    const auto parsed = parse_toml("value = " + setting.default_text, "default of " + setting.name);
    return to_json(parsed.value().table()->at("value"));
}

json::object text_schema(const Setting& setting) {
    json::object schema{{"type", "string"}};
    if (setting.minimum) schema["minLength"] = *setting.minimum;
    if (setting.maximum) schema["maxLength"] = *setting.maximum;
    if (setting.is_required && !setting.minimum) schema["minLength"] = 1;
    if (!setting.alphabet.empty()) schema["pattern"] = "^[" + setting.alphabet + "]*$";
    return schema;
}

json::array names(const std::vector<std::string>& choices) {
    return json::array(choices.begin(), choices.end());
}

json::object value_schema(const Setting& setting) {
    switch (setting.type) {
        case SettingType::text: return text_schema(setting);
        case SettingType::secret:
            return {{"type", {"string", "object"}},
                    {"format", "password"},
                    {"writeOnly", true},
                    {"properties", {{"file", {{"type", "string"}}}, {"env", {{"type", "string"}}}}},
                    {"minProperties", 1},
                    {"maxProperties", 1},
                    {"additionalProperties", false}};
        case SettingType::boolean: return {{"type", "boolean"}};
        case SettingType::integer: {
            json::object schema{{"type", "integer"}};
            if (setting.minimum) schema["minimum"] = *setting.minimum;
            if (setting.maximum) schema["maximum"] = *setting.maximum;
            return schema;
        }
        case SettingType::duration:
            return {{"type", "string"}, {"pattern", "^[0-9]{1,10}(ms|s|m|h|d)$"}};
        case SettingType::choice: return {{"type", "string"}, {"enum", names(setting.choices)}};
        case SettingType::texts: {
            json::object items{{"type", "string"}};
            if (!setting.choices.empty()) items["enum"] = names(setting.choices);
            return {{"type", "array"}, {"items", std::move(items)}};
        }
        case SettingType::table: return {{"type", {"object", "array"}}};
        case SettingType::records:
            return {{"type", "array"}, {"items", json_schema(setting.fields)}};
    }
    return {};
}

// The object schema that `path` ("imap" of "imap.url") names inside `root`, made on the way.
json::object& descend(json::object& root, std::string_view path) {
    json::object* at = &root;
    for (const std::string_view segment : split(path, '.')) {
        auto& properties = (*at)["properties"].as_object();
        if (!properties.contains(segment))
            properties[segment] = json::object{{"type", "object"},
                                               {"properties", json::object()},
                                               {"additionalProperties", false}};
        at = &properties[segment].as_object();
    }
    return *at;
}

void mark_required(json::object& schema, std::string_view name) {
    if (!schema.contains("required")) schema["required"] = json::array();
    auto& required = schema["required"].as_array();
    for (const auto& known : required)
        if (known.as_string() == name) return;
    required.emplace_back(name);
}

// A required setting makes every table on its way required too.
void require(json::object& root, std::string_view dotted) {
    json::object* at = &root;
    for (const std::string_view segment : split(dotted, '.')) {
        mark_required(*at, segment);
        at = &(*at)["properties"].as_object()[segment].as_object();
    }
}

}  // namespace

std::string describe_as_markdown(const Schema& schema) {
    std::string out = "| Setting | Type | Default | Meaning |\n|---|---|---|---|\n";
    append_rows(out, schema, "");
    return out;
}

std::string describe_as_toml(const Schema& schema) {
    std::string out;
    for (const Setting& setting : schema) {
        if (!out.empty()) out += "\n";
        out += comment(setting.help);
        if (const std::string range = limits(setting); !range.empty())
            out += "# Allowed: " + range + ".\n";
        // What is commented out shows the default, or an example where there is none.
        out +=
            (setting.is_required ? "" : "# ") + setting.name + " = " + toml_example(setting) + "\n";
    }
    return out;
}

json::value describe_as_json(const Schema& schema) {
    json::array settings;
    for (const Setting& setting : schema) {
        json::object described{{"name", setting.name},
                               {"type", type_name(setting.type)},
                               {"required", setting.is_required},
                               {"help", setting.help}};
        if (!setting.default_text.empty()) described["default"] = default_value(setting);
        if (!setting.example_text.empty()) described["example"] = setting.example_text;
        if (setting.minimum) described["minimum"] = *setting.minimum;
        if (setting.maximum) described["maximum"] = *setting.maximum;
        if (!setting.choices.empty()) described["choices"] = names(setting.choices);
        if (!setting.fields.empty()) described["fields"] = describe_as_json(setting.fields);
        settings.push_back(std::move(described));
    }
    return settings;
}

json::value json_schema(const Schema& schema) {
    json::object root{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                      {"type", "object"},
                      {"properties", json::object()},
                      {"additionalProperties", false}};
    for (const Setting& setting : schema) {
        const std::size_t dot = setting.name.rfind('.');
        json::object& parent = dot == std::string::npos
                                   ? root
                                   : descend(root, std::string_view(setting.name).substr(0, dot));
        json::object described = value_schema(setting);
        described["description"] = setting.help;
        if (!setting.default_text.empty()) described["default"] = default_value(setting);
        if (!setting.example_text.empty())
            described["examples"] = json::array{setting.example_text};
        const std::string leaf =
            dot == std::string::npos ? setting.name : setting.name.substr(dot + 1);
        parent["properties"].as_object()[leaf] = std::move(described);
        if (setting.is_required) require(root, setting.name);
    }
    return root;
}

}  // namespace tributary
