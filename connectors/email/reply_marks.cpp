#include "connectors/email/reply_marks.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_attribution_lines = 6;
constexpr std::size_t max_attribution_bytes = 600;
constexpr std::size_t max_block_lines = 14;
constexpr std::size_t max_footer_bytes = 120;
constexpr std::ptrdiff_t max_footer_words = 8;

// "wrote", as it stands in the attribution lines of mail programs.
constexpr std::array<std::string_view, 67> wrote_words = {
    "wrote",        "writes",        "schrieb",     "a écrit",    "écrit",       "escribió",
    "escribio",     "ha escrito",    "ha scritto",  "scrisse",    "escreveu",    "schreef",
    "geschreven",   "napisał",       "napisała",    "napisał(a)", "pisze",       "skrev",
    "kirjoitti",    "пишет",         "написал",     "написала",   "написал(а)",  "написав",
    "писал",        "napsal",        "napsala",     "napsal(a)",  "píše",        "のメール",
    "は書きました", "のメッセージ",  "写道",        "寫道",       "写到",        "작성",
    "님이 작성",    "đã viết",       "yazdı",       "şunu yazdı", "írta",        "ezt írta",
    "a scris",      "έγραψε",        "כתב",         "כתב/ה",      "كتب",         "เขียน",
    "menulis",      "je napisao",    "je napisala", "napisao je", "napísal",     "napísal(a)",
    "написа",       "kirjutas",      "rakstīja",    "rašė",       "va escriure", "skrifaði",
    "je napisal",   "je napisal/-a", "idatzi du",   "escribiu",   "shkroi",      "a répondu",
    "ha escrit"};

// How a wrapped attribution line begins.
constexpr std::array<std::string_view, 30> openings = {
    "On ",  "Am ",     "Le ",        "El ",        "Il ",      "Em ",    "Op ",   "Den ",
    "Am:",  "W dniu ", "Dnia ",      "Dne ",       "Vào ",     "Pe ",    "Στις ", "On, ",
    "În ",  "La ",     "U ",         "Tarihinde ", "ב-",       "At ",    "De ",   "Pada ",
    "Ter ", "Dana ",   "Il giorno ", "Le:",        "in data ", "No dia "};

constexpr std::array<std::string_view, 44> original_words = {"original message",
                                                             "reply message",
                                                             "original appointment",
                                                             "ursprüngliche nachricht",
                                                             "originalnachricht",
                                                             "weitergeleitete nachricht",
                                                             "message d'origine",
                                                             "message original",
                                                             "message d’origine",
                                                             "message transféré",
                                                             "message transmis",
                                                             "mensaje original",
                                                             "mensaje reenviado",
                                                             "messaggio originale",
                                                             "messaggio inoltrato",
                                                             "mensagem original",
                                                             "mensagem encaminhada",
                                                             "oorspronkelijk bericht",
                                                             "doorgestuurd bericht",
                                                             "ursprungligt meddelande",
                                                             "vidarebefordrat meddelande",
                                                             "opprinnelig melding",
                                                             "oprindelig meddelelse",
                                                             "videresendt",
                                                             "wiadomość oryginalna",
                                                             "oryginalna wiadomość",
                                                             "przekazana wiadomość",
                                                             "původní zpráva",
                                                             "pôvodná správa",
                                                             "исходное сообщение",
                                                             "пересылаемое сообщение",
                                                             "пересланное сообщение",
                                                             "alkuperäinen viesti",
                                                             "eredeti üzenet",
                                                             "orijinal mesaj",
                                                             "forwarded message",
                                                             "forwarded by",
                                                             "原始邮件",
                                                             "原始郵件",
                                                             "转发邮件",
                                                             "元のメッセージ",
                                                             "원본 메시지",
                                                             "oprindelig besked",
                                                             "opprinnelig e-post"};

// Labels of copied headers. The first group says from whom; a block must have one of these.
constexpr std::array<std::string_view, 29> from_labels = {
    "from",       "von",       "de",       "da",        "van",      "från",   "fra",    "od",
    "от",         "lähettäjä", "kimden",   "feladó",    "差出人",   "发件人", "發件人", "寄件者",
    "寄件人",     "보낸 사람", "보낸사람", "από",       "de la",    "від",    "מאת",    "من",
    "expéditeur", "frá",       "saatja",   "expeditor", "đã gửi từ"};
