#include "connectors/email/bounce_mentions.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_mentions = 200;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_address_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c < 0 ||
           std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos;
}

struct Span {
    std::size_t start;
    std::size_t end;
};

// The address around the '@' at `at`, without the punctuation of the sentence it stands in.
std::optional<Span> address_around(std::string_view text, std::size_t at) {
    auto start = at, end = at + 1;
    while (start > 0 && is_address_byte(text[start - 1]))
        --start;
    while (end < text.size() && is_address_byte(text[end]))
        ++end;
    while (end > at + 1 &&
           std::string_view(".'?!*-=").find(text[end - 1]) != std::string_view::npos)
        --end;
    while (start < at && std::string_view("'*=").find(text[start]) != std::string_view::npos)
        ++start;
    const auto domain = text.substr(at + 1, end - at - 1);
    if (start == at || domain.find('.') == std::string_view::npos || domain.front() == '.')
        return std::nullopt;
    return Span{start, end};
}

struct Line {
    std::size_t start = 0;
    std::string_view text;
};

template <typename Visit>
void each_line(std::string_view text, Visit visit) {
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        visit(Line{at, text.substr(at, end - at)});
        at = end + 1;
    }
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
        ++at;
    return at;
}

// The address that starts exactly at `at`, behind an opening quote or bracket if there is one.
std::optional<Span> address_at(std::string_view line, std::size_t at) {
    if (at < line.size() && std::string_view("<\"'([").find(line[at]) != std::string_view::npos)
        ++at;
    if (line.substr(at).starts_with("mailto:")) at += 7;
    auto end = at;
    while (end < line.size() && is_address_byte(line[end]))
        ++end;
    if (end == at || end >= line.size() || line[end] != '@') return std::nullopt;
    const auto span = address_around(line, end);
    return span && span->start == at ? span : std::nullopt;
}

// How a line that starts with an address is made: indent, opening quote, what follows. The lines of
// one list are made alike.
struct Shape {
    std::size_t indent = 0;
    char quote = ' ';
    char follow = ' ';  // '\n' end of line, ':' colon, '.' dots, '(' bracket, ' ' words
    bool operator==(const Shape&) const = default;
    bool is_strong() const { return follow != ' '; }
};

struct ListLine {
    Shape shape;
    Mention mention;
};

std::optional<ListLine> read_list_line(const Line& line) {
    auto at = skip_blanks(line.text, 0);
    ListLine found;
    found.shape.indent = at;
    // ">>> RCPT TO" and "> quoted" are no bullets; ">>>>> ann@example.com <<<<<" is one.
    for (const std::string_view bullet : {">>>>> ", "* ", "- ", "+ ", "o "}) {
        if (line.text.substr(at).starts_with(bullet)) {
            at += bullet.size();
            break;
        }
    }
    const auto span = address_at(line.text, at);
    if (!span) return std::nullopt;
    if (span->start > at) found.shape.quote = line.text[at];
    auto behind = span->end;
    while (behind < line.text.size() &&
           std::string_view(">\"')]*").find(line.text[behind]) != std::string_view::npos)
        ++behind;
    const auto rest = trim(line.text.substr(behind));
    if (rest.empty() || rest == "<<<<<") {
        found.shape.follow = '\n';
    } else if (rest.starts_with(':') || rest.starts_with(';') || rest.starts_with(',')) {
        found.shape.follow = ':';
    } else if (rest.starts_with("...")) {
        found.shape.follow = '.';
    } else if (rest.starts_with('(') || rest.starts_with('<') || rest.starts_with('[')) {
        found.shape.follow = '(';
    } else if (rest.starts_with("on ") || rest.starts_with("- ")) {
        found.shape.follow = '-';
    }
    found.mention.address = line.text.substr(span->start, span->end - span->start);
    found.mention.start = line.start;
    found.mention.end = line.start + span->end;
    return found;
}

void add(std::vector<Mention>& mentions, Mention mention) {
    if (mentions.size() < max_mentions) mentions.push_back(std::move(mention));
}

