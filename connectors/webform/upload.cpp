#include "connectors/webform/upload.hpp"

#include "base/text.hpp"

namespace tributary::webform {
namespace {

constexpr std::size_t kMaxFilename = 200;

struct Magic {
    std::string_view content_type;
    std::string_view first_bytes;
};
// Types that people open without a thought, and how such files begin.
constexpr Magic kMagic[] = {
    {"image/png", "\x89PNG\r\n"}, {"image/jpeg", "\xff\xd8\xff"}, {"image/gif", "GIF8"},
    {"application/pdf", "%PDF-"}, {"application/zip", "PK"},
};

bool is_what_it_says(const http::UploadedFile& file) {
    const std::string type =
        ascii_lower(trim(file.content_type.substr(0, file.content_type.find(';'))));
    for (const Magic& magic : kMagic)
        if (magic.content_type == type)
            return std::string_view(file.bytes).starts_with(magic.first_bytes);
    return true;
}

}  // namespace

void check_uploads(const std::vector<Field>& fields, const http::Form& form,
                   const FileLimits& limits, Submission& submission) {
    const auto fault = [&](const http::UploadedFile& file, std::string what) {
        submission.errors.emplace_back(
            "/" + file.field,
            "The file '" + display_filename(file.filename) + "' " + std::move(what) + ".");
    };
    std::size_t count = 0;
    for (const http::UploadedFile& file : form.files) {
        const Field* field = find_field(fields, file.field);
        if (!field) {
            fault(file, "came in a field that takes no files");
        } else if (++count > limits.max_files) {
            fault(file,
                  "is one too many: at most " + std::to_string(limits.max_files) + " are taken");
        } else if (file.bytes.empty()) {
            fault(file, "is empty");
        } else if (file.bytes.size() > limits.max_bytes) {
            fault(file, "is larger than " + std::to_string(limits.max_bytes) + " bytes");
        } else if (!is_what_it_says(file)) {
            fault(file, "is not of the type it says");
        }
    }
}

std::string display_filename(std::string_view sent) {
    std::string name = strip_controls(sent, Lines::join);
    if (const auto slash = name.find_last_of("/\\"); slash != std::string::npos)
        name.erase(0, slash + 1);
    std::string shown(truncate_utf8(trim(name), kMaxFilename));
    return shown.empty() || shown == "." || shown == ".." ? "file" : shown;
}

}  // namespace tributary::webform
