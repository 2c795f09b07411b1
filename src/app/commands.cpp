#include "app/commands.hpp"

#include <algorithm>
#include <iostream>

#include "api/version.hpp"

namespace tributary {
namespace {

int words_in(std::string_view text) {
    return 1 + static_cast<int>(std::count(text.begin(), text.end(), ' '));
}

bool starts_with_command(const Arguments& arguments, std::string_view name) {
    std::string joined;
    for (int i = 0; i < words_in(name) && i < static_cast<int>(arguments.size()); ++i)
        joined += (i ? " " : "") + arguments[static_cast<std::size_t>(i)];
    return joined == name;
}

// Named by the manual, not built yet: says so and fails, rather than pretending.
int not_built(const Arguments&) {
    std::cerr << "this command is not part of version " << kVersion << " yet\n";
    return 1;
}

}  // namespace

const std::vector<Command>& commands() {
    static const std::vector<Command> all = {
        {"serve", "[--config FILE]", "run the daemon", serve},
        {"check-config", "[--config FILE]", "read and check the configuration, touch nothing",
         check_config},
        {"describe", "[CHANNEL] [--format md|json|toml]",
         "every setting with type, default and meaning", describe_settings},
        {"normalize", "CHANNEL [--connector NAME | --settings FILE] [--many]",
         "one raw message on stdin to one JSON interaction on stdout", normalize},
        {"token create", "--name N --role admin|agent|reader",
         "make an API token; it is shown this once", create_token},
        {"token list", "", "API tokens, without their secrets", list_tokens_command},
        {"token revoke", "ID", "end an API token", revoke_token_command},
        {"agent add", "--name N --email E [--role admin|agent|reader] [--invite]",
         "a new agent; with --invite also a link to choose a password with", add_agent},
        {"agent invite", "EMAIL", "a link to choose a password with, once, within three days",
         invite_agent},
        {"agent offboard", "EMAIL [--to EMAIL]",
         "end an agent's access everywhere, hand the open work over, and report", offboard_agent},
        {"agent list", "", "agents", list_agents_command},
        {"agent disable", "EMAIL", "end an agent's access", disable_agent},
        {"connector list", "", "configured connectors", list_connectors},
        {"connector check", "NAME", "try a connector's connections step by step", check_connector},
        {"connector apply", "FILE", "bring connectors into the store", not_built},
        {"customer show", "ID|NUMBER", "one customer as JSON", show_customer},
        {"customer merge", "SURVIVOR OTHER", "fold one customer into another",
         merge_customer_command},
        {"customer split", "MERGE", "undo a merge", split_customer_command},
        {"customer export", "ID|NUMBER [--out FILE]",
         "everything known of one customer, as a ZIP archive", export_customer_command},
        {"customer erase", "ID|NUMBER", "erase one customer for good, and print the certificate",
         erase_customer_command},
        {"retention", "[--apply]",
         "what is older than the configuration keeps it; --apply takes it away", retention_command},
        {"match", "--in people.csv --out pairs.csv", "find duplicate customers", not_built},
        {"import", "FILE", "import customers", not_built},
        {"backup", "FILE", "a consistent, verified copy, while the daemon runs", back_up_command},
        {"restore", "FILE [--replace]", "put a copy back; the daemon must not run",
         restore_command},
        {"verify", "[BACKUP]", "check everything in the store, or in a backup; exit 1 on findings",
         verify_command},
        {"key change", "", "a new key for the secrets that the store holds sealed",
         change_key_command},
        {"reconcile", "CONNECTOR [--all]",
         "compare what stands at the source with what came of it; exit 1 when something is missing",
         reconcile},
        {"demo", "[--dir DIR] [--listen ADDRESS:PORT]", "a small believable desk to try", demo},
        {"version", "", "the version", print_version},
    };
    return all;
}

const Command* find_command(Arguments& arguments) {
    const Command* found = nullptr;
    for (const Command& command : commands())
        if (starts_with_command(arguments, command.name) &&
            (!found || words_in(command.name) > words_in(found->name)))
            found = &command;
    if (found) arguments.erase(arguments.begin(), arguments.begin() + words_in(found->name));
    return found;
}

int print_usage(bool is_error) {
    std::ostream& out = is_error ? std::cerr : std::cout;
    out << "usage: tributary COMMAND [options]\n\n";
    for (const Command& command : commands()) {
        if (command.run == not_built) continue;
        out << "  " << command.name << ' ' << command.usage << "\n      " << command.help << '\n';
    }
    out << "\nEvery command takes --config FILE (default /etc/tributary/tributary.toml, or "
           "$TRIBUTARY_CONFIG)\n"
           "and --json where its output is data.\n";
    return is_error ? 2 : 0;
}

int print_version(const Arguments&) {
    std::cout << "tributary " << kVersion << '\n';
    return 0;
}

}  // namespace tributary
