// Settings on their way into a helper process: JSON, "name": [type, value]. Secrets stay here.
#include <boost/json.hpp>

#include "base/settings.hpp"

namespace tributary {
namespace {

namespace json = boost::json;

// A value by the alternative it is; nothing for secrets and for what is not given.
struct Packer {
    json::value operator()(std::monostate) const { return nullptr; }
    json::value operator()(const Secret&) const { return nullptr; }
    json::value operator()(const std::string& text) const { return json::string(text); }
    json::value operator()(bool flag) const { return flag; }
    json::value operator()(std::int64_t number) const { return number; }
    json::value operator()(Milliseconds duration) const { return duration.count(); }
    json::value operator()(const std::vector<std::string>& texts) const {
        return json::array(texts.begin(), texts.end());
    }
    json::value operator()(const json::value& table) const { return table; }
    json::value operator()(const std::vector<Settings>& records) const {
        json::array packed;
        for (const Settings& record : records)
            packed.emplace_back(record.pack());
        return packed;
    }
};

}  // namespace

std::string Settings::pack() const {
    json::object packed;
    for (const auto& [name, entry] : values_)
        packed[name] = json::array{static_cast<int>(entry.type), std::visit(Packer(), entry.value)};
    return json::serialize(packed);
}

Settings Settings::unpack(std::string_view packed) {
    Settings settings;
    const json::value document = json::parse(packed);
    for (const auto& [name, pair] : document.as_object()) {
        const auto type = static_cast<SettingType>(pair.as_array().at(0).to_number<int>());
        const json::value& value = pair.as_array().at(1);
        Value read;
        if (value.is_null()) {
            read = std::monostate();
        } else if (type == SettingType::table) {
            read = value;
        } else if (type == SettingType::records) {
            std::vector<Settings> records;
            for (const json::value& record : value.as_array())
                records.push_back(unpack(record.as_string()));
            read = std::move(records);
        } else if (type == SettingType::texts) {
            read = json::value_to<std::vector<std::string>>(value);
        } else if (type == SettingType::duration) {
            read = Milliseconds(value.to_number<std::int64_t>());
        } else if (value.is_bool()) {
            read = value.as_bool();
        } else if (value.is_string()) {
            read = std::string(value.as_string());
        } else {
            read = value.to_number<std::int64_t>();
        }
        settings.values_.emplace(name, Entry(type, std::move(read)));
    }
    return settings;
}

}  // namespace tributary
