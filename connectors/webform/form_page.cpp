#include "connectors/webform/form_page.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tributary::webform {
namespace {

// Whether the form can be shown in a frame is the site's choice; everything else is closed.
void add_policy(http::Reply& reply, const PageText& text) {
    std::string ancestors = "'self'";
    for (const std::string& origin : text.framed_by)
        ancestors += " " + origin;
    reply.headers.set("Content-Security-Policy",
                      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
                      "frame-ancestors " +
                          ancestors);
    reply.headers.set("Cache-Control", "no-store");
    reply.headers.set("X-Content-Type-Options", "nosniff");
    reply.headers.set("Referrer-Policy", "strict-origin");
}

std::string page(const PageText& text, const std::string& title, const std::string& body) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
           html_escape(title) + "</title>\n<link rel=\"stylesheet\" href=\"" +
           html_escape(text.stylesheet) + "\">\n</head>\n<body>\n<main>\n" + body +
           "</main>\n</body>\n</html>\n";
}

std::string paragraphs(std::string_view text) {
    std::string html;
    while (!text.empty()) {
        const auto end = text.find("\n\n");
        if (const auto part = trim(text.substr(0, end)); !part.empty())
            html += "<p>" + html_escape(part) + "</p>\n";
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    return html;
}

// ` name="value"`, escaped.
std::string attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + html_escape(value) + "\"";
}

// Of the field that an error is about; its pointer comes with and without a slash.
std::string field_name(const FieldError& error) {
    return error.pointer.starts_with('/') ? error.pointer.substr(1) : error.pointer;
}

std::string_view input_type(FieldType type) {
    switch (type) {
        case FieldType::email: return "email";
        case FieldType::phone: return "tel";
        case FieldType::date: return "date";
        case FieldType::file: return "file";
        case FieldType::checkbox: return "checkbox";
        default: return "text";
    }
}

// What browsers may fill in (HTML, "Autofill").
std::string_view autocomplete(const Field& field) {
    if (field.type == FieldType::email) return "email";
    if (field.type == FieldType::phone) return "tel";
    return field.name == "name" ? "name" : "";
}

class FormWriter {
 public:
    FormWriter(const std::vector<Field>& fields, const Attempt& attempt)
        : fields_(fields), attempt_(attempt) {}

    std::string summary() const {
        if (attempt_.errors.empty() && attempt_.notice.empty()) return {};
        std::string html = "<div class=\"problems\" role=\"alert\" tabindex=\"-1\" autofocus>\n";
        html += "<h2>" +
                html_escape(attempt_.notice.empty() ? "Please check what you entered"
                                                    : std::string_view(attempt_.notice)) +
                "</h2>\n";
        if (!attempt_.errors.empty()) html += "<ul>\n";
        for (const FieldError& error : attempt_.errors) {
            html += "<li><a" + attribute("href", "#field-" + field_name(error)) + ">" +
                    html_escape(error.detail) + "</a></li>\n";
        }
        if (!attempt_.errors.empty()) html += "</ul>\n";
        return html + "</div>\n";
    }

    std::string form(const std::string& token) const {
        std::string html = "<form method=\"post\" novalidate";
        html += takes_files(fields_) ? " enctype=\"multipart/form-data\">\n" : ">\n";
        for (const Field& field : fields_)
            html += row(field);
        html += trap();
        html += "<input type=\"hidden\"" + attribute("name", kTokenField) +
                attribute("value", token) + ">\n";
        return html + "<button type=\"submit\">Send</button>\n</form>\n";
    }

 private:
    std::string typed(const Field& field) const {
        return http::find_field(attempt_.typed, field.name).value_or("");
    }

    const FieldError* error_of(const Field& field) const {
        const auto at = std::ranges::find(attempt_.errors, field.name, field_name);
        return at == attempt_.errors.end() ? nullptr : &*at;
    }

