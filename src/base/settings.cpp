#include "base/settings.hpp"

#include <algorithm>
#include <stdexcept>

namespace tributary {

std::string SourcePlace::text() const {
    if (line == 0) return source;
    return source + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::optional<Milliseconds> parse_duration(std::string_view text) {
    static constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    constexpr std::size_t kMaxDigits = 10;  // times a day still fits 64 bits
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > kMaxDigits) return std::nullopt;
    const std::int64_t count = std::stoll(std::string(text.substr(0, digits)));
    for (const auto& [unit, ms] : kUnits)
        if (text.substr(digits) == unit) return Milliseconds(count * ms);
    return std::nullopt;
}

const Settings::Value& Settings::get(std::string_view name,
                                     std::initializer_list<SettingType> types) const {
    const auto at = values_.find(name);
    if (at == values_.end()) throw std::logic_error("no such setting: " + std::string(name));
    if (std::find(types.begin(), types.end(), at->second.type) == types.end())
        throw std::logic_error("the setting is of another type: " + std::string(name));
    return at->second.value;
}

// The value, or an empty one when it was neither given nor defaulted.
template <class T>
const T& Settings::value_or_empty(std::string_view name,
                                  std::initializer_list<SettingType> types) const {
    static const T empty{};
    const T* value = std::get_if<T>(&get(name, types));
    return value ? *value : empty;
}

bool Settings::has(std::string_view name) const {
    const auto at = values_.find(name);
    if (at == values_.end()) throw std::logic_error("no such setting: " + std::string(name));
    return !std::holds_alternative<std::monostate>(at->second.value);
}

const std::string& Settings::text(std::string_view name) const {
    return value_or_empty<std::string>(name, {SettingType::text, SettingType::choice});
}
Secret Settings::secret(std::string_view name) const {
    return value_or_empty<Secret>(name, {SettingType::secret});
}
bool Settings::boolean(std::string_view name) const {
    return value_or_empty<bool>(name, {SettingType::boolean});
}
std::int64_t Settings::integer(std::string_view name) const {
    return value_or_empty<std::int64_t>(name, {SettingType::integer});
}
Milliseconds Settings::duration(std::string_view name) const {
    return value_or_empty<Milliseconds>(name, {SettingType::duration});
}
const std::vector<std::string>& Settings::texts(std::string_view name) const {
    return value_or_empty<std::vector<std::string>>(name, {SettingType::texts});
}
const boost::json::value& Settings::table(std::string_view name) const {
    return value_or_empty<boost::json::value>(name, {SettingType::table});
}
const std::vector<Settings>& Settings::records(std::string_view name) const {
    return value_or_empty<std::vector<Settings>>(name, {SettingType::records});
}

}  // namespace tributary
