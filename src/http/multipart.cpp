#include "http/multipart.hpp"

#include "base/text.hpp"

namespace tributary::http {
namespace {

constexpr std::size_t kMaxBoundary = 70;  // RFC 2046, section 5.1.1
constexpr std::size_t kMaxPartHeader = 8 * 1024;
constexpr std::size_t kMaxPartFields = 16;

Error malformed(std::string sentence) {
    return Error(Outcome::rejected, std::move(sentence)).with_reason("malformed_body");
}

struct Part {
    std::string disposition;
    std::string content_type;
    std::string_view bytes;
};

// The header of one part; `block` ends before the empty line.
Result<Part> read_part_header(std::string_view block) {
    if (block.size() > kMaxPartHeader)
        return malformed("A part of the form has too large a header.");
    Part part;
    std::size_t fields = 0;
    while (!block.empty()) {
        if (++fields > kMaxPartFields) return malformed("A part of the form has too many headers.");
        const auto end = block.find("\r\n");
        const std::string_view line = block.substr(0, end);
        block.remove_prefix(end == std::string_view::npos ? block.size() : end + 2);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos)
            return malformed("A part of the form has a broken header.");
        const std::string_view name = line.substr(0, colon);
        const std::string_view value = trim(line.substr(colon + 1));
        if (equals_ignoring_case(name, "Content-Disposition")) part.disposition = value;
        if (equals_ignoring_case(name, "Content-Type")) part.content_type = value;
    }
    return part;
}

// Browsers escape just these three in names (HTML, "multipart/form-data encoding algorithm").
std::string unescape_name(std::string_view name) {
    std::string plain;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const std::string_view escape = name.substr(i, 3);
        const bool is_escape = escape == "%22" || escape == "%0D" || escape == "%0A";
        if (escape == "%22") plain += '"';
        if (escape == "%0D") plain += '\r';
        if (escape == "%0A") plain += '\n';
        if (is_escape) {
            i += 2;
        } else {
            plain += name[i];
        }
    }
    return to_valid_utf8(plain);
}

Result<void> add_part(Form& form, const Part& part, const FormLimits& limits) {
    if (!starts_with_ignoring_case(part.disposition, "form-data"))
        return malformed("A part of the form has no Content-Disposition: form-data.");
    const auto sent_name = header_parameter(part.disposition, "name");
    if (!sent_name) return malformed("A part of the form has no name.");
    const std::string name = unescape_name(*sent_name);
    const auto sent_filename = header_parameter(part.disposition, "filename");
    if (!sent_filename) {
        if (form.fields.size() >= limits.max_fields)
            return Error(Outcome::invalid, "The form has too many fields.");
        if (part.bytes.size() > limits.max_field_bytes)
            return Error(Outcome::invalid, "A field of the form is too long.")
                .with_field(name, "at most " + std::to_string(limits.max_field_bytes) + " bytes");
        form.fields.emplace_back(name, to_valid_utf8(part.bytes));
        return {};
    }
    const std::string filename = unescape_name(*sent_filename);
    // An empty file input still sends a part: no name, no bytes.
    if (filename.empty() && part.bytes.empty()) return {};
    if (form.files.size() >= limits.max_files)
        return Error(Outcome::invalid, "The form has too many files.")
            .with_field(name, "at most " + std::to_string(limits.max_files) + " files");
    if (part.bytes.size() > limits.max_file_bytes)
        return Error(Outcome::invalid, "A file is too large.")
            .with_field(name, "at most " + std::to_string(limits.max_file_bytes) + " bytes")
            .with_reason("too_large");
    UploadedFile file;
    file.field = name;
    file.filename = filename;
    file.content_type = to_valid_utf8(part.content_type);
    file.bytes = part.bytes;
    form.files.push_back(std::move(file));
    return {};
}

// The bytes of the parts stand between lines of this form: CR LF "--" boundary [padding] CR LF. As
// the boundary holds no CR, candidates cannot overlap and the search is linear.
class Splitter {
 public:
    Splitter(std::string_view body, std::string_view boundary)
        : rest_(body), delimiter_("\r\n--" + std::string(boundary)) {}

    // Moves behind the first delimiter, which needs no CR LF in front at the very start.
    bool skip_preamble() {
        const std::string_view first = std::string_view(delimiter_).substr(2);
        if (rest_.starts_with(first)) {
            rest_.remove_prefix(first.size());
            return true;
        }
        return next_delimited().has_value();
    }

    enum class Tail { part, end, broken };
    // What follows the delimiter just passed.
    Tail read_tail() {
        if (rest_.starts_with("--")) return Tail::end;
        const auto content = rest_.find_first_not_of(" \t");  // transport padding
        if (content == std::string_view::npos || rest_.substr(content, 2) != "\r\n")
            return Tail::broken;
        // One CR LF stays: a part without any header starts its empty line with it.
        rest_.remove_prefix(content);
        return Tail::part;
    }

    // All up to the next delimiter, which is passed; nullopt when there is none.
    std::optional<std::string_view> next_delimited() {
        const auto at = rest_.find(delimiter_);
        if (at == std::string_view::npos) return std::nullopt;
        const std::string_view found = rest_.substr(0, at);
        rest_.remove_prefix(at + delimiter_.size());
        return found;
    }

 private:
    std::string_view rest_;
    std::string delimiter_;
};

}  // namespace

std::optional<std::string> header_parameter(std::string_view value, std::string_view name) {
    std::size_t i = value.find(';');
    while (i < value.size()) {
        ++i;
        const auto equals = value.find_first_of("=;", i);
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string_view key = trim(value.substr(i, equals - i));
        i = equals;
        if (value[i] == ';') continue;
        ++i;
        while (i < value.size() && (value[i] == ' ' || value[i] == '\t'))
            ++i;
        std::string text;
        if (i < value.size() && value[i] == '"') {
            for (++i; i < value.size() && value[i] != '"'; ++i) {
                const bool escapes = value[i] == '\\' && i + 1 < value.size() &&
                                     (value[i + 1] == '"' || value[i + 1] == '\\');
                if (escapes) ++i;
                text += value[i];
            }
        } else {
            text = trim(value.substr(i, value.find(';', i) - i));
        }
        if (equals_ignoring_case(key, name)) return text;
        i = value.find(';', i);
    }
    return std::nullopt;
}

Result<Form> parse_multipart(std::string_view body, std::string_view content_type,
                             const FormLimits& limits) {
    const std::string boundary = header_parameter(content_type, "boundary").value_or("");
    if (boundary.empty() || boundary.size() > kMaxBoundary ||
        boundary.find_first_of("\r\n") != std::string::npos)
        return malformed("The form's Content-Type names no boundary.");
    Splitter splitter(body, boundary);
    if (!splitter.skip_preamble()) return malformed("The form's boundary is nowhere in its body.");
    Form form;
    for (;;) {
        switch (splitter.read_tail()) {
            case Splitter::Tail::end: return form;
            case Splitter::Tail::broken: return malformed("The form has a broken boundary line.");
            case Splitter::Tail::part: break;
        }
        const auto whole = splitter.next_delimited();
        if (!whole) return malformed("The form is cut off.");
        const auto empty_line = whole->find("\r\n\r\n");
        if (empty_line == std::string_view::npos)
            return malformed("A part of the form has no body.");
        auto part = read_part_header(whole->substr(0, empty_line).substr(empty_line > 0 ? 2 : 0));
        if (!part) return part.error();
        part->bytes = whole->substr(empty_line + 4);
        if (auto added = add_part(form, *part, limits); !added) return added.error();
    }
}

}  // namespace tributary::http
