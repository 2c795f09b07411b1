// JSON to ConfigNode and back, for connectors that were made in the UI.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/settings.hpp"

namespace tributary {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

ConfigNode to_config_node(const boost::json::value& json, const std::string& source) {
    ConfigNode node;
    node.place.source = source;
    switch (json.kind()) {
        case boost::json::kind::null: break;
        case boost::json::kind::bool_: node.value = json.get_bool(); break;
        case boost::json::kind::int64: node.value = json.get_int64(); break;
        case boost::json::kind::uint64: node.value = static_cast<double>(json.get_uint64()); break;
        case boost::json::kind::double_: node.value = json.get_double(); break;
        case boost::json::kind::string: node.value = std::string(json.get_string()); break;
        case boost::json::kind::array: {
            ConfigNode::Array array;
            for (const auto& item : json.get_array())
                array.push_back(to_config_node(item, source));
            node.value = std::move(array);
            break;
        }
        case boost::json::kind::object: {
            ConfigNode::Table table;
            for (const auto& [key, item] : json.get_object())
                table.insert_or_assign(std::string(key), to_config_node(item, source));
            node.value = std::move(table);
            break;
        }
    }
    return node;
}

boost::json::value to_json(const ConfigNode& node) {
    const Overloaded convert{
        [](std::monostate) { return boost::json::value(); },
        [](const std::string& text) { return boost::json::value(text); },
        [](const ConfigNode::Array& nodes) {
            boost::json::array array;
            for (const ConfigNode& item : nodes)
                array.push_back(to_json(item));
            return boost::json::value(std::move(array));
        },
        [](const ConfigNode::Table& nodes) {
            boost::json::object object;
            for (const auto& [key, item] : nodes)
                object.emplace(key, to_json(item));
            return boost::json::value(std::move(object));
        },
        [](auto scalar) { return boost::json::value(scalar); },
    };
    return std::visit(convert, node.value);
}

}  // namespace tributary
