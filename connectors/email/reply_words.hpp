// The words mail programs leave around what they quote, in the languages their users have. All
// lower case, as fold_case() writes them; each list is looked at only behind a cheaper test.
#pragma once

#include <string_view>

namespace tributary::email::reply_words {

// clang-format off

// "wrote", as it stands in attribution lines.
inline constexpr std::string_view wrote[] = {
    "wrote", "writes", "schrieb", "geschrieben", "a écrit", "écrit", "a répondu", "escribió",
    "escribio", "ha escrito", "ha scritto", "scrisse", "escreveu", "schreef", "geschreven",
    "napisał", "napisała", "napisał(a)", "pisze", "skrev", "kirjoitti", "пишет", "написал",
    "написала", "написал(а)", "писал", "пише", "написав", "написала", "написав(ла)", "napsal",
    "napsala", "napsal(a)", "píše", "napísal", "napísal(a)", "のメール", "は書きました", "が書きました", "のメッセージ",
    "写道", "寫道", "写到", "작성", "님이 작성", "쓴 글", "đã viết", "yazdı", "şunu yazdı", "şunları yazdı",
    "írta", "ezt írta", "a scris", "έγραψε", "כתב", "כתב/ה", "كتب", "เขียน", "menulis",
    "je napisao", "je napisala", "napisao je", "je napisal", "je napisal/-a", "написа", "kirjutas",
    "rakstīja", "rašė", "va escriure", "ha escrit", "skrifaði", "idatzi du", "escribiu", "shkroi"};

// How the first line of a wrapped attribution begins where no date tells it.
inline constexpr std::string_view openings[] = {
    "on ", "on, ", "am ", "am:", "le ", "le:", "el ", "il ", "il giorno ", "in data ", "em ",
    "no dia ", "a ", "op ", "den ", "w dniu ", "dnia ", "wiadomość napisana ", "dne ", "vào ",
    "pe ", "în ", "la ", "στις ", "u ", "tarihinde ", "ב-", "at ", "de ", "pada ", "ter ", "dana ",
    "在 "};

// What stands between dashes in front of an original or forwarded message.
inline constexpr std::string_view originals[] = {
    "original message", "reply message", "original appointment", "forwarded message",
    "forwarded by", "ursprüngliche nachricht", "originalnachricht", "weitergeleitete nachricht",
    "ursprünglicher termin", "message d'origine", "message d’origine", "message original",
    "mail original", "message transféré", "message transmis", "message réexpédié",
    "mensaje original", "mensaje reenviado", "messaggio originale", "messaggio inoltrato",
    "mensagem original", "mensagem encaminhada", "mensagem reencaminhada", "oorspronkelijk bericht",
    "doorgestuurd bericht", "ursprungligt meddelande", "originalmeddelande",
    "vidarebefordrat meddelande", "opprinnelig melding", "opprinnelig e-post", "videresendt",
    "oprindelig meddelelse", "oprindelig besked", "wiadomość oryginalna", "oryginalna wiadomość",
    "przekazana wiadomość", "przekazanej wiadomości", "původní zpráva", "původní e-mail",
    "přeposlaná zpráva", "pôvodná správa", "preposlaná správa", "исходное сообщение",
    "пересылаемое сообщение", "пересланное сообщение", "перенаправленное сообщение",
    "оригинальное сообщение", "вихідне повідомлення", "оригінальне повідомлення",
    "переслане повідомлення", "alkuperäinen viesti", "välitetty viesti", "eredeti üzenet",
    "továbbított üzenet", "orijinal mesaj", "özgün i̇leti", "özgün ileti", "i̇letilmiş i̇leti",
    "iletilmiş ileti", "iletilen mesaj", "mesaj original", "mesaj redirecționat", "αρχικό μήνυμα",
    "προωθημένο μήνυμα", "הודעה מקורית", "الرسالة الأصلية", "原始邮件", "原始郵件", "邮件原件", "郵件原件", "转发邮件",
    "转发的消息", "转发的邮件", "轉寄郵件", "元のメッセージ", "転送メッセージ", "転送されたメッセージ", "원본 메시지", "전달된 메시지",
    "tin nhắn gốc", "thư gốc", "thư đã chuyển tiếp", "tin nhắn đã chuyển tiếp"};

// The same as a whole line that ends with a colon.
inline constexpr std::string_view forward_openings[] = {
    "begin forwarded message", "anfang der weitergeleiteten", "début du message transféré",
    "début du message réexpédié", "inicio del mensaje reenviado", "inizio messaggio inoltrato",
    "inizio del messaggio inoltrato", "início da mensagem encaminhada",
    "início da mensagem reencaminhada", "begin doorgestuurd bericht",
    "początek przekazywanej wiadomości", "początek przekazanej wiadomości", "vidarebefordrat brev",
    "vidarebefordrat meddelande", "začátek přeposílané zprávy", "začátek přeposlané zprávy",
    "начало переадресованного", "начало пересылаемого", "початок переадресованого",
    "початок пересланого", "転送されたメッセージ", "开始转发的邮件", "開始轉寄郵件", "전달된 메시지 시작",
    "bắt đầu thư được chuyển tiếp", "start på videresendt", "videresendt melding",
    "videresendt besked", "välitetty viesti alkaa", "i̇letilmiş i̇leti başlangıcı"};

// What a mail from a helpdesk asks its readers to write above.
inline constexpr std::string_view reply_lines[] = {
    "reply above this line", "über dieser zeile", "oberhalb dieser zeile",
    "au-dessus de cette ligne", "por encima de esta línea", "sopra questa riga", "boven deze regel",
    "acima desta linha"};

// Labels of copied headers. The first list says from whom; a block must have one of these.
inline constexpr std::string_view from_labels[] = {
    "from", "von", "de", "da", "van", "från", "fra", "od", "от", "от кого", "від", "lähettäjä",
    "kimden", "gönderen", "feladó", "差出人", "送信者", "发件人", "發件人", "寄件者", "寄件人", "보낸 사람", "보낸사람", "từ",
    "đã gửi từ", "από", "de la", "מאת", "من", "expéditeur", "frá", "saatja", "expeditor"};
inline constexpr std::string_view other_labels[] = {
    "sent", "date", "to", "subject", "cc", "bcc", "reply-to", "reply to", "importance",
    "attachments", "gesendet", "datum", "an", "betreff", "antwort an", "kopie", "anlagen",
    "anhänge", "envoyé", "envoyé le", "envoyé par", "à", "objet", "sujet", "répondre à", "copie",
    "copie à", "message du", "enviado", "enviado el", "enviada em", "enviado em", "fecha", "para",
    "asunto", "assunto", "data", "inviato", "a", "oggetto", "risposta", "verzonden", "aan",
    "onderwerp", "skickat", "till", "ämne", "kopia", "sendt", "til", "emne", "dato", "kopi",
    "wysłano", "wysłane", "do", "dw", "temat", "odesláno", "komu", "předmět", "predmet", "odoslané",
    "отправлено", "кому", "тема", "дата", "копия", "надіслано", "копія", "lähetetty",
    "vastaanottaja", "aihe", "päiväys", "päivämäärä", "kopio", "gönderilme", "gönderildi",
    "gönderme tarihi", "tarih", "kime", "konu", "bilgi", "küldve", "címzett", "tárgy", "dátum",
    "trimis", "către", "subiect", "送信日時", "日付", "日時", "宛先", "件名", "发送时间", "收件人", "抄送", "主题", "主題",
    "日期", "傳送時間", "傳送日期", "寄件日期", "收件者", "副本", "主旨", "보낸 날짜", "보낸날짜", "날짜", "받는 사람", "받는사람", "제목",
    "참조", "đã gửi", "ngày gửi", "ngày", "đến", "tới", "chủ đề", "đồng gửi", "στάλθηκε",
    "ημερομηνία", "προς", "θέμα"};
// With which of them a block may begin when the writer does not come first.
inline constexpr std::string_view first_labels[] = {
    "date", "subject", "datum", "sent", "to", "message du", "gesendet", "envoyé", "enviado",
    "inviato", "verzonden", "发送时间", "日期"};

// What a telephone or an app puts below, at the beginning of the line ...
inline constexpr std::string_view footers[] = {
    "sent from ", "sent via ", "sent with ", "sent on the go", "sent using ", "get outlook for",
    "gesendet von mein", "gesendet von outlook", "gesendet von mail", "gesendet von yahoo",
    "gesendet mit", "diese nachricht wurde von mein", "envoyé de mon", "envoyé depuis",
    "envoyé à partir", "enviado desde", "enviado con ", "enviado de mi", "enviado do", "enviado a partir d",
    "inviato da", "verzonden vanaf", "verzonden vanuit", "verstuurd vanaf", "verstuurd vanuit",
    "sendt fra", "skickat från", "wysłane z ", "wysłano z ", "odesláno z ", "отправлено с ",
    "отправлено из ", "надіслано з ", "lähetetty ", "发自", "發自", "发送自", "đã gửi từ", "được gửi từ",
    "gửi từ"};
// ... or at its end.
inline constexpr std::string_view footer_ends[] = {
    "から送信", "에서 보냄", "傳送", "发送", "gesendet", "gönderildi"};
// What such a line speaks of.
inline constexpr std::string_view devices[] = {
    "iphone", "ipad", "ios", "android", "galaxy", "samsung", "smartphone", "phone", "mobil",
    "blackberry", "huawei", "xiaomi", "tablet", "telefon", "windows", "outlook", "yahoo", "gmx",
    "web.de", "proton", "zoho", "手机", "手機"};

// How the paragraph below a signature begins that lawyers want there.
inline constexpr std::string_view disclaimers[] = {
    "confidentiality notice", "confidentiality note", "disclaimer", "legal notice",
    "legal disclaimer", "privileged and confidential", "this e-mail and any", "this email and any",
    "this e-mail, including", "this email, including", "this e-mail message", "this email message",
    "this message and any", "this message is intended", "this message (including",
    "this communication", "this e-mail is confidential", "this email is confidential",
    "this e-mail contains", "this email contains", "this message contains",
    "the information contained in this", "the contents of this e", "the content of this e",
    "diese e-mail", "diese email", "diese nachricht", "der inhalt dieser e", "ce message",
    "ce courriel", "cet e-mail", "ce courrier électronique", "este mensaje", "este correo",
    "la información contenida", "aviso legal", "aviso de confidencialidad", "questo messaggio",
    "la presente e-mail", "le informazioni contenute", "esta mensagem", "este e-mail", "este email",
    "dit bericht", "deze e-mail", "dit e-mailbericht", "niniejsza wiadomość", "ta wiadomość",
    "detta meddelande", "detta e-postmeddelande", "tato zpráva", "tento e-mail", "данное сообщение",
    "это сообщение"};
// One of these must follow for it to be that.
inline constexpr std::string_view disclaimer_words[] = {
    "confidential", "privileged", "intended recipient", "intended solely", "in error",
    "vertraulich", "adressat", "irrtümlich", "confidentiel", "destinataire", "confidencial",
    "destinatario", "destinatário", "riservat", "confidenzial", "vertrouwelijk", "geadresseerde",
    "poufn", "adresat", "konfidentiel", "förtrolig", "konfidentiell", "důvěrn", "adresát",
    "конфиденциальн"};

// clang-format on

}  // namespace tributary::email::reply_words
