// A configuration file may say anything; it is read or refused, and what it says of itself is TOML.
#include "base/settings.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

const tributary::Schema& schema() {
    using tributary::Setting;
    using tributary::SettingType;
    static const tributary::Schema all = [] {
        tributary::Schema fields;
        fields.push_back(Setting("name", SettingType::text, "A name.").required());
        tributary::Schema schema;
        schema.push_back(Setting("imap.url", SettingType::text, "A text.").between(1, 100));
        schema.push_back(Setting("port", SettingType::integer, "A number.").between(0, 65535));
        schema.push_back(Setting("wait", SettingType::duration, "A duration.").defaults_to("5s"));
        schema.push_back(Setting("secret", SettingType::secret, "A secret."));
        schema.push_back(Setting("mapping", SettingType::table, "A table."));
        schema.push_back(Setting("list", SettingType::texts, "Texts."));
        schema.push_back(
            Setting("fields", SettingType::records, "Records.").with_fields(std::move(fields)));
        return schema;
    }();
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto node = tributary::parse_toml(text, "fuzz.toml");
    if (!node) return 0;
    // Secrets stay refused: otherwise the fuzzer would open files of its choosing.
    const auto settings =
        tributary::Settings::read(schema(), *node, tributary::InlineSecrets::refused);
    if (!settings && settings.error().fields.empty()) std::abort();
    return 0;
}
