#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/text.hpp"
#include "connectors/email/header_text.hpp"
#include "connectors/email/headers.hpp"

namespace tributary::email {
namespace {

constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};

struct Zone {
    std::string_view name;
    int minutes;
};
// RFC 5322 section 4.3, and the European, Japanese and Russian names that occur in practice.
constexpr std::array zones = {
    Zone{"ut", 0},     Zone{"utc", 0},    Zone{"gmt", 0},    Zone{"z", 0},      Zone{"est", -300},
    Zone{"edt", -240}, Zone{"cst", -360}, Zone{"cdt", -300}, Zone{"mst", -420}, Zone{"mdt", -360},
    Zone{"pst", -480}, Zone{"pdt", -420}, Zone{"wet", 0},    Zone{"west", 60},  Zone{"bst", 60},
    Zone{"cet", 60},   Zone{"met", 60},   Zone{"cest", 120}, Zone{"mest", 120}, Zone{"eet", 120},
    Zone{"eest", 180}, Zone{"msk", 180},  Zone{"jst", 540},  Zone{"hst", -600}};

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

struct DateParts {
    std::optional<int> day, year;
    unsigned month = 0;
    std::optional<int> hour;
    int minute = 0, second = 0, offset = 0;
};

bool read_time(std::string_view text, DateParts& parts) {
    const auto fields = split(text.substr(0, text.find('.')), ':');
    if (fields.size() < 2 || fields.size() > 3) return false;
    const auto hour = number(fields[0]), minute = number(fields[1]);
    const auto second = fields.size() == 3 ? number(fields[2]) : 0;
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return false;
    parts.hour = hour;
    parts.minute = *minute;
    parts.second = std::min(*second, 59);
    return true;
}

// "+0200", "+02:00", "GMT+2"; nonsense beyond a day counts as UTC.
void read_offset(std::string_view text, DateParts& parts) {
    const bool is_west = text.front() == '-';
    std::string digits(text.substr(1));
    std::erase(digits, ':');
    const auto value = number(digits);
    if (!value) return;
    const int hours = digits.size() <= 2 ? *value : *value / 100;
    const int minutes = digits.size() <= 2 ? 0 : *value % 100;
    if (hours > 23 || minutes > 59) return;
    parts.offset = (is_west ? -1 : 1) * (hours * 60 + minutes);
}

void read_word(std::string_view word, DateParts& parts) {
    const auto month = std::find(months.begin(), months.end(), word.substr(0, 3));
    if (month != months.end() && parts.month == 0) {
        parts.month = static_cast<unsigned>(month - months.begin()) + 1;
        return;
    }
    if (word == "pm" && parts.hour && *parts.hour < 12) *parts.hour += 12;
    if (word == "am" && parts.hour == 12) parts.hour = 0;
    const auto zone = std::find_if(zones.begin(), zones.end(),
                                   [&](const Zone& known) { return known.name == word; });
    if (zone != zones.end() && parts.hour) parts.offset = zone->minutes;
}

void read_number(std::string_view text, DateParts& parts) {
    const auto value = number(text);
    if (!value) return;
    if (!parts.day && text.size() <= 2) {
        parts.day = value;
    } else if (!parts.year) {
        // RFC 5322, section 4.3: two digits below 50 are this century, three digits count from
        // 1900.
        parts.year = text.size() <= 2   ? *value + (*value < 50 ? 2000 : 1900)
                     : text.size() == 3 ? *value + 1900
                                        : *value;
    }
}

// "2003-07-01" or "2003/07/01", as programs write that know RFC 3339 better than RFC 5322.
bool read_iso_date(std::string_view token, DateParts& parts) {
    if (token.size() < 8 || (token[4] != '-' && token[4] != '/') || parts.day) return false;
    const auto fields = split(token, token[4]);
    if (fields.size() != 3) return false;
    const auto year = number(fields[0]), month = number(fields[1]), day = number(fields[2]);
    if (!year || !month || !day || *month < 1 || *month > 12) return false;
    parts.year = year;
    parts.month = static_cast<unsigned>(*month);
    parts.day = day;
    return true;
}

std::optional<HeaderDate> to_instant(const DateParts& parts) {
    if (!parts.day || !parts.year || parts.month == 0) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*parts.year),
                                           std::chrono::month(parts.month),
                                           std::chrono::day(static_cast<unsigned>(*parts.day))};
    if (!date.ok() || *parts.year < 1900 || *parts.year > 9999) return std::nullopt;
    const auto local = std::chrono::sys_days(date) + std::chrono::hours(parts.hour.value_or(0)) +
                       std::chrono::minutes(parts.minute) + std::chrono::seconds(parts.second);
    return HeaderDate{local - std::chrono::minutes(parts.offset), parts.offset};
}

}  // namespace

std::optional<HeaderDate> parse_header_date(std::string_view raw) {
    constexpr std::size_t max_date_bytes = 200;
    if (raw.size() > max_date_bytes) return std::nullopt;
    auto text = ascii_lower(remove_comments(unfold(raw)));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == ',' || c == '\t' || c == '"'; }, ' ');
    // The T of RFC 3339 parts date and time, its Z ends the time.
    const auto bare = trim(text);
    const bool has_iso_t = bare.size() > 18 && bare[4] == '-' && bare[10] == 't';
    if (has_iso_t) text[text.find('t')] = ' ';
    if (has_iso_t && trim(text).ends_with('z')) text[text.rfind('z')] = ' ';
    DateParts parts;
    for (auto token : split(text, ' ')) {
        token = trim(token);
        if (token.empty() || read_iso_date(token, parts)) continue;
        if (token.find(':') != std::string_view::npos && token.front() != '+' &&
            token.front() != '-') {
            // A zone may hang on the time: "10:52:37+0200".
            const auto sign = token.find_first_of("+-");
            if (parts.hour || !read_time(token.substr(0, sign), parts)) return std::nullopt;
            if (sign != std::string_view::npos) read_offset(token.substr(sign), parts);
        } else if ((token.front() == '+' || token.front() == '-') && token.size() > 1) {
            read_offset(token, parts);
        } else if (token.front() >= '0' && token.front() <= '9') {
            // "1-Jul-2003" is three tokens in one.
            for (const auto piece : split(token, '-')) {
                if (number(piece)) {
                    read_number(piece, parts);
                } else {
                    read_word(piece, parts);
                }
            }
        } else {
            const auto sign = token.find_first_of("+-");
            read_word(token.substr(0, sign), parts);
            if (sign != std::string_view::npos && parts.hour) {
                read_offset(token.substr(sign), parts);
            }
        }
    }
    return to_instant(parts);
}

}  // namespace tributary::email
