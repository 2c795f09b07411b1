#include "app/setting_values.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace tributary {
namespace {

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts)
        all.append(all.empty() ? "" : ", ").append(text);
    return all;
}

std::string plain_value(const Setting& setting, const Settings& settings) {
    const std::string& name = setting.name;
    switch (setting.type) {
        case SettingType::secret: return "(secret)";
        case SettingType::boolean: return settings.boolean(name) ? "true" : "false";
        case SettingType::integer: return std::to_string(settings.integer(name));
        case SettingType::duration: return std::to_string(settings.duration(name).count()) + "ms";
        case SettingType::texts: return joined(settings.texts(name));
        case SettingType::table: return boost::json::serialize(settings.table(name));
        case SettingType::records: return {};
        case SettingType::text:
        case SettingType::choice: break;
    }
    return settings.text(name);
}

void add_values(const std::string& prefix, const Schema& schema, const Settings& settings,
                SettingValues& values) {
    for (const Setting& setting : schema) {
        if (!settings.has(setting.name)) continue;
        if (setting.type != SettingType::records) {
            values.emplace(prefix + setting.name, plain_value(setting, settings));
            continue;
        }
        std::size_t number = 0;
        for (const Settings& record : settings.records(setting.name)) {
            const std::string at = prefix + setting.name + "[" + std::to_string(number++) + "].";
            add_values(at, setting.fields, record, values);
        }
    }
}

}  // namespace

SettingValues setting_values(const AppConfig& config) {
    SettingValues values;
    add_values("", house_schema(), config.house, values);
    for (const ConnectorConfig& connector : config.connectors)
        add_values("connector " + connector.name + " ", connector.type->schema, connector.settings,
                   values);
    return values;
}

}  // namespace tributary
