#include "connectors/email/fetch_plan.hpp"

#include "connectors/email/cursor.hpp"
#include "connectors/email/imap_client.hpp"

namespace tributary::email {

namespace {

constexpr std::size_t max_batch_mails = 100;
constexpr std::uint64_t max_batch_bytes = 8'000'000;

bool is_too_large(const ImapFetch& listed) {
    return listed.size.value_or(0) > max_mail_bytes;
}

}  // namespace

FetchPlan plan_fetch(const std::vector<ImapFetch>& listed, std::size_t first, Uid careful_until) {
    FetchPlan plan;
    plan.header_only = is_too_large(listed[first]);
    for (std::size_t i = first; i < listed.size() && plan.uids.size() < max_batch_mails; ++i) {
        const ImapFetch& mail = listed[i];
        const std::uint64_t size =
            is_too_large(mail) ? max_lone_header_bytes : mail.size.value_or(0);
        if (!plan.uids.empty() && (plan.bytes + size > max_batch_bytes || is_too_large(mail)))
            break;
        plan.uids.push_back(*mail.uid);
        plan.bytes += size;
        plan.last_date = to_cursor_date(mail.internal_date);
        if (plan.header_only || *mail.uid <= careful_until) break;
    }
    return plan;
}

}  // namespace tributary::email