    std::string row(const Field& field) const {
        if (field.type == FieldType::hidden) {
            return "<input type=\"hidden\"" + attribute("name", field.name) +
                   attribute("value", typed(field)) + ">\n";
        }
        const std::string id = "field-" + field.name;
        const FieldError* error = error_of(field);
        std::string common = attribute("id", id) + attribute("name", field.name);
        if (field.is_required) common += " required";
        if (error)
            common += " aria-invalid=\"true\"" + attribute("aria-describedby", id + "-problem");
        const std::string label = "<label" + attribute("for", id) + ">" + html_escape(field.label) +
                                  (field.is_required ? mark() : "") + "</label>\n";
        const std::string problem = error ? "<p class=\"problem\"" +
                                                attribute("id", id + "-problem") + ">" +
                                                html_escape(error->detail) + "</p>\n"
                                          : "";
        if (field.type == FieldType::checkbox)
            return "<div class=\"row check\">\n" + control(field, common) + label + problem +
                   "</div>\n";
        return "<div class=\"row\">\n" + label + problem + control(field, common) + "</div>\n";
    }

    static std::string mark() { return " <span class=\"required\">(required)</span>"; }

    std::string control(const Field& field, const std::string& common) const {
        if (field.type == FieldType::select) return select(field, common);
        const std::string length = attribute("maxlength", std::to_string(field.max_length));
        if (field.type == FieldType::text) {
            // The parser drops one line break after the tag, so that one is given.
            return "<textarea rows=\"7\"" + common + length + ">\n" + html_escape(typed(field)) +
                   "</textarea>\n";
        }
        std::string html = "<input" + attribute("type", input_type(field.type)) + common;
        if (field.type == FieldType::checkbox)
            return html + " value=\"yes\"" + (typed(field).empty() ? "" : " checked") + ">\n";
        if (field.type == FieldType::file) return html + " multiple>\n";
        html += attribute("value", typed(field));
        if (field.type != FieldType::date) html += length;
        if (field.type == FieldType::number) html += attribute("inputmode", "decimal");
        if (const auto hint = autocomplete(field); !hint.empty())
            html += attribute("autocomplete", hint);
        return html + ">\n";
    }

    std::string select(const Field& field, const std::string& common) const {
        std::string html = "<select" + common + ">\n<option value=\"\"></option>\n";
        const std::string chosen = typed(field);
        for (const std::string& option : field.options) {
            html += "<option" + attribute("value", option) + (option == chosen ? " selected" : "") +
                    ">" + html_escape(option) + "</option>\n";
        }
        return html + "</select>\n";
    }

    // Filled by machines only: not shown, not focusable, not read out.
    static std::string trap() {
        return "<div class=\"extra\" aria-hidden=\"true\"><label>Leave this empty <input "
               "type=\"text\"" +
               attribute("name", kTrapField) +
               " tabindex=\"-1\" autocomplete=\"off\"></label></div>\n";
    }

    const std::vector<Field>& fields_;
    const Attempt& attempt_;
};

}  // namespace

http::Reply form_page(int status, const PageText& text, const std::vector<Field>& fields,
                      const std::string& token, const Attempt& attempt) {
    const FormWriter writer(fields, attempt);
    const bool is_repeated = !attempt.errors.empty() || !attempt.notice.empty();
    const std::string body = "<h1>" + html_escape(text.title) + "</h1>\n" + writer.summary() +
                             (is_repeated ? "" : paragraphs(text.intro)) + writer.form(token);
    auto reply =
        http::Reply::html(status, page(text, (is_repeated ? "Problem: " : "") + text.title, body));
    add_policy(reply, text);
    return reply;
}

http::Reply receipt_page(int status, const PageText& text, std::optional<std::int64_t> ticket) {
    std::string body = "<h1>Thank you</h1>\n" + paragraphs(text.success);
    if (ticket)
        body += "<p>Your reference is <strong>#" + std::to_string(*ticket) + "</strong>.</p>\n";
    auto reply = http::Reply::html(status, page(text, "Thank you", body));
    add_policy(reply, text);
    return reply;
}

}  // namespace tributary::webform
