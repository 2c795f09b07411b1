#include "connectors/webform/definition.hpp"

#include <boost/json/serialize.hpp>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "connector/stored_request.hpp"
#include "connectors/webform/token.hpp"
#include "connectors/webform/upload.hpp"

namespace tributary::webform {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxFormFields = 500;
// Headers that normalising reads.
const std::vector<std::string> kKeptHeaders = {"Content-Type", "Idempotency-Key"};

void add_page_settings(Schema& schema) {
    schema.push_back(
        Setting("title", SettingType::text,
                "The hosted form's heading, and what the form is called in the timeline.")
            .defaults_to("Contact us"));
    schema.push_back(Setting("intro", SettingType::text,
                             "Text above the hosted form. An empty line begins a new paragraph."));
    schema.push_back(Setting("success", SettingType::text, "What the receipt page says.")
                         .defaults_to("We have received your message and will get back to you."));
    schema.push_back(
        Setting("subject", SettingType::text,
                "The subject of what comes in when the writer gives none. The title when "
                "left out."));
    schema.push_back(
        Setting("region", SettingType::text,
                "The country of telephone numbers without a country code (ISO 3166, two "
                "letters).")
            .between(2, 2)
            .example("DE"));
}

void add_protection_settings(Schema& schema) {
    schema.push_back(
        Setting("allowed_origins", SettingType::texts,
                "Sites whose pages may post to the form, frame it and read the answer. "
                "The hosted form itself always may.")
            .defaults_to("[]")
            .example("[\"https://www.example.com\"]"));
    schema.push_back(
        Setting("require_token", SettingType::boolean,
                "Whether only the hosted form may post. Sites with a form of their own need "
                "false.")
            .defaults_to("false"));
    schema.push_back(
        Setting("minimum_fill", SettingType::duration,
                "A hosted form that comes back faster than this was filled by a machine and "
                "goes to quarantine.")
            .between(0, 600'000)
            .defaults_to("3s"));
    schema.push_back(
        Setting("max_files", SettingType::integer,
                "The most files in one post. None are taken unless a field of type file is "
                "declared.")
            .between(1, 20)
            .defaults_to("5"));
    schema.push_back(Setting("max_file_size", SettingType::integer, "The largest file, in bytes.")
                         .between(1, 25'000'000)
                         .defaults_to("10000000"));
    schema.push_back(
        Setting("rate_limit.per_minute", SettingType::integer,
                "How many posts a minute one address may make for long; 0 means any number.")
            .between(0, 100'000)
            .defaults_to("60"));
    schema.push_back(Setting("rate_limit.burst", SettingType::integer,
                             "How many posts one address may make at once.")
                         .between(1, 100'000)
                         .defaults_to("100"));
}

Schema make_schema() {
    Schema schema;
    schema.push_back(Setting("fields", SettingType::records,
                             "The form's fields, in order. Without any: name, email, message.")
                         .with_fields(field_settings())
                         .example("[ { name = \"email\", type = \"email\", required = true } ]"));
    add_page_settings(schema);
    add_protection_settings(schema);
    return schema;
}

// The words of a form without a message field: every answer on its line.
std::string all_answers(const std::vector<Field>& fields, const Submission& submission) {
    std::string text;
    for (const Field& field : fields) {
        const auto* value = submission.values.if_contains(field.name);
        if (!value) continue;
        const std::string shown =
            value->is_bool() ? (value->get_bool() ? "yes" : "no") : submission.text(field.name);
        text += field.label + ": " + shown + "\n";
    }
    return text;
}

void add_identities(const Definition& definition, const Submission& submission,
                    InboundMessage& message) {
    Content& content = message.content;
    content.from.name = submission.text("name");
    const std::string email = submission.text("email");
    const std::string phone = submission.text("phone");
    content.from.address = email.empty() ? phone : email;
    if (const auto normal = normalize_email(email))
        message.identities.emplace_back(Handle("email", "", *normal), Proof::claimed, email);
    if (const auto normal = normalize_phone(phone, definition.region)) {
        message.identities.emplace_back(Handle("phone", "", *normal), Proof::claimed, phone);
    } else if (!phone.empty()) {
        content.warnings.emplace_back("the telephone number could not be placed in a country");
    }
    content.from_proof = message.identities.empty() ? Proof::none : Proof::claimed;
}

void add_files(std::vector<http::UploadedFile> files, InboundMessage& message) {
    for (http::UploadedFile& sent : files) {
        InboundFile file;
        file.meta.filename = display_filename(sent.filename);
        file.meta.content_type =
            sent.content_type.empty() ? "application/octet-stream" : sent.content_type;
        file.meta.size = sent.bytes.size();
        file.meta.sha256 = sha256(sent.bytes);
        file.bytes = std::move(sent.bytes);
        message.content.attachments.push_back(file.meta);
        message.files.push_back(std::move(file));
    }
}

Result<http::Form> read_form(const Definition& definition, const http::Request& request) {
    http::FormLimits limits;
    limits.max_fields = kMaxFormFields;
    limits.max_files = definition.files.max_files;
    limits.max_file_bytes = definition.files.max_bytes;
    return http::parse_form(request, limits);
}

InboundMessage to_message(const Definition& definition, const Submission& submission,
                          std::vector<http::UploadedFile> files) {
    InboundMessage message;
    Content& content = message.content;
    content.kind = Kind::form;
    const std::string subject = submission.text("subject");
    content.subject = subject.empty() ? definition.subject : subject;
    content.text = submission.text("message");
    if (content.text.empty()) content.text = all_answers(definition.fields, submission);
    content.reply_text = content.text;
    content.warnings = submission.warnings;
    json::object data;
    data["form"] = definition.title;
    data["fields"] = submission.values;
    content.data = json::serialize(data);
    add_identities(definition, submission, message);
    add_files(std::move(files), message);
    return message;
}

std::string content_hash(const InboundMessage& message) {
    Sha256Stream stream;
    stream.update(message.content.data);
    for (const InboundFile& file : message.files)
        stream.update(file.meta.sha256);
    return to_hex(stream.finish());
}

}  // namespace

const Schema& settings_schema() {
    static const Schema schema = make_schema();
    return schema;
}

Result<Definition> read_definition(const Settings& settings) {
    Definition definition;
    auto fields = read_fields(settings.records("fields"));
    if (!fields) return fields.error();
    definition.fields = std::move(*fields);
    for (const std::string& origin : settings.texts("allowed_origins")) {
        const bool is_origin = (origin.starts_with("https://") || origin.starts_with("http://")) &&
                               origin.find('/', origin.find("//") + 2) == std::string::npos &&
                               origin.find_first_of(" ;,*'\"") == std::string::npos;
        if (!is_origin)
            return Error(Outcome::invalid, "An allowed origin is wrong.")
                .with_field("allowed_origins",
                            "'" + origin + "' must be like https://www.example.com");
        definition.allowed_origins.push_back(ascii_lower(origin));
    }
    definition.requires_token = settings.boolean("require_token");
    definition.minimum_fill = settings.duration("minimum_fill");
    definition.files = FileLimits(static_cast<std::size_t>(settings.integer("max_files")),
                                  static_cast<std::size_t>(settings.integer("max_file_size")));
    definition.posts_per_minute = static_cast<double>(settings.integer("rate_limit.per_minute"));
    definition.burst = static_cast<double>(settings.integer("rate_limit.burst"));
    definition.title = settings.text("title");
    definition.intro = settings.text("intro");
    definition.success = settings.text("success");
    definition.region = settings.text("region");
    definition.subject =
        settings.text("subject").empty() ? definition.title : settings.text("subject");
    return definition;
}

Result<Received> read_post(const Definition& definition, const http::Request& request) {
    auto form = read_form(definition, request);
    if (!form) return form.error();
    Received received;
    received.submission = fit(definition.fields, *form, definition.files);
    received.typed = std::move(form->fields);
    if (!received.submission.errors.empty()) return received;
    received.message = to_message(definition, received.submission, std::move(form->files));
    received.message.raw = write_request(request, kKeptHeaders, std::nullopt);
    received.message.raw_content_type = "application/http";
    received.hash = content_hash(received.message);
    return received;
}

Error misfit(const Submission& submission) {
    Error error(Outcome::invalid, "The form is not filled in as it asks.");
    error.reason = "form";
    error.fields = submission.errors;
    return error;
}

Result<InboundMessage> read_original(const Definition& definition, std::string_view raw) {
    auto stored = read_request(raw);
    if (!stored) return stored.error();
    http::Request& request = stored->request;
    const std::string_view body = trim(request.body);
    if (!stored->was_received && !body.starts_with('{'))
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    auto received = read_post(definition, request);
    if (!received) return received.error();
    if (!received->submission.errors.empty()) return misfit(received->submission);
    const std::string key(request.headers.get("Idempotency-Key"));
    const std::string nonce = nonce_of(http::find_field(received->typed, kTokenField).value_or(""));
    InboundMessage message = std::move(received->message);
    message.dedupe_key = !key.empty()     ? "key:" + key
                         : !nonce.empty() ? "token:" + nonce + ":" + received->hash
                                          : "sha256:" + received->hash;
    message.raw = raw;
    message.raw_content_type = stored->was_received ? "application/http" : "text/plain";
    return message;
}

}  // namespace tributary::webform
