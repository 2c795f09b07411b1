// What every connector's folder promises: a README with its settings as `describe` gives them, and
// a sample configuration that is accepted.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/settings.hpp"
#include "connector/connector.hpp"

namespace tributary::test {

inline std::string read_source_file(const std::string& path) {
    std::ifstream file(std::string(TRIBUTARY_SOURCE_DIR) + "/" + path);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline bool holds_settings(const std::string& path, const Schema& schema) {
    std::string described = describe_as_markdown(schema);
    while (described.ends_with('\n'))
        described.pop_back();
    return read_source_file(path).find(described) != std::string::npos;
}

// What `type` says against the connectors of a sample, whose secrets are not on this machine.
inline std::vector<std::string> sample_faults(const std::string& path, const ConnectorType& type,
                                              ConnectorHost& host) {
    const auto document = parse_toml(read_source_file(path), path);
    if (!document) return {describe(document.error())};
    Schema schema = type.schema;
    for (const Setting& common : common_connector_schema())
        schema.push_back(common);
    std::vector<std::string> faults;
    const auto note = [&](const Error& error) {
        faults.push_back(describe(error));
        for (const FieldError& fault : error.fields)
            faults.push_back(fault.detail);
    };
    for (ConfigNode entry : *document->table()->at("connector").array()) {
        auto& table = std::get<ConfigNode::Table>(entry.value);
        for (const Setting& setting : schema)
            if (setting.type == SettingType::secret && table.contains(setting.name))
                table[setting.name].value = std::string("c2VjcmV0");
        const auto settings = Settings::read(schema, entry, InlineSecrets::allowed);
        if (!settings) {
            note(settings.error());
        } else if (const auto made = type.create(*settings, host); !made) {
            note(made.error());
        }
    }
    return faults;
}

}  // namespace tributary::test