constexpr std::array<std::string_view, 91> other_labels = {
    "sent",       "date",       "to",          "subject",    "cc",         "reply-to",
    "reply to",   "importance", "attachments", "gesendet",   "datum",      "an",
    "betreff",    "antwort an", "kopie",       "envoyé",     "envoyé le",  "à",
    "objet",      "répondre à", "enviado",     "enviado el", "enviada em", "enviado em",
    "fecha",      "para",       "asunto",      "assunto",    "data",       "inviato",
    "a",          "oggetto",    "risposta",    "verzonden",  "aan",        "onderwerp",
    "skickat",    "till",       "ämne",        "kopia",      "sendt",      "til",
    "emne",       "dato",       "wysłano",     "wysłane",    "do",         "temat",
    "odesláno",   "komu",       "předmět",     "predmet",    "odoslané",   "отправлено",
    "кому",       "тема",       "дата",        "копия",      "lähetetty",  "vastaanottaja",
    "aihe",       "päiväys",    "gönderilme",  "tarih",      "kime",       "konu",
    "gönderildi", "küldve",     "címzett",     "tárgy",      "送信日時",   "宛先",
    "件名",       "发送时间",   "收件人",      "主题",       "日期",       "傳送時間",
    "收件者",     "主旨",       "보낸 날짜",   "받는 사람",  "제목",       "στάλθηκε",
    "προς",       "θέμα",       "message du",  "sujet",      "copie",      "copie à",
    "envoyé par"};

// With which of them a block may begin when the writer does not come first.
constexpr std::array<std::string_view, 6> first_labels = {"date", "subject", "datum",
                                                          "sent", "to",      "message du"};

// What a telephone or an app puts below: prefixes, lower case.
constexpr std::array<std::string_view, 26> footers = {
    "sent from ",      "sent via ",         "sent with ",           "sent on the go",
    "sent using ",     "get outlook for",   "envoyé de mon",        "envoyé depuis",
    "envoyé à partir", "gesendet von mein", "gesendet von outlook", "gesendet von mail",
    "gesendet mit",    "von meinem ",       "enviado desde",        "enviado do meu",
    "enviado de mi",   "inviato da",        "verzonden vanaf",      "verstuurd vanaf",
    "sendt fra min",   "skickat från min",  "wysłane z ",           "отправлено с ",
    "отправлено из",   "lähetetty "};

std::string_view without_marks(std::string_view line) {
    line = trim(line);
    while (!line.empty() && (line.front() == '*' || line.front() == '_'))
        line.remove_prefix(1);
    while (!line.empty() && (line.back() == '*' || line.back() == '_'))
        line.remove_suffix(1);
    return trim(line);
}

template <std::size_t n>
bool is_one_of(std::string_view text, const std::array<std::string_view, n>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c < 0;
}

