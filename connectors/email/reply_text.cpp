#include "connectors/email/reply_text.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "connectors/email/reply_marks.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_lines = 20'000;  // what lies deeper is no new word

enum class Role { own, quote, mark, dropped };

bool is_blank(std::string_view line) {
    return trim(line).empty();
}

class ReplyReader {
 public:
    explicit ReplyReader(std::string_view text) {
        for (std::size_t at = 0; at <= text.size() && lines_.size() < max_lines;) {
            const auto end = std::min(text.find('\n', at), text.size());
            add_line(text.substr(at, end - at));
            at = end + 1;
        }
        roles_.assign(lines_.size(), Role::own);
    }

    std::string read() {
        mark_roles();
        drop_disclaimers();
        drop_outer_quotes();
        return join();
    }

 private:
    // Some programs put their "--- On ... wrote:" behind the last word.
    void add_line(std::string_view line) {
        const auto rule = line.find("--- On ");
        if (rule != std::string_view::npos && rule > 0 && line.ends_with(':')) {
            lines_.push_back(line.substr(0, rule));
            line.remove_prefix(rule);
        }
        lines_.push_back(line);
    }

    bool quote_follows(std::size_t at) const {
        while (at < lines_.size() && is_blank(lines_[at]))
            ++at;
        return at < lines_.size() && is_quoted(lines_[at]);
    }

    // A link inside a quote, wrapped by a program that forgot the mark.
    bool continues_quote(std::size_t at) const {
        if (at == 0 || roles_[at - 1] != Role::quote || is_blank(lines_[at])) return false;
        const auto line = trim(lines_[at]);
        const auto above = lines_[at - 1];
        const auto open = above.rfind("(http");
        return ((line.starts_with("(http") || line.starts_with("<http")) && line.ends_with('>')) ||
               (open != std::string_view::npos && above.find(')', open) == std::string_view::npos);
    }

    void set(std::size_t from, std::size_t to, Role role) {
        std::fill(roles_.begin() + static_cast<long>(from), roles_.begin() + static_cast<long>(to),
                  role);
    }

    void mark_roles() {
        bool in_signature = false;
        bool has_own = false;  // some new word stands above
        for (std::size_t i = 0; i < lines_.size();) {
            if (is_quoted(lines_[i]) || continues_quote(i)) {
                roles_[i++] = Role::quote;
                in_signature = false;
                continue;
            }
            const auto attribution = is_blank(lines_[i]) ? 0 : attribution_at(lines_, i);
            const auto block =
                attribution > 0 || is_blank(lines_[i]) ? 0 : header_block_at(lines_, i);
            if (const auto count = std::max(attribution, block); count > 0) {
                const auto end = std::min(i + count, lines_.size());
                if (!quote_follows(end) && has_own) {
                    set(i, lines_.size(), Role::dropped);
                    return;
                }
                set(i, end, Role::mark);
                in_signature = false;
                i = end;
                continue;
            }
            in_signature = in_signature || (!is_blank(lines_[i]) && starts_signature(lines_, i));
            if (in_signature) roles_[i] = Role::dropped;
            has_own = has_own || (!in_signature && !is_blank(lines_[i]));
            ++i;
        }
    }

    // Paragraphs below everything else, as long as something stays above them.
    void drop_disclaimers() {
        constexpr int max_disclaimers = 4;  // one in each language of the house
        for (int i = 0; i < max_disclaimers; ++i) {
            auto end = lines_.size();
            while (end > 0 && !is_own(end - 1))
                --end;
            auto start = end;
            while (start > 0 && is_own(start - 1))
                --start;
            bool has_more = false;
            for (std::size_t line = 0; line < start; ++line)
                has_more = has_more || is_own(line);
            std::string paragraph;
            for (auto line = start; line < end; ++line)
                (paragraph += lines_[line]) += '\n';
            if (!has_more || !starts_disclaimer(paragraph)) return;
            set(start, end, Role::dropped);
        }
    }

    bool is_own(std::size_t at) const { return roles_[at] == Role::own && !is_blank(lines_[at]); }

    // Quotes stay only between two pieces of new text.
    void drop_outer_quotes() {
        std::size_t first = lines_.size(), last = 0;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (!is_own(i)) continue;
            first = std::min(first, i);
            last = i;
        }
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (roles_[i] == Role::quote && (i < first || i > last)) roles_[i] = Role::dropped;
        }
    }

    std::string join() const {
        std::string reply;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (roles_[i] != Role::own && roles_[i] != Role::quote) continue;
            reply += lines_[i];
            reply += '\n';
        }
        return reply;
    }

    Lines lines_;
    std::vector<Role> roles_;
};

// Blank lines at both ends go, the first line's indentation stays.
std::string_view trim_lines(std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos || !trim(text.substr(0, end)).empty()) break;
        text.remove_prefix(end + 1);
    }
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ')
        text.remove_suffix(1);
    return text;
}

}  // namespace

std::string trim_quotes(std::string_view text) {
    auto reply = ReplyReader(text).read();
    const auto kept = trim_lines(reply);
    return std::string(kept.empty() ? trim_lines(text) : kept);
}

}  // namespace tributary::email
