#include "connectors/email/imap_parse.hpp"

#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tributary::email {

namespace {

constexpr int max_depth = 32;
constexpr std::size_t max_values = 2'000'000;  // a SEARCH over a very large mailbox

constexpr std::array<std::string_view, 5> status_names = {"OK", "NO", "BAD", "BYE", "PREAUTH"};

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return result;
}

std::string_view take_word(std::string_view& rest) {
    const auto end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

bool is_status_name(std::string_view name) {
    return std::find(status_names.begin(), status_names.end(), upper(name)) != status_names.end();
}

// Tokens across lines and literals. Every method reports malformed input by setting `fault`.
class Tokens {
 public:
    Tokens(ImapLines response, std::size_t start) : source_(std::move(response)), at_(start) {}

    std::vector<ImapValue> read_all() {
        std::vector<ImapValue> values;
        while (fault.empty()) {
            skip_spaces();
            if (is_at_end()) break;
            values.push_back(read_value(0));
        }
        return values;
    }

    std::string fault;

 private:
    const std::string& line() const { return source_.lines[line_]; }
    bool is_line_over() const { return at_ >= line().size(); }
    bool is_at_end() const { return is_line_over() && line_ + 1 >= source_.lines.size(); }
    void skip_spaces() {
        while (!is_line_over() && line()[at_] == ' ')
            ++at_;
    }

    ImapValue fail(std::string why) {
        if (fault.empty()) fault = std::move(why);
        return ImapValue();
    }

    ImapValue read_value(int depth) {
        if (++count_ > max_values) return fail("too many values");
        if (is_line_over()) return fail("value missing");
        switch (line()[at_]) {
            case '(': return read_list(depth);
            case ')': return fail("unexpected )");
            case '"': return read_quoted();
            case '{': return read_literal();
            case '~':  // literal8, RFC 9051 section 4.3.1
                if (at_ + 1 < line().size() && line()[at_ + 1] == '{') return read_literal();
                [[fallthrough]];
            default: return read_atom();
        }
    }

    ImapValue read_list(int depth) {
        if (depth >= max_depth) return fail("lists nested too deeply");
        ImapValue list(ImapValue::Kind::list);
        ++at_;
        while (fault.empty()) {
            skip_spaces();
            if (is_line_over()) return fail("list not closed");
            if (line()[at_] == ')') {
                ++at_;
                break;
            }
            list.items.push_back(read_value(depth + 1));
        }
        return list;
    }

    ImapValue read_quoted() {
        ImapValue value(ImapValue::Kind::text);
        for (++at_; !is_line_over(); ++at_) {
            char c = line()[at_];
            if (c == '"') {
                ++at_;
                return value;
            }
            if (c == '\\' && at_ + 1 < line().size()) c = line()[++at_];
            value.text += c;
        }
        return fail("quoted string not closed");
    }

    // The announcement is the last thing on its line; find_literal() judged its number.
    ImapValue read_literal() {
        if (line_ >= source_.literals.size() || line().find('}', at_) + 1 != line().size())
            return fail("literal missing");
        ImapValue value(ImapValue::Kind::text, std::move(source_.literals[line_]));
        if (source_.skipped == line_) value.kind = ImapValue::Kind::skipped;
        ++line_;
        at_ = 0;
        return value;
    }

    // Wider than the grammar's atom: flags, numbers and "BODY[HEADER.FIELDS (TO)]<0>" too.
    ImapValue read_atom() {
        const std::size_t start = at_;
        while (!is_line_over()) {
            const char c = line()[at_];
            if (c == ' ' || c == '(' || c == ')' || c == '"') break;
            if (c == '[') at_ = std::min(line().find(']', at_), line().size() - 1);
            ++at_;
        }
        if (at_ == start) return fail("value missing");
        ImapValue atom(ImapValue::Kind::atom, line().substr(start, at_ - start));
        if (equals_ignoring_case(atom.text, "NIL")) atom.kind = ImapValue::Kind::nil;
        return atom;
    }

    ImapLines source_;
    std::size_t line_ = 0;
    std::size_t at_;
    std::size_t count_ = 0;
};

// resp-text: "[CODE arguments] words". A bracket that never closes is words.
void read_status_text(std::string_view rest, ImapResponse& response) {
    const auto close = rest.find(']');
    if (rest.starts_with('[') && close != std::string_view::npos) {
        std::string_view inside = rest.substr(1, close - 1);
        response.code = upper(take_word(inside));
        response.code_value = std::string(inside);
        rest.remove_prefix(close + 1);
    }
    response.text = to_valid_utf8(trim(rest));
}

Error malformed(std::string why) {
    return Error(Outcome::unavailable, "The mail server's answer makes no sense.", std::move(why));
}

}  // namespace

std::optional<std::uint64_t> find_literal(const ImapLines& so_far) {
    const std::string_view line = so_far.lines.back();
    if (so_far.lines.size() == 1) {
        std::string_view rest = line;
        const std::string_view tag = take_word(rest);
        if (tag != "*" || is_status_name(take_word(rest))) return std::nullopt;
    }
    if (!line.ends_with('}')) return std::nullopt;
    const auto open = line.rfind('{');
    if (open == std::string_view::npos) return std::nullopt;
    std::string_view digits = line.substr(open + 1, line.size() - open - 2);
    if (digits.ends_with('+')) digits.remove_suffix(1);  // LITERAL+, RFC 7888
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return size;
}

