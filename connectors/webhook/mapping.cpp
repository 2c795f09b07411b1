#include "connectors/webhook/mapping.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/text.hpp"
#include "connectors/webhook/json_text.hpp"

namespace tributary::webhook {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxEvents = 1000;  // in one delivery
constexpr std::string_view kDataPrefix = "data.";
constexpr std::string_view kTextFields[] = {"kind",  "external_id", "name",    "email",
                                            "phone", "user_id",     "subject", "text"};
// Missing these, an event could neither be told from others nor be read.
constexpr std::string_view kRequiredUnlessSaid[] = {"kind", "external_id", "text"};

const json::value& neutral_table() {
    static const json::value table = {{"kind", "kind"},
                                      {"external_id", "external_id"},
                                      {"occurred_at", "occurred_at"},
                                      {"name", "from.name"},
                                      {"email", "from.email"},
                                      {"phone", "from.phone"},
                                      {"user_id", "from.user_id"},
                                      {"subject", "subject"},
                                      {"text", "text"},
                                      {"data", "data"},
                                      {"required", json::array()}};
    return table;
}

bool is_field(std::string_view name) {
    return name == "occurred_at" || name == "data" || std::ranges::count(kTextFields, name) > 0;
}

// Compiles one expression into place, or notes what is wrong with it.
template <class Store>
void compile_into(const std::string& name, const json::value& value, Error& faults, Store store) {
    const auto* text = value.if_string();
    if (!text) {
        faults.fields.emplace_back("mapping." + name, "must be a JMESPath expression in quotes");
        return;
    }
    auto compiled = Expression::compile(*text);
    if (compiled) {
        store(std::move(*compiled));
    } else {
        faults.fields.emplace_back("mapping." + name, compiled.error().message);
    }
}

}  // namespace

Error mapping_error(std::string field, std::string what) {
    return Error(Outcome::invalid, "The mapping's field '" + field + "' " + what + ".")
        .with_reason("mapping")
        .with_field(field, what);
}

Result<Mapping> Mapping::compile(const json::value& given) {
    Mapping mapping;
    mapping.is_neutral_ = given.is_null();
    const json::value& table = mapping.is_neutral_ ? neutral_table() : given;
    Error faults(Outcome::invalid, "The mapping is wrong.");
    if (!table.is_object()) return std::move(faults).with_field("mapping", "must be a table");
    const json::value* required = nullptr;
    for (const auto& member : table.get_object()) {
        const std::string name(member.key());
        const auto store = [&](Expression e) { mapping.fields_.emplace(name, std::move(e)); };
        if (name == "required") {
            required = &member.value();
        } else if (name == "for_each") {
            compile_into(name, member.value(), faults,
                         [&](Expression e) { mapping.for_each_ = std::move(e); });
        } else if (name == "data" && member.value().is_object()) {
            for (const auto& entry : member.value().get_object()) {
                const std::string path = std::string(kDataPrefix) + std::string(entry.key());
                compile_into(path, entry.value(), faults,
                             [&](Expression e) { mapping.fields_.emplace(path, std::move(e)); });
            }
        } else if (is_field(name)) {
            compile_into(name, member.value(), faults, store);
        } else {
            faults.fields.emplace_back("mapping." + name, "is no field of a mapping");
        }
    }
    if (!mapping.fields_.contains("kind"))
        faults.fields.emplace_back("mapping.kind", "is required");
    if (required && required->is_array()) {
        for (const auto& name : required->get_array())
            mapping.required_.push_back(plain_text(name));
    } else if (required) {
        faults.fields.emplace_back("mapping.required", "must be an array of field names");
    } else {
        for (const std::string_view name : kRequiredUnlessSaid)
            if (mapping.fields_.contains(std::string(name))) mapping.required_.emplace_back(name);
    }
    for (const std::string& name : mapping.required_)
        if (!mapping.fields_.contains(name))
            faults.fields.emplace_back("mapping.required",
                                       "names '" + name + "', which is not mapped");
    if (!faults.fields.empty()) return faults;
    return mapping;
}

Result<std::vector<json::value>> Mapping::events(const json::value& body,
                                                 const json::object& context) const {
    std::vector<json::value> events;
    if (!for_each_) {
        events.push_back(body);
        return events;
    }
    auto found = for_each_->search(body, context);
    if (!found) return mapping_error("for_each", "fails: " + found.error().message);
    if (found->is_null()) return events;
    if (!found->is_array()) return mapping_error("for_each", "does not give an array");
    if (found->get_array().size() > kMaxEvents)
        return mapping_error("for_each",
                             "gives more than " + std::to_string(kMaxEvents) + " events");
    for (auto& event : found->get_array())
        events.push_back(std::move(event));
    return events;
}

Result<json::value> Mapping::find(const std::string& field, const json::value& event,
                                  const json::object& context) const {
    const auto at = fields_.find(field);
    if (at == fields_.end()) return json::value();
    auto found = at->second.search(event, context);
    if (!found) return mapping_error(field, "fails: " + found.error().message);
    if (found->is_null() && std::ranges::count(required_, field) > 0)
        return mapping_error(field, "finds nothing");
    return found;
}

Result<std::string> Mapping::find_text(const std::string& field, const json::value& event,
                                       const json::object& context) const {
    auto found = find(field, event, context);
    if (!found) return found.error();
    if (found->is_array() || found->is_object())
        return mapping_error(field, "gives a list or an object where a text is needed");
    return plain_text(*found);
}

Result<json::object> Mapping::find_data(const json::value& event,
                                        const json::object& context) const {
    auto whole = find("data", event, context);
    if (!whole) return whole.error();
    if (!whole->is_null() && !whole->is_object())
        return mapping_error("data", "does not give an object");
    json::object data = whole->is_object() ? std::move(whole->get_object()) : json::object();
    for (auto at = fields_.lower_bound(std::string(kDataPrefix));
         at != fields_.end() && at->first.starts_with(kDataPrefix); ++at) {
        auto value = find(at->first, event, context);
        if (!value) return value.error();
        if (!value->is_null()) data[at->first.substr(kDataPrefix.size())] = std::move(*value);
    }
    return data;
}

Result<MappedEvent> Mapping::apply(const json::value& event, const json::object& context) const {
    MappedEvent mapped;
    std::string occurred_at;
    const std::pair<const char*, std::string*> texts[] = {
        {"kind", &mapped.kind},       {"external_id", &mapped.external_id},
        {"name", &mapped.name},       {"email", &mapped.email},
        {"phone", &mapped.phone},     {"user_id", &mapped.user_id},
        {"subject", &mapped.subject}, {"text", &mapped.text},
        {"occurred_at", &occurred_at}};
    for (const auto& [field, target] : texts) {
        auto text = find_text(field, event, context);
        if (!text) return text.error();
        *target = std::move(*text);
    }
    if (!occurred_at.empty()) {
        mapped.occurred_at = parse_rfc3339(occurred_at);
        if (!mapped.occurred_at) return mapping_error("occurred_at", "is not a time of RFC 3339");
    }
    auto data = find_data(event, context);
    if (!data) return data.error();
    mapped.data = std::move(*data);
    return mapped;
}

std::vector<std::string> Mapping::headers() const {
    std::vector<std::string> names;
    const auto collect = [&](const Expression& expression) {
        for (auto& name : expression.members_of("$headers"))
            names.push_back(std::move(name));
    };
    if (for_each_) collect(*for_each_);
    for (const auto& [field, expression] : fields_)
        collect(expression);
    return names;
}

}  // namespace tributary::webhook
