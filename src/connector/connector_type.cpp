// Apart from connector.cpp, so that a program without the registry of all connectors can still link
// one connector.
#include <algorithm>

#include "connector/connector.hpp"

namespace tributary {

const ConnectorType* find_connector_type(std::string_view channel) {
    const auto& types = connector_types();
    const auto at = std::find_if(types.begin(), types.end(), [&](const ConnectorType* type) {
        return type->channel == channel;
    });
    return at == types.end() ? nullptr : *at;
}

}  // namespace tributary
