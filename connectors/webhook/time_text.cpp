#include "connectors/webhook/time_text.hpp"

#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace tributary::webhook {
namespace {

// Years 1970 to 9999 in milliseconds: what a timestamp here may be.
constexpr double kLatest = 253402300799999.0;

constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};

std::optional<Timestamp> since_epoch(std::string_view text, double scale) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    value *= scale;
    if (!(value >= 0 && value <= kLatest)) return std::nullopt;
    return from_unix_ms(std::llround(value));
}

class PatternReader {
 public:
    explicit PatternReader(std::string_view text) : rest_(text) {}

    std::optional<Timestamp> read(std::string_view pattern) {
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            const bool is_field = pattern[i] == '%' && i + 1 < pattern.size();
            if (is_field ? !field(pattern[++i]) : !literal(pattern[i])) return std::nullopt;
        }
        if (!rest_.empty()) return std::nullopt;
        const std::chrono::year_month_day date{std::chrono::year(year_),
                                               std::chrono::month(static_cast<unsigned>(month_)),
                                               std::chrono::day(static_cast<unsigned>(day_))};
        if (!date.ok() || hour_ > 23 || minute_ > 59 || second_ > 60) return std::nullopt;
        return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(hour_) +
               std::chrono::minutes(minute_ - offset_) + Seconds(second_);
    }

 private:
    bool literal(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool field(char name) {
        switch (name) {
            case 'Y': return number(4, 4, year_);
            case 'm': return number(1, 2, month_);
            case 'd': return number(1, 2, day_);
            case 'H': return number(1, 2, hour_);
            case 'M': return number(2, 2, minute_);
            case 'S': return number(2, 2, second_);
            case 'b': return month_name();
            case 'z': return offset();
            default: return literal(name);
        }
    }

    bool number(std::size_t least, std::size_t most, int& out) {
        std::size_t length = 0;
        while (length < most && length < rest_.size() && rest_[length] >= '0' &&
               rest_[length] <= '9')
            ++length;
        if (length < least) return false;
        std::from_chars(rest_.data(), rest_.data() + length, out);
        rest_.remove_prefix(length);
        return true;
    }

    bool month_name() {
        for (int month = 1; month <= 12; ++month) {
            if (!starts_with_ignoring_case(rest_, kMonths[month - 1])) continue;
            month_ = month;
            rest_.remove_prefix(3);
            return true;
        }
        return false;
    }

    // "Z", "+0130" or "+01:30".
    bool offset() {
        if (literal('Z')) return true;
        const int sign = rest_.starts_with('-') ? -1 : 1;
        if (!literal('+') && !literal('-')) return false;
        int hours = 0;
        int minutes = 0;
        if (!number(2, 2, hours)) return false;
        literal(':');
        if (!number(2, 2, minutes)) return false;
        offset_ = sign * (hours * 60 + minutes);
        return true;
    }

    std::string_view rest_;
    int year_ = 1970;
    int month_ = 1;
    int day_ = 1;
    int hour_ = 0;
    int minute_ = 0;
    int second_ = 0;
    int offset_ = 0;  // minutes east of UTC
};

}  // namespace

std::optional<Timestamp> read_time(std::string_view text, std::string_view format) {
    text = trim(text);
    if (format == "rfc3339") return parse_rfc3339(text);
    if (format == "s") return since_epoch(text, 1000);
    if (format == "ms") return since_epoch(text, 1);
    return PatternReader(text).read(format);
}

}  // namespace tributary::webhook
