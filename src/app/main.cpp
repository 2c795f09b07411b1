#include <iostream>

#include "app/arguments.hpp"
#include "app/commands.hpp"
#include "app/report.hpp"
#include "base/log.hpp"
#include "connector/normalizer_pool.hpp"

int main(int argc, char** argv) {
    using namespace tributary;
    Arguments arguments(argv + 1, argv + argc);
    if (arguments.empty()) return print_usage(true);
    if (arguments.front() == "help" || arguments.front() == "--help" || arguments.front() == "-h")
        return print_usage(false);
    if (arguments.front() == "--version") arguments.front() = "version";
    if (arguments.front() == kNormalizerArgument) return serve_normalizers(find_connector_type);
    const Command* command = find_command(arguments);
    if (!command) {
        std::cerr << "unknown command '" << arguments.front() << "'; 'tributary help' lists them\n";
        return 2;
    }
    // A command speaks through its output; the daemon sets its own level.
    log::configure(log::Level::warn, log::Format::text);
    try {
        return command->run(arguments);
    } catch (const UsageError& wrong) {
        std::cerr << wrong.what() << "; usage: tributary " << command->name << ' ' << command->usage
                  << '\n';
        return 2;
    } catch (const Failure& failure) {
        print_error(failure.error());
        return failure.error().outcome == Outcome::invalid ? 2 : 1;
    } catch (const std::exception& thrown) {
        std::cerr << thrown.what() << '\n';
        return 1;
    }
}
