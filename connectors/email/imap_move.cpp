// Moving mails to another folder, with what the server has for it (RFC 6851, RFC 4315, RFC 3501).
#include <utility>

#include "connectors/email/imap_client.hpp"

namespace tributary::email {

namespace {

std::string refusal_text(const ImapResponse& status) {
    return status.code.empty() ? status.text : '[' + status.code + "] " + status.text;
}

}  // namespace

awaitable<bool> ImapClient::move(std::vector<Uid> uids, std::string to, std::string& refusal) {
    const std::string set = to_sequence_set(uids);
    const std::string folder = quote_folder(to);
    const std::string transfer = (can_move_ ? "UID MOVE " : "UID COPY ") + set + ' ' + folder;
    ImapResponse status = co_await command(transfer);
    // RFC 9051 section 6.3.12: the folder could be made; so it is, once.
    if (status.name != "OK" && status.code == "TRYCREATE") {
        co_await command("CREATE " + folder);
        status = co_await command(transfer);
    }
    if (status.name == "OK" && !can_move_)
        status = co_await command("UID STORE " + set + " +FLAGS.SILENT (\\Deleted)");
    // A plain EXPUNGE would remove what other people marked, too.
    if (status.name == "OK" && !can_move_ && has_uid_plus_)
        status = co_await command("UID EXPUNGE " + set);
    if (status.name != "OK") refusal = refusal_text(status);
    co_return status.name == "OK";
}

}  // namespace tributary::email
