#include <boost/json.hpp>

#include <iostream>

#include "app/arguments.hpp"
#include "app/command_house.hpp"
#include "app/daemon.hpp"
#include "app/report.hpp"

namespace tributary {
namespace json = boost::json;

int serve(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {});
    DaemonOptions daemon;
    daemon.config_file = options.config_file();
    return run_daemon(options.config(), daemon);
}

int check_config(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {});
    const AppConfig config = options.config();
    if (options.json()) {
        json::array names;
        for (const ConnectorConfig& connector : config.connectors)
            names.emplace_back(connector.name);
        std::cout << json::serialize(json::object{{"ok", true}, {"connectors", std::move(names)}})
                  << '\n';
    } else {
        std::cout << "configuration is good: " << config.connectors.size() << " connectors\n";
    }
    return 0;
}

int describe_settings(const Arguments& arguments) {
    const Options options(arguments, {"format"}, {}, {"channel?"});
    std::string format = options.find("format").value_or(options.json() ? "json" : "md");
    const auto channel = options.find("channel");
    Schema schema = house_schema();
    if (channel) {
        const ConnectorType* type = find_connector_type(*channel);
        if (!type) throw UsageError("unknown channel '" + *channel + "'");
        schema = common_connector_schema();
        schema.insert(schema.end(), type->schema.begin(), type->schema.end());
    }
    if (format == "md") {
        std::cout << describe_as_markdown(schema);
    } else if (format == "toml") {
        if (channel) std::cout << "[[connector]]\nchannel = \"" << *channel << "\"\n";
        std::cout << describe_as_toml(schema);
    } else if (format == "json") {
        std::cout << json::serialize(describe_as_json(schema)) << '\n';
    } else {
        throw UsageError("unknown format '" + format + "'; use md, json or toml");
    }
    return 0;
}

int list_connectors(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {});
    const AppConfig config = options.config();
    json::array list;
    for (const ConnectorConfig& connector : config.connectors) {
        if (options.json()) {
            list.push_back(json::object{{"name", connector.name},
                                        {"channel", connector.type->channel},
                                        {"title", connector.type->title},
                                        {"mount", connector.type->mount},
                                        {"provisioned", true}});
        } else {
            std::cout << connector.name << "  " << connector.type->channel << '\n';
        }
    }
    if (options.json()) std::cout << json::serialize(list) << '\n';
    return 0;
}

namespace {

awaitable<void> run_check(Connector& connector, std::vector<CheckStep>& steps) {
    constexpr std::chrono::seconds kPatience{60};
    steps = co_await with_timeout(kPatience, connector.check(), "check");
}

}  // namespace

int check_connector(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {"name"});
    CommandHouse house(options.config(), options.get("name"));
    std::vector<CheckStep> steps;
    house.run(run_check(house.connector(), steps));
    bool all_good = true;
    json::array list;
    for (const CheckStep& step : steps) {
        all_good = all_good && step.ok;
        if (options.json()) {
            list.push_back(
                json::object{{"name", step.name}, {"ok", step.ok}, {"detail", step.detail}});
        } else {
            std::cout << (step.ok ? "ok    " : "failed") << "  " << step.name
                      << (step.detail.empty() ? "" : ": " + step.detail) << '\n';
        }
    }
    if (options.json()) std::cout << json::serialize(list) << '\n';
    if (steps.empty()) std::cout << "this connector opens no connections of its own\n";
    return all_good ? 0 : 1;
}

}  // namespace tributary
