#include "base/text.hpp"
#include "model/identity.hpp"

namespace tributary {

bool is_address_kind(std::string_view kind) {
    return kind == "email" || kind == "phone";
}

std::optional<Handle> make_handle(std::string_view kind, std::string_view written,
                                  std::string_view scope) {
    std::optional<std::string> value;
    if (kind == "email") {
        value = normalize_email(written);
    } else if (kind == "phone") {
        value = normalize_phone(written, "");
    } else if (!trim(written).empty()) {
        return Handle(std::string(kind), std::string(scope), std::string(trim(written)));
    }
    if (!value) return std::nullopt;
    return Handle(std::string(kind), "", std::move(*value));
}

}  // namespace tributary