bool ImapResponse::is_status() const {
    return is_status_name(name);
}

Result<ImapResponse> parse_response(ImapLines source) {
    ImapResponse response;
    const std::string first = source.lines.front();
    std::string_view rest = first;
    const std::string_view tag = take_word(rest);
    if (tag.empty()) return malformed("empty response");
    if (tag == "+") {
        response.type = ImapResponse::Type::continuation;
        read_status_text(rest, response);
        return response;
    }
    if (tag != "*") {
        response.type = ImapResponse::Type::tagged;
        response.tag = std::string(tag);
    }
    std::string_view name = take_word(rest);
    if (response.type == ImapResponse::Type::untagged) {
        response.number = parse_number(name);
        if (response.number) name = take_word(rest);
    }
    response.name = upper(name);
    if (response.is_status()) {
        read_status_text(rest, response);
        return response;
    }
    if (response.type == ImapResponse::Type::tagged) return malformed("tagged but no status");
    Tokens tokens(std::move(source), first.size() - rest.size());
    response.values = tokens.read_all();
    if (!tokens.fault.empty()) return malformed(response.name + ": " + tokens.fault);
    return response;
}

std::optional<ImapFetch> take_fetch(ImapResponse& response) {
    if (response.name != "FETCH" || response.values.size() != 1) return std::nullopt;
    ImapFetch fetch;
    auto& items = response.values.front().items;
    // A literal shorter than announced leaves pieces of the mail behind.
    if (items.size() % 2 != 0) return std::nullopt;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        const std::string key = upper(items[i].text);
        ImapValue& value = items[i + 1];
        if (key == "UID") {
            fetch.uid = parse_number(value.text);
        } else if (key == "RFC822.SIZE") {
            fetch.size = parse_number(value.text);
        } else if (key == "INTERNALDATE") {
            fetch.internal_date = parse_internal_date(value.text);
        } else if (key.starts_with("BODY[")) {
            fetch.is_body_skipped = value.kind == ImapValue::Kind::skipped;
            if (value.kind == ImapValue::Kind::text) fetch.body = std::move(value.text);
        }
    }
    return fetch;
}

std::vector<Uid> read_numbers(const std::vector<ImapValue>& values) {
    std::vector<Uid> numbers;
    numbers.reserve(values.size());
    for (const ImapValue& value : values) {
        if (auto number = parse_number(value.text)) numbers.push_back(*number);
    }
    return numbers;
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<Timestamp> parse_internal_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    // dd-Mon-yyyy hh:mm:ss +zzzz, the day padded with a space; other lengths are no such date.
    if (text.size() != 26) return std::nullopt;
    auto number = [&](std::size_t at, std::size_t length) {
        return parse_number(trim(text.substr(at, length)));
    };
    const auto month = std::find(months.begin(), months.end(), ascii_lower(text.substr(3, 3)));
    const auto day = number(0, 2), year = number(7, 4), hour = number(12, 2),
               minute = number(15, 2), second = number(18, 2), zone_hour = number(22, 2),
               zone_minute = number(24, 2);
    if (month == months.end() || !day || !year || !hour || !minute || !second || !zone_hour ||
        !zone_minute || (text[21] != '+' && text[21] != '-'))
        return std::nullopt;
    const std::chrono::year_month_day date{
        std::chrono::year(static_cast<int>(*year)),
        std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
        std::chrono::day(*day)};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const auto offset = std::chrono::hours(*zone_hour) + std::chrono::minutes(*zone_minute);
    const Timestamp local = std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                            std::chrono::minutes(*minute) + std::chrono::seconds(*second);
    return text[21] == '+' ? local - offset : local + offset;
}

std::string to_sequence_set(const std::vector<Uid>& uids) {
    std::string set;
    for (std::size_t i = 0; i < uids.size();) {
        std::size_t last = i;
        while (last + 1 < uids.size() && uids[last + 1] == uids[last] + 1)
            ++last;
        if (!set.empty()) set += ',';
        set += std::to_string(uids[i]);
        if (last > i) set += ':' + std::to_string(uids[last]);
        i = last + 1;
    }
    return set;
}

std::string quote_folder(std::string_view utf8_name) {
    const auto name = icu::UnicodeString::fromUTF8(
        icu::StringPiece(utf8_name.data(), static_cast<std::int32_t>(utf8_name.size())));
    std::string quoted = "\"";
    std::string shifted;  // UTF-16BE of the current run outside printable ASCII
    auto end_run = [&] {
        if (shifted.empty()) return;
        std::string base64 = to_base64(std::exchange(shifted, {}));
        base64.resize(std::min(base64.find('='), base64.size()));
        std::replace(base64.begin(), base64.end(), '/', ',');
        quoted += '&' + base64 + '-';
    };
    for (std::int32_t i = 0; i < name.length(); ++i) {
        const char16_t unit = name[i];
        if (unit < 0x20 || unit > 0x7E) {
            shifted += static_cast<char>(unit >> 8);
            shifted += static_cast<char>(unit & 0xFF);
            continue;
        }
        end_run();
        if (unit == '"' || unit == '\\') quoted += '\\';
        quoted += static_cast<char>(unit);
        if (unit == '&') quoted += '-';
    }
    end_run();
    return quoted + '"';
}

}  // namespace tributary::email