bool has_digit(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Whether one of the verbs stands in `text` as a word, not inside another one or a URL.
bool says_wrote(std::string_view text) {
    return std::any_of(wrote_words.begin(), wrote_words.end(), [&](std::string_view verb) {
        for (auto at = text.find(verb); at != std::string_view::npos;
             at = text.find(verb, at + 1)) {
            const bool is_cjk = static_cast<unsigned char>(verb.front()) >= 0xE0;
            const auto end = at + verb.size();
            const bool starts = at == 0 || is_cjk || !is_word_byte(text[at - 1]);
            const bool ends = end == text.size() || is_cjk || !is_word_byte(text[end]) ||
                              text.substr(end).starts_with("\u00A0");
            const bool is_in_url = (at > 0 && (text[at - 1] == '-' || text[at - 1] == '/'));
            if (starts && ends && !is_in_url) return true;
        }
        return false;
    });
}

bool ends_with_colon(std::string_view text) {
    text = without_marks(text);
    return text.ends_with(':') || text.ends_with("：");
}

// "---- On Wed, ... wrote ----", as Zoho writes.
bool is_dashed_attribution(std::string_view text) {
    return text.starts_with("---") && text.ends_with("---") && says_wrote(text);
}

bool is_attribution(std::string_view text) {
    if (text.size() > max_attribution_bytes) return false;
    const bool has_address = text.find('@') != std::string_view::npos;
    if (ends_with_colon(text)) {
        if (has_address && has_digit(text) && text.ends_with(" sent:")) return true;
        return (has_address || has_digit(text)) && says_wrote(text);
    }
    // Zoho leaves the colon out.
    return is_dashed_attribution(text) ||
           (text.starts_with("On ") && text.ends_with("> wrote") && has_digit(text));
}

// Whether a time of day ("15:36", "15.36") and a year stand in `text`.
bool has_time_and_year(std::string_view text) {
    bool has_time = false, has_year = false;
    for (std::size_t i = 0; i + 3 < text.size(); ++i) {
        const auto has_year_at = [&](std::size_t at) {
            return text.substr(at).starts_with("20") || text.substr(at).starts_with("19");
        };
        const auto is_digit_at = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
        const bool has_sign = text[i + 1] == ':' || (text[i + 1] == '.' && !has_year_at(i + 2));
        has_time =
            has_time || (is_digit_at(i) && has_sign && is_digit_at(i + 2) && is_digit_at(i + 3));
        has_year = has_year || has_year_at(i);
    }
    return has_time && has_year;
}

// "2016-10-24 15:36 GMT+02:00 Ann <ann@example.com>:" and other forms without a verb.
bool is_dated_address(std::string_view text) {
    const auto line = without_marks(text);
    return line.size() <= max_attribution_bytes &&
           (line.ends_with(">:") || line.ends_with("> :")) &&
           line.find('@') != std::string_view::npos && has_time_and_year(line);
}

bool may_open_attribution(std::string_view line) {
    line = without_marks(line);
    if (line.empty()) return false;
    if (line.front() >= '0' && line.front() <= '9') return true;
    if (line.starts_with("----")) return true;
    return std::any_of(openings.begin(), openings.end(), [&](std::string_view opening) {
        return starts_with_ignoring_case(line, opening);
    });
}

// The label in front of a colon, lower case; "" when the line is no "Label: value".
std::string label_of(std::string_view line) {
    line = without_marks(line);
    auto colon = line.find(':');
    if (const auto wide = line.find("："); wide < colon) colon = wide;
    if (colon == std::string_view::npos || colon == 0 || colon > 40) return {};
    auto label = trim(line.substr(0, colon));
    while (label.ends_with('*'))
        label.remove_suffix(1);
    return fold_case(trim(label));
}

bool is_separator(std::string_view line) {
    line = trim(line);
    if (line.size() < 3) return false;
    const bool is_rule = line.find_first_not_of("-_*= ") == std::string_view::npos;
    return is_rule && line.find_first_of("-_=") != std::string_view::npos;
}

bool is_original_mark(std::string_view line) {
    line = trim(line);
    const bool has_dashes =
        line.starts_with("--") || line.starts_with("__") || line.starts_with("==");
    const bool begins = starts_with_ignoring_case(line, "begin forwarded message") ||
                        starts_with_ignoring_case(line, "anfang der weitergeleiteten") ||
                        starts_with_ignoring_case(line, "début du message réexpédié") ||
                        starts_with_ignoring_case(line, "inizio messaggio inoltrato");
    if (begins) return true;
    if (!has_dashes || line.size() > 120) return false;
    const auto folded = fold_case(line);
    return std::any_of(original_words.begin(), original_words.end(), [&](std::string_view words) {
        return folded.find(words) != std::string::npos;
    });
}

// How many lines from `at` on are labelled headers: at least one says from whom, and one more.
std::size_t labels_at(const Lines& lines, std::size_t at) {
    std::size_t froms = 0, others = 0, end = at;
    bool has_proof = false, has_date = false;
    for (auto i = at; i < lines.size() && i < at + max_block_lines; ++i) {
        if (trim(lines[i]).empty()) {
            if (froms + others >= 2) break;
            continue;
        }
        const auto label = label_of(lines[i]);
        const bool is_from = is_one_of(std::string_view(label), from_labels);
        const bool is_other = is_one_of(std::string_view(label), other_labels);
        if (!is_from && !is_other) {
            // A long value goes on in the next line; anything else ends the block.
            if (i == at || (froms + others >= 3)) break;
            continue;
        }
        if (i == at && !is_from && !is_one_of(std::string_view(label), first_labels)) break;
        froms += is_from ? 1 : 0;
        others += is_other ? 1 : 0;
        // "From: ann@example.com" and "Date: ..." are enough for a block.
        has_proof = has_proof || (is_from && lines[i].find('@') != std::string_view::npos);
        has_date = has_date || (label == "date" && has_time_and_year(lines[i]));
        end = i + 1;
    }
    return froms >= 1 && (others >= 2 || (has_proof && has_date)) ? end - at : 0;
}

bool is_footer(std::string_view line) {
    line = trim(line);
    if (line.size() > max_footer_bytes) return false;
    const auto folded = fold_case(line);
    const bool is_known = std::any_of(footers.begin(), footers.end(), [&](std::string_view footer) {
        return folded.starts_with(footer);
    });
    if (is_known) {
        // "Sent from my desk, is much easier than ..." is a sentence.
        const bool is_sentence =
            line.find(", ") != std::string_view::npos || line.ends_with('.') || line.ends_with('?');
        return !is_sentence && std::count(line.begin(), line.end(), ' ') <= max_footer_words;
    }
    return folded.find("から送信") != std::string::npos || folded.starts_with("发自我的") ||
           (folded.starts_with("von mein") && folded.ends_with("gesendet"));
}

}  // namespace

