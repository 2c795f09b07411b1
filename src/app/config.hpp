// The configuration file: the house's settings and its connectors, each declared once.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/settings.hpp"
#include "desk/supervisor.hpp"

namespace tributary {

const Schema& house_schema();

struct AppConfig {
    AppConfig(Settings h, std::vector<ConnectorConfig> c)
        : house(std::move(h)), connectors(std::move(c)) {}
    Settings house;
    std::vector<ConnectorConfig> connectors;

    std::string host() const;  // of server.listen
    std::uint16_t port() const;
    // Without trailing slash; where none is configured, the address listened on with `port`.
    std::string public_url(std::uint16_t port) const;
    std::filesystem::path state() const;
    std::filesystem::path seal_key_file() const;
    std::string store_url() const;
};

// Reads and checks everything, touches nothing. The error holds all faults, one FieldError each,
// pointer "file:line:column". Secrets in plain text need a file that only its owner can read.
Result<AppConfig> load_config(const std::filesystem::path& file);

// One connector's settings against its type, as they stand in a table of the file.
Result<ConnectorConfig> read_connector(const ConfigNode& node, InlineSecrets secrets);

}  // namespace tributary
