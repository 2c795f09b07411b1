// The header of a message or part, read from the raw bytes: tolerant of what real mail holds, never
// throwing. Everything here is a view into the message, which must outlive it. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::email {

inline constexpr std::size_t max_field_bytes = 64 * 1024;  // of a value; the rest is not read

struct HeaderField {
    std::string_view name;   // as written, without the blanks before the colon
    std::string_view value;  // raw and still folded, without the final line end
    std::size_t size = 0;    // of the whole value, before it was cut to max_field_bytes

    bool is_cut() const { return value.size() < size; }
};

// A message cut at the end of its header. An mbox "From " line in front is left out.
struct SplitMessage {
    std::string_view header;
    std::string_view body;
};
SplitMessage split_message(std::string_view raw);
// The same for one part of a multipart, which starts where its header starts.
SplitMessage split_part(std::string_view raw);

class Headers {
 public:
    Headers() = default;
    // Lines that are no field are skipped, as RFC 5322 readers have always done.
    explicit Headers(std::string_view block);

    const std::vector<HeaderField>& fields() const { return fields_; }
    bool empty() const { return fields_.empty(); }
    // The first field of that name, whatever its case; raw.
    std::optional<std::string_view> find(std::string_view name) const;
    std::vector<std::string_view> find_all(std::string_view name) const;
    // Whether some field was too long to be read whole.
    bool has_cut() const;
    bool has(std::string_view name) const { return find(name).has_value(); }
    // The first field of that name, unfolded, without comments, trimmed; "" when absent.
    std::string token(std::string_view name) const;

 private:
    std::vector<HeaderField> fields_;
};

// Whether a line is "name:" (RFC 5322 section 4.5 allows blanks before the colon).
bool is_field_line(std::string_view line);

// Each fold (RFC 5322, section 2.2.3) becomes one blank, however far the next line was indented.
std::string unfold(std::string_view value);
// Without comments; quoted strings stay as they are.
std::string remove_comments(std::string_view value);

// Message ids in order, without angle brackets; odd ones are kept as they are, without blanks and
// controls. At most `limit`.
std::vector<std::string> parse_message_ids(std::string_view value, std::size_t limit);

// Whether an id may be written into a header: printable ASCII without blanks and angle brackets.
bool is_safe_message_id(std::string_view id);

}  // namespace tributary::email