bool is_quoted(std::string_view line) {
    const auto first = line.find_first_not_of(" \t");
    return first != std::string_view::npos && line[first] == '>';
}

std::size_t attribution_at(const Lines& lines, std::size_t at) {
    const auto first = trim(lines[at]);
    if (first.empty()) return 0;
    if (is_attribution(first) || is_dated_address(first)) return 1;
    // Wrapped in front of its last two signs: "... skrev Ann <ann@example.com" and ">:".
    if (at + 1 < lines.size() && trim(lines[at + 1]) == ">:") {
        const auto whole = std::string(first) + ">:";
        if (is_attribution(whole) || is_dated_address(whole)) return 2;
    }
    if (!may_open_attribution(first)) {
        // "Ann wrote:" needs the quote below it as its witness.
        const bool is_short = first.size() <= 100 && ends_with_colon(first) && says_wrote(first);
        return is_short && at + 1 < lines.size() && is_quoted(lines[at + 1]) ? 1 : 0;
    }
    std::string joined(first);
    for (auto i = at + 1; i < lines.size() && i < at + max_attribution_lines; ++i) {
        const auto line = trim(lines[i]);
        if (line.empty() || may_open_attribution(line)) break;
        joined += ' ';
        joined += line;
        if (is_attribution(joined) || is_dated_address(joined)) return i - at + 1;
    }
    return 0;
}

std::size_t header_block_at(const Lines& lines, std::size_t at) {
    if (is_original_mark(lines[at])) {
        auto next = at + 1;
        while (next < lines.size() && trim(lines[next]).empty())
            ++next;
        return next < lines.size() ? next - at + labels_at(lines, next) : 1;
    }
    if (!is_separator(lines[at])) {
        return label_of(lines[at]).empty() ? 0 : labels_at(lines, at);
    }
    auto next = at + 1;
    while (next < lines.size() && next < at + 4 && trim(lines[next]).empty())
        ++next;
    const auto labels =
        next < lines.size() && !label_of(lines[next]).empty() ? labels_at(lines, next) : 0;
    return labels == 0 ? 0 : next - at + labels;
}

bool starts_signature(const Lines& lines, std::size_t at) {
    const auto line = lines[at];
    const auto bare = trim(line);
    if (line == "-- " || line == "--") return true;
    if (bare.starts_with("__")) return bare.find_first_not_of('_') == std::string_view::npos;
    return is_footer(bare);
}

}  // namespace tributary::email
