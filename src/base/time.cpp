#include "base/time.hpp"

#include <array>
#include <cstdio>

namespace tributary {
namespace {

constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct CivilTime {
    explicit CivilTime(Timestamp at)
        : day(std::chrono::floor<std::chrono::days>(at)), date(day), time(at - day), weekday(day) {}
    std::chrono::sys_days day;
    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<Milliseconds> time;
    std::chrono::weekday weekday;
};

std::string mail_date(Timestamp at, const char* zone) {
    const CivilTime civil(at);
    char text[64];
    std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d %s",
                  kDays[civil.weekday.c_encoding()], unsigned(civil.date.day()),
                  kMonths[unsigned(civil.date.month()) - 1], int(civil.date.year()),
                  int(civil.time.hours().count()), int(civil.time.minutes().count()),
                  int(civil.time.seconds().count()), zone);
    return text;
}

// Reads exactly `count` digits at `at`, advancing it; -1 when they are not there.
int digits(std::string_view text, std::size_t& at, int count) {
    int value = 0;
    for (int i = 0; i < count; ++i, ++at) {
        if (at >= text.size() || text[at] < '0' || text[at] > '9') return -1;
        value = value * 10 + (text[at] - '0');
    }
    return value;
}

}  // namespace

std::string rfc3339(Timestamp at) {
    const CivilTime civil(at);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(civil.date.year()),
                  unsigned(civil.date.month()), unsigned(civil.date.day()),
                  int(civil.time.hours().count()), int(civil.time.minutes().count()),
                  int(civil.time.seconds().count()), int(civil.time.subseconds().count()));
    return text;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
    std::size_t at = 0;
    const auto skip = [&](char a, char b) {
        return at < text.size() && (text[at] == a || text[at] == b) ? (++at, true) : false;
    };
    const int year = digits(text, at, 4);
    if (year < 0 || !skip('-', '-')) return std::nullopt;
    const int month = digits(text, at, 2);
    if (month < 0 || !skip('-', '-')) return std::nullopt;
    const int day = digits(text, at, 2);
    if (day < 0 || !(skip('T', 't') || skip(' ', ' '))) return std::nullopt;
    const int hour = digits(text, at, 2);
    if (hour < 0 || hour > 23 || !skip(':', ':')) return std::nullopt;
    const int minute = digits(text, at, 2);
    if (minute < 0 || minute > 59 || !skip(':', ':')) return std::nullopt;
    const int second = digits(text, at, 2);
    if (second < 0 || second > 60) return std::nullopt;

    int ms = 0;
    if (skip('.', '.')) {
        int scale = 100;
        const std::size_t first = at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
            ms += (text[at] - '0') * scale;
        if (at == first) return std::nullopt;
    }
    int offset_minutes = 0;
    if (!skip('Z', 'z')) {
        const bool west = at < text.size() && text[at] == '-';
        if (!skip('+', '-')) return std::nullopt;
        const int offset_hour = digits(text, at, 2);
        if (offset_hour < 0 || offset_hour > 23 || !skip(':', ':')) return std::nullopt;
        const int offset_minute = digits(text, at, 2);
        if (offset_minute < 0 || offset_minute > 59) return std::nullopt;
        offset_minutes = (offset_hour * 60 + offset_minute) * (west ? -1 : 1);
    }
    if (at != text.size()) return std::nullopt;

    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(unsigned(month)),
                                           std::chrono::day(unsigned(day))};
    if (!date.ok()) return std::nullopt;
    return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
           std::chrono::minutes(minute - offset_minutes) + Seconds(second) + Milliseconds(ms);
}

std::string rfc5322_date(Timestamp at) {
    return mail_date(at, "+0000");
}
std::string http_date(Timestamp at) {
    return mail_date(at, "GMT");
}

Timestamp SystemClock::now() const {
    return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
}

}  // namespace tributary
