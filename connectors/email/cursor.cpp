#include "connectors/email/cursor.hpp"

#include <limits>

#include "base/text.hpp"

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
    if (last_date) text += ";date=" + std::to_string(*last_date);
    if (has_history_left()) text += ";history=" + std::to_string(history_end);
    return text;
}

// From the end, because a folder's name may hold anything.
std::optional<MailboxCursor> MailboxCursor::parse(std::string_view text) {
    MailboxCursor cursor;
    cursor.history_end = take_last(text, "history=").value_or(0);
    cursor.last_date = take_last(text, "date=");
    const auto uid = take_last(text, "uid=");
    const auto uid_validity = take_last(text, "uidvalidity=");
    if (!uid || !uid_validity) return std::nullopt;
    cursor.folder = std::string(text);
    cursor.uid_validity = *uid_validity;
    cursor.last_uid = *uid;
    return cursor;
}

std::optional<std::uint32_t> to_cursor_date(const std::optional<Timestamp>& date) {
    if (!date) return std::nullopt;
    const auto seconds = unix_ms(*date) / 1000;
    if (seconds <= 0 || seconds > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(seconds);
}

MailboxCursors parse_cursors(std::string_view text) {
    MailboxCursors cursors;
    for (const std::string_view line : split(text, '\n')) {
        if (auto cursor = MailboxCursor::parse(line)) cursors[cursor->folder] = *cursor;
    }
    return cursors;
}

std::string to_text(const MailboxCursors& cursors) {
    std::string text;
    for (const auto& [folder, cursor] : cursors)
        text += (text.empty() ? "" : "\n") + cursor.text();
    return text;
}

Resumption resume(const std::optional<MailboxCursor>& stored, const std::string& folder,
                  std::uint32_t uid_validity, Uid uid_next,
                  std::optional<std::uint32_t> date_of_last) {
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
    } else if (date_of_last && stored->last_date && *date_of_last != *stored->last_date) {
        resumption.why_rescan =
            "UID " + std::to_string(stored->last_uid) + " is another mail than before";
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
