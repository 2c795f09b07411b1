#include "connectors/webform/fields.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "base/text.hpp"
#include "connectors/webform/upload.hpp"
#include "model/identity.hpp"

namespace tributary::webform {
namespace {

constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kShownUnknown = 20;

struct TypeRow {
    std::string_view name;
    FieldType type;
    std::size_t max_length;
};
// "text" is what people mean by a text: several lines.
constexpr TypeRow kTypes[] = {
    {"line", FieldType::line, 200},        {"text", FieldType::text, 20'000},
    {"textarea", FieldType::text, 20'000}, {"email", FieldType::email, 254},
    {"phone", FieldType::phone, 40},       {"number", FieldType::number, 40},
    {"date", FieldType::date, 10},         {"select", FieldType::select, 200},
    {"checkbox", FieldType::checkbox, 10}, {"file", FieldType::file, 0},
    {"hidden", FieldType::hidden, 500},
};

std::vector<std::string> type_names() {
    std::vector<std::string> names;
    for (const TypeRow& row : kTypes)
        names.emplace_back(row.name);
    return names;
}

// "first_name" as a label: "First name".
std::string label_of(std::string_view name) {
    std::string label(name);
    std::ranges::replace(label, '_', ' ');
    std::ranges::replace(label, '-', ' ');
    if (!label.empty() && label[0] >= 'a' && label[0] <= 'z')
        label[0] = static_cast<char>(label[0] - 32);
    return label;
}

bool is_field_name(std::string_view name) {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    return !name.empty() && name.size() <= 60 &&
           name.find_first_not_of(kAllowed) == std::string_view::npos;
}

Field make_field(std::string name, FieldType type, bool is_required) {
    Field field;
    field.label = label_of(name);
    field.name = std::move(name);
    field.type = type;
    field.is_required = is_required;
    for (const TypeRow& row : kTypes)
        if (row.type == type) field.max_length = row.max_length;
    return field;
}

Field read_field(const Settings& record) {
    FieldType type = FieldType::line;
    for (const TypeRow& row : kTypes)
        if (row.name == record.text("type")) type = row.type;
    Field field = make_field(record.text("name"), type, record.boolean("required"));
    if (!record.text("label").empty()) field.label = record.text("label");
    if (record.has("max_length"))
        field.max_length = static_cast<std::size_t>(record.integer("max_length"));
    field.options = record.texts("options");
    return field;
}

bool has_controls(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

bool is_number(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    const auto point = text.find_first_of(".,");
    const auto is_digits = [](std::string_view part) {
        return part.find_first_not_of("0123456789") == std::string_view::npos;
    };
    if (point == std::string_view::npos) return !text.empty() && is_digits(text);
    return is_digits(text.substr(0, point)) && point + 1 < text.size() &&
           is_digits(text.substr(point + 1));
}

// "2026-03-01", as date inputs send it (HTML, "valid date string").
bool is_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    return parse_rfc3339(std::string(text) + "T00:00:00Z").has_value();
}

// Loose on purpose: a number we cannot place is still worth calling.
bool is_phone(std::string_view text) {
    const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
    return digits >= 5 && digits <= 20 &&
           text.find_first_not_of("0123456789+-()/. #xet") == std::string_view::npos;
}

// "%0a" inside an address is a line break on its way through a careless decoder.
bool is_email(std::string_view text) {
    return !has_controls(text) && !contains_ignoring_case(text, "%0a") &&
           !contains_ignoring_case(text, "%0d") && normalize_email(text).has_value();
}

// What is wrong with a text that is there; "" when it fits.
std::string fault_of(const Field& field, std::string_view text) {
    if (count_code_points(text) > field.max_length)
        return "may have at most " + std::to_string(field.max_length) + " characters";
    switch (field.type) {
        case FieldType::email: return is_email(text) ? "" : "must be one e-mail address";
        case FieldType::phone: return is_phone(text) ? "" : "must be a telephone number";
        case FieldType::number: return is_number(text) ? "" : "must be a number";
        case FieldType::date: return is_date(text) ? "" : "must be a date like 2026-03-01";
        case FieldType::select:
            return std::ranges::count(field.options, text) > 0 ? "" : "must be one of the options";
        default: return "";
    }
}

bool is_checked(std::string_view text) {
    return !text.empty() && text != "false" && text != "0" && text != "off" && text != "no";
}

// The text of one declared field, cleaned for its type.
std::string cleaned(const Field& field, std::string_view sent) {
    if (field.type == FieldType::text) return std::string(trim(strip_controls(sent, Lines::keep)));
    // A line break in an address is an attack on mail headers; it must fail, not vanish.
    if (field.type == FieldType::email && has_controls(sent)) return std::string(sent);
    return std::string(trim(strip_controls(sent, Lines::join)));
}

}  // namespace

Schema field_settings() {
    Schema schema;
    schema.push_back(
        Setting("name", SettingType::text,
                "What the form posts. name, email, phone, subject and message have their "
                "obvious meaning.")
            .required());
    schema.push_back(
        Setting("label", SettingType::text, "What people read. The name when left out."));
    schema.push_back(Setting("type", SettingType::choice,
                             "\"line\" is one line, \"text\" several. \"file\" allows attachments.")
                         .one_of(type_names())
                         .defaults_to("line"));
    schema.push_back(
        Setting("required", SettingType::boolean, "Whether the form is refused without it.")
            .defaults_to("false"));
    schema.push_back(Setting("max_length", SettingType::integer,
                             "The most characters it may have. Each type has its own default.")
                         .between(1, 1'000'000));
    schema.push_back(
        Setting("options", SettingType::texts, "What a select offers.").defaults_to("[]"));
    return schema;
}

Result<std::vector<Field>> read_fields(const std::vector<Settings>& records) {
    std::vector<Field> fields;
    if (records.empty()) {
        fields.push_back(make_field("name", FieldType::line, false));
        fields.push_back(make_field("email", FieldType::email, true));
        fields.push_back(make_field("message", FieldType::text, true));
        return fields;
    }
    Error faults(Outcome::invalid, "The form's fields are wrong.");
    if (records.size() > kMaxFields)
        return std::move(faults).with_field("fields", "are more than 100");
    std::set<std::string> names;
    for (const Settings& record : records) {
        Field field = read_field(record);
        const auto fault = [&](const char* what) { faults.fields.emplace_back(field.name, what); };
        if (!is_field_name(field.name)) fault("must be a name of a-z, 0-9, _ and -");
        if (field.name == kTokenField || field.name == kTrapField)
            fault("is a name the form needs itself");
        if (!names.insert(field.name).second) fault("is declared twice");
        if (field.type == FieldType::select && field.options.empty()) fault("needs options");
        fields.push_back(std::move(field));
    }
    if (!faults.fields.empty()) return faults;
    return fields;
}

const Field* find_field(const std::vector<Field>& fields, std::string_view name) {
    for (const Field& field : fields)
        if (field.name == name) return &field;
    return nullptr;
}

bool takes_files(const std::vector<Field>& fields) {
    return std::ranges::any_of(fields, [](const Field& f) { return f.type == FieldType::file; });
}

std::string Submission::text(std::string_view name) const {
    const auto* value = values.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

Submission fit(const std::vector<Field>& fields, const http::Form& form, const FileLimits& limits) {
    Submission submission;
    const auto fault = [&](const Field& field, std::string what) {
        submission.errors.emplace_back("/" + field.name, field.label + " " + std::move(what) + ".");
    };
    for (const Field& field : fields) {
        const auto sent = http::find_field(form.fields, field.name);
        const auto times =
            std::ranges::count(form.fields, field.name, &http::Fields::value_type::first);
        const bool has_file =
            std::ranges::count(form.files, field.name, &http::UploadedFile::field) > 0;
        if (field.type == FieldType::file) {
            if (field.is_required && !has_file) fault(field, "is required");
            continue;
        }
        if (times > 1 || has_file) {
            fault(field, "must be sent once, as text");
            continue;
        }
        if (field.type == FieldType::checkbox) {
            const bool checked = is_checked(sent.value_or(""));
            if (field.is_required && !checked) fault(field, "must be ticked");
            submission.values[field.name] = checked;
            continue;
        }
        const std::string text = cleaned(field, sent.value_or(""));
        if (text.empty()) {
            if (field.is_required) fault(field, "is required");
            continue;
        }
        if (auto what = fault_of(field, text); !what.empty()) fault(field, what);
        submission.values[field.name] = text;
    }
    check_uploads(fields, form, limits, submission);
    for (const auto& [name, value] : form.fields) {
        const bool is_own = name == kTokenField || name == kTrapField || find_field(fields, name);
        if (is_own || submission.warnings.size() >= kShownUnknown) continue;
        submission.warnings.push_back(
            "the form has no field '" +
            std::string(truncate_utf8(strip_controls(name, Lines::join), 60)) +
            "'; it was left out");
    }
    return submission;
}

}  // namespace tributary::webform
