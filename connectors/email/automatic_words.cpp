#include "connectors/email/automatic_words.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"

namespace tributary::email {
namespace {

// Case folded, as fold_case() makes them.
constexpr std::array<std::string_view, 95> openings = {
    // English
    "auto:", "auto reply", "auto-reply", "autoreply", "automatic reply", "automatic response",
    "automated reply", "automated response", "auto response", "auto-response", "autoresponse",
    "autoresponder", "out of office", "out of the office", "out-of-office",
    "ooo:", "vacation reply", "vacation message", "on vacation", "away from my mail", "i am away",
    "i'm away", "absence notice",
    // German
    "automatische antwort", "autom. antwort", "abwesenheitsnotiz", "abwesenheitsmeldung",
    "abwesenheit:", "abwesend",
    // French
    "réponse automatique", "reponse automatique", "absence du bureau", "absent du bureau",
    "message d'absence", "notification d'absence",
    // Spanish, Catalan, Portuguese
    "respuesta automática", "respuesta automatica", "fuera de la oficina", "fuera de oficina",
    "resposta automàtica", "resposta automática", "resposta automatica", "fora do escritório",
    "ausência temporária",
    // Italian
    "risposta automatica", "fuori sede", "fuori ufficio", "assenza dall'ufficio",
    // Dutch
    "automatisch antwoord", "afwezig", "afwezigheid", "niet aanwezig",
    // Swedish, Danish, Norwegian, Finnish, Icelandic
    "autosvar", "automatiskt svar", "automatisk svar", "frånvaro", "fraværsmeddelelse",
    "ikke til stede", "automaattinen vastaus", "poissa", "sjálfvirkt svar",
    // Polish, Czech, Slovak
    "autoodpowiedź", "odpowiedź automatyczna", "automatyczna odpowiedź", "nieobecność",
    "automatická odpověď", "mimo kancelář", "automatická odpoveď",
    // Hungarian, Romanian, Greek, Turkish
    "automatikus válasz", "házon kívül", "răspuns automat", "αυτόματη απάντηση", "otomatik yanıt",
    "otomatik cevap", "ofis dışında",
    // Russian, Ukrainian, Bulgarian
    "автоответ", "автоматический ответ", "вне офиса", "автоматична відповідь",
    "автоматичен отговор",
    // Japanese, Chinese, Korean
    "自動応答", "自動返信", "不在通知", "不在のお知らせ", "自动答复", "自动回复", "自動回覆",
    "外出自动", "자동 회신", "자동회신", "자동 응답", "부재중",
    // Vietnamese, Thai, Indonesian
    "trả lời tự động", "ตอบกลับอัตโนมัติ", "balasan otomatis"};

}  // namespace

bool is_answering_subject(std::string_view subject) {
    const auto folded = fold_case(subject);
    std::string_view text = trim(folded);
    for (const std::string_view mark : {"[", "(", "【", "*", "\"", "«"}) {
        if (text.starts_with(mark)) text.remove_prefix(mark.size());
    }
    text = trim(text);
    return std::any_of(openings.begin(), openings.end(),
                       [&](std::string_view opening) { return text.starts_with(opening); });
}

}  // namespace tributary::email
