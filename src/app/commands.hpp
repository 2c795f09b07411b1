// The commands of the one binary. Each returns the exit code: 0 good, 1 failed, 2 usage or
// configuration error. They run without the daemon, or beside it on its store.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tributary {

// What is behind the command's name, split by the shell.
using Arguments = std::vector<std::string>;

struct Command {
    const char* name;   // may have two words: "token create"
    const char* usage;  // the rest of the line
    const char* help;
    int (*run)(const Arguments& arguments);
};

const std::vector<Command>& commands();
// The longest command that `arguments` start with, and what is left; null when there is none.
const Command* find_command(Arguments& arguments);
int print_usage(bool is_error);

int serve(const Arguments& arguments);
int check_config(const Arguments& arguments);
int describe_settings(const Arguments& arguments);
int normalize(const Arguments& arguments);
int create_token(const Arguments& arguments);
int list_tokens_command(const Arguments& arguments);
int revoke_token_command(const Arguments& arguments);
int add_agent(const Arguments& arguments);
int list_agents_command(const Arguments& arguments);
int disable_agent(const Arguments& arguments);
int invite_agent(const Arguments& arguments);
int offboard_agent(const Arguments& arguments);
int list_connectors(const Arguments& arguments);
int check_connector(const Arguments& arguments);
int reconcile(const Arguments& arguments);
int show_customer(const Arguments& arguments);
int merge_customer_command(const Arguments& arguments);
int split_customer_command(const Arguments& arguments);
int back_up_command(const Arguments& arguments);
int restore_command(const Arguments& arguments);
int verify_command(const Arguments& arguments);
int change_key_command(const Arguments& arguments);
int export_customer_command(const Arguments& arguments);
int retention_command(const Arguments& arguments);
int erase_customer_command(const Arguments& arguments);
int demo(const Arguments& arguments);
int print_version(const Arguments& arguments);

}  // namespace tributary
