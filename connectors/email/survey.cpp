#include "connectors/email/survey.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "connectors/email/fetch_plan.hpp"

namespace tributary::email {

namespace {

constexpr std::size_t listing_size = 500;

// UIDs of one folder under one UIDVALIDITY.
struct Wanted {
    Wanted() = default;
    std::uint32_t uid_validity = 0;
    std::vector<Uid> uids;
};

std::map<std::string, Wanted> sort_by_folder(const std::vector<std::string>& refs) {
    std::map<std::string, Wanted> wanted;
    for (const std::string& ref : refs) {
        const auto place = MailboxCursor::parse(ref);
        if (!place) continue;
        Wanted& folder = wanted[place->folder];
        folder.uid_validity = place->uid_validity;
        folder.uids.push_back(place->last_uid);
    }
    for (auto& [name, folder] : wanted)
        std::sort(folder.uids.begin(), folder.uids.end());
    return wanted;
}

using Keys = std::map<std::string, std::string>;  // by ref

awaitable<void> read_some_keys(ImapClient& client, MailboxCursor place, std::vector<Uid> uids,
                               Keys& keys) {
    FetchReply listing = co_await client.fetch(std::move(uids), MailPart::size_and_date);
    std::sort(listing.mails.begin(), listing.mails.end(),
              [](const ImapFetch& a, const ImapFetch& b) { return a.uid < b.uid; });
    std::size_t next = 0;
    while (next < listing.mails.size()) {
        FetchPlan plan = plan_fetch(listing.mails, next, 0);
        next += plan.uids.size();
        const MailPart part = plan.header_only ? MailPart::header : MailPart::whole;
        const FetchReply reply = co_await client.fetch(std::move(plan.uids), part, plan.bytes);
        for (const ImapFetch& mail : reply.mails) {
            const std::string ref = place.place_of(*mail.uid);
            keys[ref] = dedupe_key_of(mail.body.value_or(""), ref);
        }
    }
}

}  // namespace

awaitable<std::vector<SourceItem>> list_mails(OpenImap open, ImapSettings settings,
                                              MailboxCursors cursors) {
    auto client = co_await open();
    std::vector<SourceItem> items;
    for (const std::string& name : settings.folders) {
        const ImapFolder folder = co_await client->open(name);
        const std::vector<Uid> uids = co_await client->search_from(1);
        MailboxCursor place;
        place.folder = name;
        place.uid_validity = folder.uid_validity;
        const auto known = cursors.find(name);
        if (known != cursors.end() && known->second.uid_validity == folder.uid_validity)
            place.last_uid = known->second.last_uid;
        for (const Uid uid : uids)
            items.emplace_back(place.place_of(uid), uid > place.last_uid);
    }
    co_await client->logout();
    co_return items;
}

awaitable<std::vector<std::string>> read_mail_keys(OpenImap open, std::vector<std::string> refs) {
    auto client = co_await open();
    Keys keys;
    const std::map<std::string, Wanted> wanted = sort_by_folder(refs);
    for (const auto& [name, folder] : wanted) {
        const ImapFolder opened = co_await client->open(name);
        if (opened.uid_validity != folder.uid_validity) continue;
        MailboxCursor place;
        place.folder = name;
        place.uid_validity = folder.uid_validity;
        for (std::size_t first = 0; first < folder.uids.size(); first += listing_size) {
            const auto count = std::min(listing_size, folder.uids.size() - first);
            const auto start = folder.uids.begin() + static_cast<std::ptrdiff_t>(first);
            std::vector<Uid> some(start, start + static_cast<std::ptrdiff_t>(count));
            co_await read_some_keys(*client, place, std::move(some), keys);
        }
    }
    co_await client->logout();
    std::vector<std::string> result;
    for (const std::string& ref : refs) {
        const auto found = keys.find(ref);
        result.push_back(found == keys.end() ? "" : found->second);
    }
    co_return result;
}

}  // namespace tributary::email