std::vector<Mention> find_list(std::string_view report, const MayBe& may_be) {
    std::vector<ListLine> lines;
    each_line(report, [&](const Line& line) {
        auto found = read_list_line(line);
        if (found && may_be(found->mention.address)) lines.push_back(std::move(*found));
    });
    if (lines.empty()) return {};
    const auto strong = std::find_if(lines.begin(), lines.end(),
                                     [](const ListLine& one) { return one.shape.is_strong(); });
    const Shape shape = strong == lines.end() ? lines.front().shape : strong->shape;
    std::vector<Mention> mentions;
    for (auto& line : lines) {
        if (line.shape == shape) add(mentions, std::move(line.mention));
    }
    return mentions;
}

// "550 <ann@example.com>... User unknown", "421 4.4.1 ann@example.com: Deferred".
std::vector<Mention> find_in_transcript(std::string_view report, const MayBe& may_be) {
    std::vector<Mention> mentions;
    each_line(report, [&](const Line& line) {
        const auto text = line.text;
        auto at = skip_blanks(text, 0);
        if (text.size() < at + 5 || (text[at] != '4' && text[at] != '5')) return;
        if (!is_digit(text[at + 1]) || !is_digit(text[at + 2]) ||
            (text[at + 3] != ' ' && text[at + 3] != '-'))
            return;
        at = skip_blanks(text, at + 4);
        if (at < text.size() && (text[at] == '4' || text[at] == '5')) {
            auto end = at;
            while (end < text.size() && (is_digit(text[end]) || text[end] == '.'))
                ++end;
            if (end - at >= 5) at = skip_blanks(text, end);
        }
        const auto span = address_at(text, at);
        if (!span || !may_be(text.substr(span->start, span->end - span->start))) return;
        add(mentions, Mention{std::string(text.substr(span->start, span->end - span->start)),
                              line.start, line.start + span->end});
    });
    return mentions;
}

constexpr std::array<std::string_view, 34> labels = {"final-recipient:",
                                                     "failed recipient:",
                                                     "recipient address:",
                                                     "recipient:",
                                                     "recipients:",
                                                     "failed to deliver to",
                                                     "delivered to:",
                                                     "delivered to",
                                                     "delivering your mail to",
                                                     "addressed to:",
                                                     "unknown user:",
                                                     "unknown user",
                                                     "invalid final delivery userid:",
                                                     "userid:",
                                                     "undeliverable to",
                                                     "deliver message to",
                                                     "deliver mail to",
                                                     "deliver to",
                                                     "message to",
                                                     "mail to",
                                                     "attempts:",
                                                     "allowed size:",
                                                     "rejected recipient",
                                                     "address:",
                                                     "rcpt to:",
                                                     "rcpt:",
                                                     "intended recipient",
                                                     "user:",
                                                     "mailbox",
                                                     "addressee",
                                                     "to:",
                                                     "for",
                                                     "user",
                                                     "recipient"};

// The labels are tried in order; all lines with the one that is found count.
std::vector<Mention> find_labelled(std::string_view report, const MayBe& may_be) {
    std::size_t best = labels.size();
    std::vector<Mention> mentions;
    each_line(report, [&](const Line& line) {
        const auto folded = ascii_lower(line.text);
        for (std::size_t label = 0; label <= best && label < labels.size(); ++label) {
            const auto place = folded.find(labels[label]);
            if (place == std::string::npos) continue;
            const auto span =
                address_at(line.text, skip_blanks(line.text, place + labels[label].size()));
            if (!span) continue;
            auto address = std::string(line.text.substr(span->start, span->end - span->start));
            if (!may_be(address)) continue;
            if (label < best) mentions.clear();
            best = label;
            add(mentions, Mention{std::move(address), line.start, line.start + span->end});
            return;
        }
    });
    return mentions;
}

}  // namespace

std::vector<Mention> find_mentions(std::string_view report, const MayBe& may_be) {
    auto mentions = find_list(report, may_be);
    if (mentions.empty()) mentions = find_in_transcript(report, may_be);
    if (mentions.empty()) mentions = find_labelled(report, may_be);
    return mentions;
}

std::vector<Mention> find_any_mention(std::string_view report, const MayBe& may_be) {
    for (auto at = report.find('@'); at != std::string_view::npos; at = report.find('@', at + 1)) {
        const auto span = address_around(report, at);
        if (!span) continue;
        auto address = std::string(report.substr(span->start, span->end - span->start));
        if (!may_be(address)) continue;
        const auto line = report.rfind('\n', span->start);
        return {
            Mention{std::move(address), line == std::string_view::npos ? 0 : line + 1, span->end}};
    }
    return {};
}

}  // namespace tributary::email
