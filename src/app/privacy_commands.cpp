// Commands that concern one customer's rights.
#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "api/customer_export.hpp"
#include "api/privacy_json.hpp"
#include "app/arguments.hpp"
#include "app/command_store.hpp"
#include "store/audit.hpp"
#include "store/erasure.hpp"
#include "store/file.hpp"
#include "store/retention.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

constexpr std::chrono::minutes daemon_patience{2};
constexpr std::chrono::milliseconds between_looks{200};

Certificate get_certificate(Store& store, ErasureId id) {
    std::optional<Certificate> found;
    store.read_now([&](const Tx& tx) { found = find_certificate(tx, id); });
    return found.value();
}

// The daemon finishes what it finds; without one the store is ours.
Certificate await_finish(CommandStore& store, const Certificate& begun) {
    const auto deadline = std::chrono::steady_clock::now() + daemon_patience;
    Certificate certificate = begun;
    while (!certificate.finished_at && std::chrono::steady_clock::now() < deadline) {
        if (store.is_ours()) finish_erasures(*store, SystemClock().now());
        certificate = get_certificate(*store, begun.id);
        if (!certificate.finished_at) store.wait(between_looks);
    }
    return certificate;
}

std::vector<RetentionRule> retention_rules(const AppConfig& config) {
    std::vector<RetentionRule> rules;
    for (const Settings& record : config.house.records("privacy.retention")) {
        RetentionRule& rule = rules.emplace_back();
        rule.channel = record.text("channel");
        rule.keep = record.duration("keep");
        const std::string& kind = record.text("kind");
        if (!kind.empty() && !(rule.kind = parse_kind(kind)))
            throw Failure(Outcome::invalid, "'" + kind + "' in privacy.retention is no kind");
        if (!rule.channel.empty() && !find_connector_type(rule.channel))
            throw Failure(Outcome::invalid,
                          "'" + rule.channel + "' in privacy.retention is no channel");
    }
    return rules;
}

}  // namespace

int erase_customer_command(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {"customer"});
    CommandStore store(options.config(), CommandStore::Hold::alone_if_free);
    CustomerId id;
    store->read_now([&](const Tx& tx) { id = customer_argument(tx, options.get("customer")).id; });
    const Certificate begun = erase_customer(*store, id, console_actor, SystemClock().now());
    const Certificate certificate = await_finish(store, begun);
    std::cout << json::serialize(certificate_json(certificate)) << '\n';
    if (certificate.finished_at) return 0;
    throw Failure(Outcome::unavailable,
                  "no query finds the customer any more, but the daemon has not cleared its pages "
                  "yet; 'erased' in its log tells when");
}

// To a file of its own, mode 0600, or to standard output.
int export_customer_command(const Arguments& arguments) {
    const Options options(arguments, {"out"}, {}, {"customer"});
    CommandStore store(options.config());
    CustomerId id;
    store->read_now([&](const Tx& tx) { id = customer_argument(tx, options.get("customer")).id; });
    const auto path = options.find("out");
    FileDescriptor file(path ? ::open(path->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
                             : ::dup(STDOUT_FILENO));
    if (!file)
        throw Failure(Outcome::conflict, path.value_or("standard output") +
                                             " cannot be made: " + std::strerror(errno));
    const std::filesystem::path name = path.value_or("standard output");
    const ExportCounts counts =
        export_customer(*store, id, console_actor, SystemClock().now(),
                        [&](std::string_view bytes) { write_all(file, bytes, name); });
    if (path) flush_file(name);
    std::cerr << counts.tickets << " tickets, " << counts.interactions << " interactions, "
              << counts.files << " files";
    if (counts.damaged > 0) std::cerr << ", " << counts.damaged << " damaged ones left out";
    std::cerr << '\n';
    return counts.damaged == 0 ? 0 : 1;
}

// Without --apply it says what would go.
int retention_command(const Arguments& arguments) {
    const Options options(arguments, {}, {"apply"}, {});
    const AppConfig config = options.config();
    const auto run = options.has("apply") ? RetentionRun::real : RetentionRun::dry;
    const std::vector<RetentionRule> rules = retention_rules(config);
    CommandStore store(config, CommandStore::Hold::alone_if_free);
    json::array results;
    for (const RetentionRule& rule : rules) {
        const ErasureCounts counts =
            apply_retention(*store, rule, run, console_actor, SystemClock().now());
        results.push_back(json::object{{"channel", rule.channel},
                                       {"kind", rule.kind ? to_string(*rule.kind) : ""},
                                       {"interactions", counts.interactions},
                                       {"tickets", counts.tickets},
                                       {"blobs", counts.blobs}});
    }
    if (store.is_ours()) finish_erasures(*store, SystemClock().now());
    std::cout << json::serialize(json::object{{"applied", run == RetentionRun::real},
                                              {"rules", std::move(results)}})
              << '\n';
    return 0;
}

}  // namespace tributary
