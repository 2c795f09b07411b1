#include "model/phone_pattern.hpp"

#include <charconv>
#include <functional>

namespace tributary {
namespace {

// The length of the class or group that `pattern` begins with, brackets included.
std::size_t bracketed_length(std::string_view pattern, char open, char close) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == open) ++depth;
        if (pattern[i] == close && --depth == 0) return i + 1;
    }
    return pattern.size();
}

std::size_t atom_length(std::string_view pattern) {
    switch (pattern.front()) {
        case '(': return bracketed_length(pattern, '(', ')');
        case '[': return bracketed_length(pattern, '[', ']');
        case '\\': return 2;
        default: return 1;
    }
}

// Where the first alternative of `pattern` ends.
std::size_t first_alternative_length(std::string_view pattern) {
    std::size_t at = 0;
    while (at < pattern.size() && pattern[at] != '|')
        at += atom_length(pattern.substr(at));
    return at;
}

struct Repeat {
    std::size_t low = 1;
    std::size_t high = 1;
    std::size_t length = 0;  // of the quantifier in the pattern
};

Repeat read_repeat(std::string_view pattern) {
    if (pattern.starts_with("?")) return {0, 1, 1};
    if (!pattern.starts_with("{")) return {};
    Repeat repeat;
    const char* const end = pattern.data() + pattern.size();
    const char* at = std::from_chars(pattern.data() + 1, end, repeat.low).ptr;
    repeat.high = repeat.low;
    if (*at == ',') at = std::from_chars(at + 1, end, repeat.high).ptr;
    repeat.length = static_cast<std::size_t>(at - pattern.data()) + 1;
    return repeat;
}

bool accepts(std::string_view atom, char digit) {
    if (atom == "\\d") return true;
    if (atom.front() != '[') return atom.front() == digit;
    for (std::size_t i = 1; i + 1 < atom.size(); ++i) {
        const bool is_range = atom[i + 1] == '-';
        if (digit >= atom[i] && digit <= (is_range ? atom[i + 2] : atom[i])) return true;
        if (is_range) i += 2;
    }
    return false;
}

// Walks pattern and digits together. Every step is told what remains to be matched as `then`, which
// takes the number of digits used so far; where it says no, the step tries its next choice.
class Walk {
 public:
    using Then = std::function<bool(std::size_t)>;

    Walk(std::string_view pattern, std::string_view digits) : pattern_(pattern), digits_(digits) {}

    bool run(const Then& then) { return alternatives(pattern_, 0, then); }
    const std::array<std::string_view, 3>& groups() const { return groups_; }

 private:
    bool alternatives(std::string_view pattern, std::size_t at, const Then& then) {
        const std::size_t length = first_alternative_length(pattern);
        if (sequence(pattern.substr(0, length), at, then)) return true;
        return length < pattern.size() && alternatives(pattern.substr(length + 1), at, then);
    }

    bool sequence(std::string_view pattern, std::size_t at, const Then& then) {
        if (pattern.empty()) return then(at);
        const std::string_view atom = pattern.substr(0, atom_length(pattern));
        const Repeat repeat = read_repeat(pattern.substr(atom.size()));
        const std::string_view rest = pattern.substr(atom.size() + repeat.length);
        return repeated(atom, repeat.low, repeat.high, at,
                        [&](std::size_t next) { return sequence(rest, next, then); });
    }

    bool repeated(std::string_view atom, std::size_t low, std::size_t high, std::size_t at,
                  const Then& then) {
        const auto once_more = [&](std::size_t next) {
            return repeated(atom, low > 0 ? low - 1 : 0, high - 1, next, then);
        };
        if (high > 0 && single(atom, at, once_more)) return true;
        return low == 0 && then(at);
    }

    bool single(std::string_view atom, std::size_t at, const Then& then) {
        if (atom == "$") return at == digits_.size() && then(at);
        if (atom.starts_with("(?:")) return alternatives(atom.substr(3, atom.size() - 4), at, then);
        if (atom.front() == '(') return group(atom, at, then);
        return at < digits_.size() && accepts(atom, digits_[at]) && then(at + 1);
    }

    bool group(std::string_view atom, std::size_t at, const Then& then) {
        std::string_view& taken = groups_.at(group_number(atom));
        const std::string_view before = taken;
        const auto note = [&](std::size_t next) {
            taken = digits_.substr(at, next - at);
            return then(next);
        };
        if (alternatives(atom.substr(1, atom.size() - 2), at, note)) return true;
        taken = before;
        return false;
    }

    // Groups count by their opening brackets in the whole pattern, of which `atom` is a part.
    std::size_t group_number(std::string_view atom) const {
        std::size_t number = 1;
        for (const char* at = pattern_.data(); at != atom.data(); ++at)
            if (*at == '(' && at[1] != '?') ++number;
        return number;
    }

    std::string_view pattern_;
    std::string_view digits_;
    std::array<std::string_view, 3> groups_;
};

}  // namespace

std::optional<PatternMatch> match_start(std::string_view pattern, std::string_view digits) {
    Walk walk(pattern, digits);
    PatternMatch match;
    const auto end_anywhere = [&](std::size_t used) {
        match.length = used;
        return true;
    };
    if (!walk.run(end_anywhere)) return std::nullopt;
    match.groups = walk.groups();
    return match;
}

bool matches_whole(std::string_view pattern, std::string_view digits) {
    Walk walk(pattern, digits);
    return walk.run([&](std::size_t used) { return used == digits.size(); });
}

}  // namespace tributary
