// Options of commands: "--name value", "--name=value", flags and positional words.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/config.hpp"

namespace tributary {

// Thrown for wrong usage; main prints it and exits with 2.
class UsageError : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

class Options {
 public:
    // "config" and "json" are always known. `positional` names words in order; a name ending in "?"
    // may be absent. Throws UsageError.
    Options(const Arguments& arguments, const std::vector<std::string>& valued,
            const std::vector<std::string>& flags, const std::vector<std::string>& positional);

    std::optional<std::string> find(const std::string& name) const;
    std::string get(const std::string& name) const;  // throws UsageError when absent
    bool has(const std::string& flag) const { return values_.count(flag) > 0; }
    bool json() const { return has("json"); }

    // --config, else $TRIBUTARY_CONFIG, else /etc/tributary/tributary.toml.
    std::filesystem::path config_file() const;
    AppConfig config() const;  // throws Failure(invalid)

 private:
    boost::program_options::variables_map values_;
};

}  // namespace tributary
