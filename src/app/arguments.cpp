#include "app/arguments.hpp"

#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>

#include <cstdlib>

namespace tributary {
namespace po = boost::program_options;

Options::Options(const Arguments& arguments, const std::vector<std::string>& valued,
                 const std::vector<std::string>& flags,
                 const std::vector<std::string>& positional) {
    po::options_description known;
    known.add_options()("config", po::value<std::string>())("json", "");
    for (const std::string& name : valued)
        known.add_options()(name.c_str(), po::value<std::string>());
    for (const std::string& name : flags)
        known.add_options()(name.c_str(), "");
    po::positional_options_description words;
    std::vector<std::string> required;
    for (std::string name : positional) {
        if (name.back() == '?') {
            name.pop_back();
        } else {
            required.push_back(name);
        }
        words.add(name.c_str(), 1);
        known.add_options()(name.c_str(), po::value<std::string>());
    }
    try {
        po::store(
            po::command_line_parser(arguments)
                .options(known)
                .positional(words)
                .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
                .run(),
            values_);
    } catch (const po::error& wrong) {
        throw UsageError(wrong.what());
    }
    for (const std::string& name : required)
        if (!has(name)) throw UsageError("missing argument: " + name);
}

std::optional<std::string> Options::find(const std::string& name) const {
    if (!has(name)) return std::nullopt;
    return values_[name].as<std::string>();
}

std::string Options::get(const std::string& name) const {
    const auto value = find(name);
    if (!value) throw UsageError("missing option: --" + name);
    return *value;
}

std::filesystem::path Options::config_file() const {
    if (const auto given = find("config")) return *given;
    if (const char* environment = std::getenv("TRIBUTARY_CONFIG"); environment && *environment)
        return environment;
    return "/etc/tributary/tributary.toml";
}

AppConfig Options::config() const {
    Result<AppConfig> config = load_config(config_file());
    if (!config) throw Failure(config.error());
    return std::move(*config);
}

}  // namespace tributary
