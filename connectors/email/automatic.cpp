#include "connectors/email/automatic.hpp"

#include <algorithm>
#include <array>

#include "base/id.hpp"
#include "base/text.hpp"
#include "connectors/email/addresses.hpp"
#include "connectors/email/bounce.hpp"

namespace tributary::email {
namespace {

bool has_part(const Part& part, std::initializer_list<std::string_view> types) {
    if (std::find(types.begin(), types.end(), part.type.value) != types.end()) return true;
    return std::any_of(part.children.begin(), part.children.end(),
                       [&](const Part& child) { return has_part(child, types); });
}

bool has_report_type(const Part& root, std::string_view name) {
    return root.type.value == "multipart/report" &&
           equals_ignoring_case(root.type.parameter("report-type"), name);
}

std::string lower_token(const Headers& headers, std::string_view name) {
    return ascii_lower(headers.token(name));
}

bool has_word(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return text.find(word) != std::string_view::npos;
    });
}

// Subjects that answering machines put in front, in the languages their users have.
constexpr std::array<std::string_view, 36> answering_subjects = {"auto:",
                                                                 "auto reply",
                                                                 "auto-reply",
                                                                 "autoreply",
                                                                 "automatic reply",
                                                                 "automatic response",
                                                                 "auto response",
                                                                 "auto-response",
                                                                 "autoresponse",
                                                                 "autoresponder",
                                                                 "out of office",
                                                                 "out of the office",
                                                                 "out-of-office",
                                                                 "vacation reply",
                                                                 "on vacation",
                                                                 "away from my mail",
                                                                 "automatische antwort",
                                                                 "abwesenheitsnotiz",
                                                                 "abwesend",
                                                                 "réponse automatique",
                                                                 "absence du bureau",
                                                                 "respuesta automática",
                                                                 "fuera de la oficina",
                                                                 "risposta automatica",
                                                                 "fuori sede",
                                                                 "resposta automática",
                                                                 "automatisch antwoord",
                                                                 "afwezig",
                                                                 "automatiskt svar",
                                                                 "autosvar",
                                                                 "automaattinen vastaus",
                                                                 "autoodpowiedź",
                                                                 "odpowiedź automatyczna",
                                                                 "автоответ",
                                                                 "自動応答",
                                                                 "自动答复"};

bool is_answering_subject(const Headers& headers) {
    const auto raw = headers.find("Subject");
    if (!raw) return false;
    const auto subject = fold_case(decode_header_text(*raw));
    return std::any_of(answering_subjects.begin(), answering_subjects.end(),
                       [&](std::string_view start) { return subject.starts_with(start); });
}

// Headers by which answering machines and notifiers give themselves away.
bool is_auto_reply(const Headers& headers) {
    const auto submitted = lower_token(headers, "Auto-Submitted");
    // RFC 3834 section 5: anything but "no" is a machine.
    if (!submitted.empty()) return submitted.substr(0, submitted.find(';')) != "no";
    const auto precedence = lower_token(headers, "Precedence");
    if (has_word(precedence, {"auto_reply", "auto-reply"})) return true;
    for (const auto* name :
         {"X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-AutoReply-From", "X-Autogenerated",
          "X-Mail-Autoreply", "X-Auto-Reply", "X-FC-MachineGenerated", "X-POST-MessageClass",
          "X-Cron-Env", "X-Vacation"}) {
        if (headers.has(name) && lower_token(headers, name) != "no") return true;
    }
    if (has_word(lower_token(headers, "Delivered-To"), {"autoresponder"})) return true;
    const auto suppress = lower_token(headers, "X-Auto-Response-Suppress");
    const bool is_null = headers.has("Return-Path") && headers.token("Return-Path") == "<>";
    if (is_answering_subject(headers)) return true;
    return is_null || has_word(suppress, {"all", "oof", "autoreply"});
}

// Our own words come back: a mail we sent, or one that passed us before.
bool is_loop(const MailSettings& settings, const Headers& headers) {
    if (settings.address.empty()) return false;
    for (const auto value : headers.find_all("X-Loop")) {
        if (contains_ignoring_case(value, settings.address)) return true;
    }
    const auto raw_id = headers.find("Message-ID");
    if (!raw_id) return false;
    const auto ids = parse_message_ids(unfold(*raw_id), 1);
    // Ids of our own making are "<interaction id>@<domain>", from nobody but ourselves.
    if (ids.empty()) return false;
    const std::string_view id = ids.front();
    return parse_id_bytes(id.substr(0, id.rfind('@'))).has_value() &&
           equals_ignoring_case(domain_of(id), domain_of(settings.address));
}

bool is_from_ourselves(const MailSettings& settings, const Headers& headers) {
    const auto sender = find_strict_sender(headers);
    if (!sender || settings.address.empty()) return false;
    return *sender == settings.address ||
           std::find(settings.aliases.begin(), settings.aliases.end(), *sender) !=
               settings.aliases.end();
}

bool is_list(const Headers& headers) {
    for (const auto* name :
         {"List-Id", "List-Post", "List-Unsubscribe", "Mailing-List", "X-Mailing-List"}) {
        if (headers.has(name)) return true;
    }
    return has_word(lower_token(headers, "Precedence"), {"bulk", "list", "junk"});
}

// A mail that asks its sender to prove being a person speaks like a bounce and is none.
bool is_challenge(const Headers& headers) {
    const auto raw = headers.find("Subject");
    const auto subject = raw ? ascii_lower(decode_header_text(*raw)) : std::string();
    return has_word(subject, {"please confirm", "confirm your", "verification required",
                              "challenge", "bitte bestätigen"}) ||
           headers.has("X-Challenge-Response");
}

}  // namespace

AutomaticMail classify_automatic(const MailSettings& settings, const Part& root,
                                 std::string_view text) {
    const auto& headers = root.headers;
    AutomaticMail mail;
    if (has_report_type(root, "feedback-report") || has_part(root, {"message/feedback-report"})) {
        mail.kind = AutoKind::feedback;
        return mail;
    }
    if (has_report_type(root, "disposition-notification") ||
        has_part(root, {"message/disposition-notification"})) {
        mail.kind = AutoKind::receipt;
        return mail;
    }
    if (auto report = is_challenge(headers) ? std::nullopt : read_delivery_report(root, text)) {
        if (has_failure(*report)) {
            mail.kind = AutoKind::bounce;
            mail.bounce = std::move(report);
        } else {
            mail.kind = AutoKind::receipt;
        }
    } else if (is_loop(settings, headers) || is_from_ourselves(settings, headers)) {
        mail.kind = is_auto_reply(headers) && !is_loop(settings, headers) ? AutoKind::auto_reply
                                                                          : AutoKind::loop;
    } else if (is_auto_reply(headers)) {
        mail.kind = AutoKind::auto_reply;
    } else if (is_list(headers)) {
        mail.kind = AutoKind::list;
    }
    return mail;
}

}  // namespace tributary::email
