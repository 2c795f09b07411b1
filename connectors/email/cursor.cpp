#include "connectors/email/cursor.hpp"

namespace tributary::email {

namespace {

// Takes ";name=123" off the end of `text`.
std::optional<std::uint32_t> take_last(std::string_view& text, std::string_view name) {
    const auto start = text.rfind(';');
    if (start == std::string_view::npos) return std::nullopt;
    std::string_view field = text.substr(start + 1);
    if (!field.starts_with(name)) return std::nullopt;
    field.remove_prefix(name.size());
    const auto number = parse_number(field);
    if (number) text = text.substr(0, start);
    return number;
}

}  // namespace

std::string MailboxCursor::place_of(Uid uid) const {
    return folder + ";uidvalidity=" + std::to_string(uid_validity) + ";uid=" + std::to_string(uid);
}

std::string MailboxCursor::text() const {
    std::string text = place_of(last_uid);
    if (has_history_left()) text += ";history=" + std::to_string(history_end);
    return text;
}

// From the end, because a folder's name may hold anything.
std::optional<MailboxCursor> MailboxCursor::parse(std::string_view text) {
    MailboxCursor cursor;
    cursor.history_end = take_last(text, "history=").value_or(0);
    const auto uid = take_last(text, "uid=");
    const auto uid_validity = take_last(text, "uidvalidity=");
    if (!uid || !uid_validity) return std::nullopt;
    cursor.folder = std::string(text);
    cursor.uid_validity = *uid_validity;
    cursor.last_uid = *uid;
    return cursor;
}

Resumption resume(const std::optional<MailboxCursor>& stored, const std::string& folder,
                  std::uint32_t uid_validity, Uid uid_next) {
    Resumption resumption;
    MailboxCursor& cursor = resumption.cursor;
    cursor.folder = folder;
    cursor.uid_validity = uid_validity;
    if (!stored || stored->folder != folder) {
        cursor.history_end = uid_next;
        return resumption;
    }
    if (stored->uid_validity != uid_validity) {
        resumption.why_rescan = "UIDVALIDITY changed from " + std::to_string(stored->uid_validity) +
                                " to " + std::to_string(uid_validity);
    } else if (uid_next <= stored->last_uid) {
        resumption.why_rescan = "UIDNEXT fell to " + std::to_string(uid_next) + " below UID " +
                                std::to_string(stored->last_uid);
    } else {
        cursor = *stored;
        return resumption;
    }
    // What arrived meanwhile cannot be told from what was there before, unless the import of the
    // history was still under way.
    if (stored->has_history_left()) cursor.history_end = uid_next;
    return resumption;
}

}  // namespace tributary::email
