#include "connectors/email/headers.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_message_id_bytes = 998;  // RFC 5322, section 2.1.1: one line
constexpr std::size_t max_written_id_bytes = 900;  // leaves room for what stands around it

struct Line {
    std::string_view text;  // without its line end
    std::size_t next;       // where the following line starts
};

Line line_at(std::string_view text, std::size_t at) {
    const auto end = text.find('\n', at);
    if (end == std::string_view::npos) return {text.substr(at), text.size()};
    auto line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return {line, end + 1};
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

std::string_view without_mbox_line(std::string_view raw) {
    if (!raw.starts_with("From ") && !raw.starts_with(">From ")) return raw;
    const auto [line, next] = line_at(raw, 0);
    return is_field_line(line) ? raw : raw.substr(next);  // "From : ann@example.com" is a field
}

// Some gateways put empty lines in front of the header.
std::string_view without_leading_lines(std::string_view raw) {
    std::size_t at = 0;
    while (at < raw.size() && (raw[at] == '\r' || raw[at] == '\n'))
        ++at;
    if (at == 0 || at == raw.size()) return raw;
    return is_field_line(line_at(raw, at).text) ? raw.substr(at) : raw;
}

}  // namespace

bool is_field_line(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos) return false;
    auto name = line.substr(0, colon);
    while (!name.empty() && is_blank(name.back()))
        name.remove_suffix(1);
    return !name.empty() && std::none_of(name.begin(), name.end(),
                                         [](unsigned char c) { return c <= ' ' || c == 127; });
}

SplitMessage split_message(std::string_view raw) {
    return split_part(without_leading_lines(without_mbox_line(raw)));
}

SplitMessage split_part(std::string_view raw) {
    std::optional<std::size_t> first_foreign;
    for (std::size_t at = 0; at < raw.size();) {
        const auto [line, next] = line_at(raw, at);
        if (line.empty()) {
            if (first_foreign == 0) break;
            return {raw.substr(0, at), raw.substr(next)};
        }
        // Nothing stands above the first line that a blank could continue.
        const bool is_folded = is_blank(line.front()) && at > 0;
        if (!first_foreign && !is_folded && !is_field_line(trim(line))) first_foreign = at;
        at = next;
    }
    // Without an empty line the body starts where the fields stop; without a field all is body.
    const auto cut = first_foreign.value_or(raw.size());
    return {raw.substr(0, cut), raw.substr(cut)};
}

Headers::Headers(std::string_view block) {
    bool may_continue = false;
    for (std::size_t at = 0; at < block.size();) {
        const auto [line, next] = line_at(block, at);
        if (line.empty()) break;
        if (is_blank(line.front()) && at > 0) {
            if (may_continue) {
                const auto* start = fields_.back().value.data();
                const auto* end = line.data() + line.size();
                fields_.back().size = static_cast<std::size_t>(end - start);
                fields_.back().value = {start, std::min(fields_.back().size, max_field_bytes)};
            }
        } else if ((may_continue = is_field_line(trim(line)))) {
            const auto colon = line.find(':');
            const auto value = line.substr(colon + 1);
            fields_.push_back(
                {trim(line.substr(0, colon)), value.substr(0, max_field_bytes), value.size()});
        }
        at = next;
    }
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const auto& field : fields_) {
        if (field.name.size() == name.size() && equals_ignoring_case(field.name, name)) {
            return field.value;
        }
    }
    return std::nullopt;
}

std::vector<std::string_view> Headers::find_all(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const auto& field : fields_) {
        if (equals_ignoring_case(field.name, name)) found.push_back(field.value);
    }
    return found;
}

bool Headers::has_cut() const {
    return std::any_of(fields_.begin(), fields_.end(),
                       [](const HeaderField& field) { return field.is_cut(); });
}

std::string Headers::token(std::string_view name) const {
    const auto value = find(name);
    if (!value) return {};
    return std::string(trim(remove_comments(unfold(*value))));
}

std::string unfold(std::string_view value) {
    std::string flat;
    flat.reserve(value.size());
    bool is_fold = false;
    for (const char c : value) {
        if (c == '\r' || c == '\n') {
            is_fold = true;
        } else if (is_fold && is_blank(c)) {
            continue;
        } else if (c != '\0') {
            if (is_fold && !flat.ends_with(' ')) flat += ' ';
            is_fold = false;
            flat += c;
        }
    }
    return flat;
}

std::string remove_comments(std::string_view value) {
    std::string bare;
    bare.reserve(value.size());
    std::size_t depth = 0;
    bool is_quoted = false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '\\' && i + 1 < value.size()) {
            if (depth == 0) bare.append(value.substr(i, 2));
            ++i;
        } else if (c == '"' && depth == 0) {
            is_quoted = !is_quoted;
            bare += c;
        } else if (c == '(' && !is_quoted) {
            ++depth;
        } else if (c == ')' && !is_quoted && depth > 0) {
            --depth;
        } else if (depth == 0) {
            bare += c;
        }
    }
    return bare;
}

std::vector<std::string> parse_message_ids(std::string_view value, std::size_t limit) {
    std::vector<std::string> ids;
    const auto keep = [&](std::string_view text) {
        std::string id;
        for (const char c : text) {
            if (static_cast<unsigned char>(c) > ' ' && c != 127) id += c;
        }
        id = to_valid_utf8(id);
        if (!id.empty() && id.size() <= max_message_id_bytes) ids.push_back(std::move(id));
    };
    std::size_t at = 0;
    while (at < value.size() && ids.size() < limit) {
        const auto open = value.find('<', at);
        if (open == std::string_view::npos) break;
        const auto close = value.find('>', open);
        keep(value.substr(open + 1, close == std::string_view::npos ? close : close - open - 1));
        at = close == std::string_view::npos ? value.size() : close + 1;
    }
    if (!ids.empty() || value.find('<') != std::string_view::npos) return ids;
    // No brackets at all: every word that looks like an id is one.
    const auto bare = remove_comments(unfold(value));
    for (const auto word : split(bare, ' ')) {
        if (ids.size() < limit && word.find('@') != std::string_view::npos) keep(word);
    }
    if (ids.empty()) keep(bare);
    return ids;
}

bool is_safe_message_id(std::string_view id) {
    return !id.empty() && id.size() <= max_written_id_bytes &&
           std::all_of(id.begin(), id.end(),
                       [](char c) { return c > ' ' && c < 127 && c != '<' && c != '>'; });
}

}  // namespace tributary::email
