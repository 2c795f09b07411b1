// IMAP responses (RFC 9051 section 7, RFC 3501 section 7) as values, without any I/O.
//
// A response is one line, or several with literals between them; the client collects them (asking
// find_literal() after each line) and has the whole parsed. Pure and thread-safe; hostile bytes end
// in an Error, never in an exception.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace tributary::email {

using Uid = std::uint32_t;

// The bytes of one response: lines[0] literals[0] lines[1] literals[1] … lines[n].
struct ImapLines {
    ImapLines() = default;
    std::vector<std::string> lines;  // without CRLF
    std::vector<std::string> literals;
    // The literal of this index was too large to keep: it is empty and reads as `skipped`.
    std::optional<std::size_t> skipped;
};

// The size of the literal that the last line announces at its end; nullopt when the response is
// complete. Status texts may look like an announcement and are none.
std::optional<std::uint64_t> find_literal(const ImapLines& so_far);

struct ImapValue {
    enum class Kind { nil, atom, text, list, skipped };
    ImapValue() = default;
    explicit ImapValue(Kind k, std::string t = {}) : kind(k), text(std::move(t)) {}
    Kind kind = Kind::nil;
    std::string text;  // of an atom, a quoted string or a literal
    std::vector<ImapValue> items;
};

struct ImapResponse {
    ImapResponse() = default;
    enum class Type { untagged, tagged, continuation };
    Type type = Type::untagged;
    std::string tag;
    std::string name;                     // upper case: OK NO BAD BYE PREAUTH, or FETCH, EXISTS …
    std::optional<std::uint32_t> number;  // "* 12 EXISTS"
    std::string code;                     // of a status, upper case: "UIDVALIDITY"
    std::string code_value;               // the rest inside the brackets: "17"
    std::string text;                     // of a status or a continuation: for people
    std::vector<ImapValue> values;        // all other data

    bool is_status() const;  // OK NO BAD BYE PREAUTH
};

Result<ImapResponse> parse_response(ImapLines response);

// What one FETCH response says of one message. Servers may send parts unasked (flags, say).
struct ImapFetch {
    ImapFetch() = default;
    std::optional<Uid> uid;
    std::optional<std::uint64_t> size;
    std::optional<Timestamp> internal_date;
    std::optional<std::string> body;  // BODY[…], whichever section was asked for; not for NIL
    bool is_body_skipped = false;
};
// nullopt unless it is a FETCH response of names and values. Moves the body out.
std::optional<ImapFetch> take_fetch(ImapResponse& response);

// "1 5 7" of a SEARCH response; what is no number is left out.
std::vector<Uid> read_numbers(const std::vector<ImapValue>& values);
std::optional<std::uint32_t> parse_number(std::string_view text);

// "17-Jul-1996 02:44:25 -0700"
std::optional<Timestamp> parse_internal_date(std::string_view text);

// The other way round: ascending UIDs as a sequence set, "1:3,7".
std::string to_sequence_set(const std::vector<Uid>& uids);
// A folder's name quoted for a command, in modified UTF-7 (RFC 3501 section 5.1.3).
std::string quote_folder(std::string_view utf8_name);

}  // namespace tributary::email
