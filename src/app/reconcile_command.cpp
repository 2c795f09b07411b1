// Compares what stands at a connector's source with what came of it.
#include <boost/json.hpp>

#include <iostream>
#include <map>

#include "app/arguments.hpp"
#include "app/command_house.hpp"
#include "store/interactions.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

// In the order of printing. What waits has its turn before it; only what is missing is a
// difference.
constexpr std::array<const char*, 5> fates = {"accepted", "duplicate", "quarantined", "waiting",
                                              "missing"};

struct Finding {
    Finding() = default;
    std::string ref;
    std::string fate;
};

const char* fate_of(const LedgerEntry& entry, const char* otherwise) {
    return entry.is_quarantined ? "quarantined" : otherwise;
}

// The fate of everything whose place the ledger knows; the others' fates stay empty.
std::vector<Finding> judge_by_place(CommandHouse& house, const std::vector<SourceItem>& items) {
    std::map<std::string, LedgerEntry> known;
    house.store().read_now(
        [&](const Tx& tx) { known = ledger_by_source_ref(tx, house.host().connector_name()); });
    std::vector<Finding> findings;
    for (const SourceItem& item : items) {
        Finding& finding = findings.emplace_back();
        finding.ref = item.ref;
        const auto entry = known.find(item.ref);
        if (entry != known.end()) {
            finding.fate = fate_of(entry->second, "accepted");
        } else if (item.is_waiting) {
            finding.fate = "waiting";
        }
    }
    return findings;
}

// A copy of a mail that is known from elsewhere has no ledger entry of its own: its bytes tell.
awaitable<void> judge_by_content(CommandHouse& house, std::vector<Finding>& findings) {
    std::vector<std::string> refs;
    for (const Finding& finding : findings) {
        if (finding.fate.empty()) refs.push_back(finding.ref);
    }
    if (refs.empty()) co_return;
    const std::vector<std::string> keys = co_await house.connector().read_source_keys(refs);
    auto key = keys.begin();
    house.store().read_now([&](const Tx& tx) {
        for (Finding& finding : findings) {
            if (!finding.fate.empty() || key == keys.end()) continue;
            const auto entry = find_ledger_entry(tx, house.host().connector_name(), *key);
            finding.fate = entry ? fate_of(*entry, "duplicate") : "missing";
            // Removed at the source while we looked.
            if (key->empty()) finding.ref.clear();
            ++key;
        }
    });
    std::erase_if(findings, [](const Finding& finding) { return finding.ref.empty(); });
}

awaitable<void> compare(CommandHouse& house, std::vector<Finding>& findings) {
    const std::vector<SourceItem> items = co_await house.connector().list_source();
    findings = judge_by_place(house, items);
    co_await judge_by_content(house, findings);
}

}  // namespace

int reconcile(const Arguments& arguments) {
    const Options options(arguments, {}, {"all"}, {"connector"});
    CommandHouse house(options.config(), options.get("connector"));
    std::vector<Finding> findings;
    house.run(compare(house, findings));
    std::map<std::string, std::int64_t> counts;
    json::array listed;
    for (const Finding& finding : findings) {
        ++counts[finding.fate];
        if (finding.fate != "missing" && !options.has("all")) continue;
        listed.push_back(json::object{{"ref", finding.ref}, {"fate", finding.fate}});
        if (!options.json()) std::cout << finding.fate << "  " << finding.ref << '\n';
    }
    const std::int64_t differences = counts["missing"];
    if (options.json()) {
        json::object all;
        for (const char* fate : fates)
            all[fate] = counts[fate];
        std::cout << json::serialize(json::object{{"differences", differences},
                                                  {"counts", std::move(all)},
                                                  {"items", std::move(listed)}})
                  << '\n';
    } else {
        std::cout << findings.size() << " at the source:";
        for (const char* fate : fates)
            std::cout << ' ' << counts[fate] << ' ' << fate;
        std::cout << '\n' << differences << " differences\n";
    }
    return differences == 0 ? 0 : 1;
}

}  // namespace tributary
