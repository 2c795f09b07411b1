// Commands that keep the store: backup, restore, verify.
#include <boost/json.hpp>

#include <iostream>

#include "app/arguments.hpp"
#include "base/seal.hpp"
#include "store/backup.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

constexpr std::size_t most_printed = 50;

StoreOptions store_options(const AppConfig& config) {
    StoreOptions options;
    options.url = config.store_url();
    options.state = config.state();
    options.use = StoreOptions::Use::command;
    return options;
}

// A missing key is not made here: nothing would open under a new one.
Opens opens_with(const std::filesystem::path& key_file) {
    std::error_code ignored;
    if (!std::filesystem::exists(key_file, ignored))
        return [](std::string_view, std::string_view) { return false; };
    auto sealer = std::make_shared<Sealer>(key_file);
    return [sealer](std::string_view sealed, std::string_view context) {
        return sealer->open(sealed, context).has_value();
    };
}

json::object counts_json(const VerifyReport& report) {
    return {{"rows", report.rows},
            {"blobs", report.blobs},
            {"blob_files", report.blob_files},
            {"blob_bytes", report.blob_bytes},
            {"words", report.words},
            {"sealed", report.sealed},
            {"audited", report.audited},
            {"audit_head", report.audit_head},
            {"newest_change", report.newest_change}};
}

json::array findings_json(const VerifyReport& report) {
    json::array list;
    for (const Finding& finding : report.findings)
        list.push_back(json::object{{"check", finding.check}, {"detail", finding.detail}});
    return list;
}

void print_counts(const VerifyReport& report) {
    std::cout << report.rows << " rows, " << report.blobs << " blobs (" << report.blob_files
              << " in files, " << report.blob_bytes << " bytes), " << report.words
              << " words indexed, " << report.sealed << " sealed secrets, " << report.audited
              << " audit rows\n";
}

void print_report(const VerifyReport& report) {
    std::size_t printed = 0;
    for (const Finding& finding : report.findings)
        if (++printed <= most_printed) std::cout << finding.check << ": " << finding.detail << '\n';
    print_counts(report);
    std::cout << report.findings.size() << " findings\n";
}

}  // namespace

int back_up_command(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {"file"});
    const BackupReport report =
        back_up(store_options(options.config()), options.get("file"), SystemClock().now());
    if (options.json()) {
        json::object object = counts_json(report.verified);
        object["file"] = options.get("file");
        object["bytes"] = report.bytes;
        object["snapshot_at"] = rfc3339(report.snapshot_at);
        std::cout << json::serialize(object) << '\n';
        return 0;
    }
    std::cout << options.get("file") << ": " << report.bytes << " bytes, verified; as of "
              << rfc3339(report.snapshot_at) << '\n';
    print_counts(report.verified);
    return 0;
}

int restore_command(const Arguments& arguments) {
    const Options options(arguments, {}, {"replace"}, {"file"});
    const RestoreReport report =
        restore(store_options(options.config()), options.get("file"),
                options.has("replace") ? Target::may_be_replaced : Target::must_be_empty,
                SystemClock().now());
    if (options.json()) {
        json::object object = counts_json(report.verified);
        object["snapshot_at"] = rfc3339(report.snapshot_at);
        object["erased_again"] = report.erased_again;
        object["unsent"] = report.unsent;
        std::cout << json::serialize(object) << '\n';
        return 0;
    }
    std::cout << "restored and verified; as of " << rfc3339(report.snapshot_at) << '\n';
    print_counts(report.verified);
    if (report.erased_again > 0)
        std::cout << report.erased_again << " customers were erased since and are erased again\n";
    if (report.unsent > 0)
        std::cout << report.unsent
                  << " deliveries waited to be sent then; they count as interrupted\n";
    return 0;
}

int verify_command(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {"backup?"});
    const AppConfig config = options.config();
    const Opens opens = opens_with(config.seal_key_file());
    const auto backup = options.find("backup");
    const VerifyReport report =
        backup ? verify_backup(*backup, opens) : verify_store(store_options(config), opens);
    if (options.json()) {
        std::cout << json::serialize(json::object{{"ok", report.is_good()},
                                                  {"counts", counts_json(report)},
                                                  {"findings", findings_json(report)}})
                  << '\n';
    } else {
        print_report(report);
    }
    return report.is_good() ? 0 : 1;
}

}  // namespace tributary
