// The marks mail programs leave around what they quote, language by language, as they stand in
// mails.
#pragma once

#include <string_view>
#include <vector>

namespace tributary::email {

struct Language {
    std::string_view name;
    std::string_view words;  // what the sender writes now, in two paragraphs
    std::vector<std::string_view> attributions;
    std::vector<std::string_view> blocks;      // copied headers
    std::vector<std::string_view> separators;  // in front of an original or forwarded message
    std::vector<std::string_view> footers;
};

inline const std::vector<Language>& languages() {
    static const std::vector<Language> all = {
        {"English",
         "It works now.\n\nThank you for the quick help on Monday.",
         {"On Mon, Jun 1, 2026 at 10:00 AM Ann Lee <ann@example.com> wrote:",
          "On Mon, Jun 1, 2026 at 10:00\u202FAM Ann Lee <ann@example.com> wrote:",
          "On 1 Jun 2026, at 10:00, Ann Lee <ann@example.com> wrote:",
          "On 01.06.26 10:00, Ann Lee wrote:", "On 6/1/26 10:00 AM, Ann Lee wrote:",
          "On Monday, June 1, 2026 at 10:00:00 AM GMT+2, Ann Lee <ann@example.com> wrote:",
          "On Monday, June 1st, 2026 at 10:00 AM, Ann Lee <ann@example.com> wrote:",
          "---- On Mon, 01 Jun 2026 10:00:00 +0200 Ann Lee <ann@example.com> wrote ----",
          "---- On Mon, 01 Jun 2026 10:00:00 +0200 Ann Lee<ann@example.com> wrote ---",
          "-----Ann Lee <ann@example.com> wrote: -----", "Ann Lee <ann@example.com> writes:",
          "Ann Lee <ann@example.com> wrote on 06/01/2026 10:00:00 AM:",
          "* Ann Lee <ann@example.com> [2026-06-01 10:00]:",
          "2026-06-01 10:00 GMT+02:00 Ann Lee <ann@example.com>:",
          "On Mon, 1 Jun 2026 10:00:00 +0200\nAnn Lee <ann@example.com> wrote:",
          "Ann Lee <ann@example.com> schrieb am Mo., 1. Juni 2026, 10:00:"},
         {"From: Ann Lee <ann@example.com>\nSent: Monday, June 1, 2026 10:00 AM\nTo: Support "
          "<support@example.org>\nCc: Bob\nSubject: RE: Invoice",
          "*From:* Ann Lee <ann@example.com>\n*Sent:* Monday, June 1, 2026 10:00 AM\n*To:* "
          "Support\n*Subject:* RE: Invoice",
          "From: Ann Lee <ann@example.com>\nDate: Monday, 1 June 2026 at 10:00\nTo: Support "
          "<support@example.org>\nSubject: Re: Invoice",
          "________________________________\nFrom: Ann Lee <ann@example.com>\nSent: Monday, June "
          "1, "
          "2026 10:00:00 AM\nTo: Support\nSubject: Invoice",
          "From:\tAnn Lee/Example\nTo:\tSupport/Example@Example\nDate:\t06/01/2026 10:00 "
          "AM\nSubject:\tInvoice",
          "  Original Message  \nFrom: Ann Lee\nSent: Monday, June 1, 2026 10:00 AM\nTo: "
          "Support\nSubject: Invoice",
          "-------- Original message --------\nFrom: Ann Lee <ann@example.com>\nDate: 01/06/2026 "
          "10:00 (GMT+01:00)\nTo: support@example.org\nSubject: Invoice",
          "------ Original Message ------\nFrom \"Ann Lee\" <ann@example.com>\nTo "
          "support@example.org\nDate 6/1/2026 10:00:00 AM\nSubject Invoice",
          "Sent: Monday, June 01, 2026 at 10:00 AM\nFrom: \"Ann Lee\" <ann@example.com>\nTo: "
          "support@example.org\nSubject: Invoice"},
         {"-----Original Message-----", "-------- Original Message --------",
          "------- Original Message -------",
          "\u2010\u2010\u2010\u2010\u2010\u2010\u2010 Original Message "
          "\u2010\u2010\u2010\u2010\u2010\u2010\u2010",
          "---------- Forwarded message ---------", "-------- Forwarded Message --------",
          "Begin forwarded message:", "----- Forwarded Message -----",
          "-----Original Appointment-----", "-------- Original message --------",
          "----- Forwarded by Ann Lee/Example on 06/01/2026 10:00 AM -----"},
         {"Sent from my iPhone",
          "Sent from my iPad",
          "Sent from my Galaxy",
          "Sent from Outlook for iOS",
          "Get Outlook for iOS<https://aka.ms/o0ukef>",
          "Get Outlook for Android",
          "Sent from Yahoo Mail on Android",
          "Sent from Yahoo Mail for iPhone",
          "Sent from Mail for Windows 10",
          "Sent from Mail for Windows",
          "Sent from my Samsung Galaxy smartphone.",
          "Sent from my BlackBerry 10 smartphone.",
          "Sent with Proton Mail secure email.",
          "Sent from Proton Mail for iOS",
          "Sent using Zoho Mail",
          "Sent via BlackBerry by AT&T",
          "Sent from Samsung Mobile",
          "Sent from my Verizon, Samsung Galaxy smartphone",
          "Sent from Gmail Mobile",
          "Yahoo Mail: Search, Organize, Conquer",
          "Sent from my mobile device. Please excuse brevity.",
          "Please excuse brevity and typos. Sent from my phone."}},
        {"German",
         "Jetzt geht es.\n\nVielen Dank für die Hilfe am Montag.",
         {"Am Mo., 1. Juni 2026 um 10:00 Uhr schrieb Ann Lee <ann@example.com>:",
          "Am Mo., 1. Juni 2026 um 10:00 Uhr schrieb Ann Lee <\nann@example.com>:",
          "Am 01.06.2026 um 10:00 schrieb Ann Lee <ann@example.com>:",
          "Am 01.06.26 um 10:00 schrieb Ann Lee:",
          "Am Montag, 1. Juni 2026 um 10:00:00 MESZ hat Ann Lee <ann@example.com> Folgendes "
          "geschrieben:",
          "Ann Lee <ann@example.com> schrieb am Mo., 1. Juni 2026, 10:00:",
          "---- Am Mo, 01 Jun 2026 10:00:00 +0200 Ann Lee <ann@example.com> schrieb ----"},
         {"Von: Ann Lee <ann@example.com>\nGesendet: Montag, 1. Juni 2026 10:00\nAn: Support "
          "<support@example.org>\nCc: Bob\nBetreff: AW: Rechnung",
          "Gesendet: Montag, 01. Juni 2026 um 10:00 Uhr\nVon: \"Ann Lee\" <ann@example.com>\nAn: "
          "support@example.org\nBetreff: Aw: Rechnung",
          "Von: Ann Lee <ann@example.com>\nDatum: Montag, 1. Juni 2026 um 10:00\nAn: Support "
          "<support@example.org>\nBetreff: Re: Rechnung"},
         {"-----Ursprüngliche Nachricht-----", "-------- Ursprüngliche Nachricht --------",
          "-------- Weitergeleitete Nachricht --------", "-------- Originalnachricht --------",
          "Anfang der weitergeleiteten Nachricht:",
          "---------- Weitergeleitete Nachricht ---------"},
         {"Von meinem iPhone gesendet", "Von meinem/meiner Galaxy gesendet",
          "Gesendet von Outlook für iOS", "Outlook für iOS beziehen",
          "Holen Sie sich Outlook für iOS<https://aka.ms/o0ukef>", "Gesendet von Mail für Windows",
          "Gesendet mit der GMX Mail App", "Gesendet mit der WEB.DE Mail App",
          "Diese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.",
          "Diese Nachricht wurde von meinem Android-Gerät mit WEB.DE Mail gesendet.",
          "Von meinem Samsung Galaxy Smartphone gesendet.", "Gesendet von Yahoo Mail auf Android"}},
        {"French",
         "Ça marche.\n\nMerci pour votre aide de lundi.",
         {"Le lun. 1 juin 2026 à 10:00, Ann Lee <ann@example.com> a écrit :",
          "Le 1 juin 2026 à 10:00, Ann Lee <ann@example.com> a écrit :",
          "Le lundi 1 juin 2026 à 10:00:00 UTC+2, Ann Lee <ann@example.com> a écrit\u00A0:",
          "Le 01/06/2026 à 10:00, Ann Lee a écrit :",
          "---- Le lun., 01 juin 2026 10:00:00 +0200 Ann Lee <ann@example.com> a écrit ----"},
         {"De : Ann Lee <ann@example.com>\nEnvoyé : lundi 1 juin 2026 10:00\nÀ : Support "
          "<support@example.org>\nCc : Bob\nObjet : RE: Facture",
          "De\u00A0: Ann Lee <ann@example.com>\nEnvoyé\u00A0: lundi 1 juin 2026 "
          "10:00\nÀ\u00A0: Support\nObjet\u00A0: RE: Facture",
          "De : Ann Lee <ann@example.com>\nDate : lundi, 1 juin 2026 à 10:00\nÀ : Support\nObjet : "
          "Re: Facture",
          "De: \"Ann Lee\" <ann@example.com>\nÀ: support@example.org\nEnvoyé: Lundi 1 Juin 2026 "
          "10:00:00\nObjet: Facture"},
         {"-----Message d'origine-----", "-------- Message d'origine --------",
          "-----Message d\u2019origine-----", "-------- Message transféré --------",
          "----- Mail original -----", "---------- Message transféré ---------",
          "Début du message transféré :", "Début du message réexpédié :"},
         {"Envoyé de mon iPhone", "Envoyé depuis mon appareil Galaxy",
          "Envoyé à partir de Outlook pour iOS", "Obtenir Outlook pour iOS<https://aka.ms/o0ukef>",
          "Télécharger Outlook pour Android", "Envoyé à partir de Courrier pour Windows",
          "Envoyé depuis Yahoo Mail pour Android", "Envoyé depuis mon mobile Orange"}},
        {"Spanish",
         "Ya funciona.\n\nGracias por la ayuda del lunes.",
         {"El lun, 1 jun 2026 a las 10:00, Ann Lee (<ann@example.com>) escribió:",
          "El lun, 1 jun 2026 a las 10:00, Ann Lee (ann@example.com) escribió:",
          "El 1 jun 2026, a las 10:00, Ann Lee <ann@example.com> escribió:",
          "El 1/6/26 a las 10:00, Ann Lee escribió:",
          "El lunes, 1 de junio de 2026, 10:00:00 CEST, Ann Lee <ann@example.com> escribió:"},
         {"De: Ann Lee <ann@example.com>\nEnviado: lunes, 1 de junio de 2026 10:00\nPara: "
          "Support <support@example.org>\nAsunto: RE: Factura",
          "De: Ann Lee [mailto:ann@example.com]\nEnviado el: lunes, 1 de junio de 2026 "
          "10:00\nPara: Support\nCC: Bob\nAsunto: RE: Factura",
          "De: Ann Lee <ann@example.com>\nFecha: lunes, 1 de junio de 2026, 10:00\nPara: "
          "Support\nAsunto: Re: Factura"},
         {"-----Mensaje original-----", "-------- Mensaje original --------",
          "-------- Mensaje reenviado --------", "---------- Forwarded message ---------",
          "Inicio del mensaje reenviado:"},
         {"Enviado desde mi iPhone", "Enviado desde Outlook para iOS",
          "Obtener Outlook para iOS<https://aka.ms/o0ukef>", "Enviado desde mi Samsung Galaxy",
          "Enviado desde Correo para Windows", "Enviado desde Yahoo Mail para Android",
          "Enviado desde mi dispositivo Galaxy", "Obtener Outlook para Android"}},
        {"Italian",
         "Adesso funziona.\n\nGrazie per l'aiuto di lunedì.",
         {"Il giorno lun 1 giu 2026 alle ore 10:00 Ann Lee <ann@example.com> ha scritto:",
          "Il giorno 1 giu 2026, alle ore 10:00, Ann Lee <ann@example.com> ha scritto:",
          "Il 01/06/2026 10:00, Ann Lee ha scritto:",
          "Il lunedì 1 giugno 2026 alle ore 10:00:00 CEST, Ann Lee <ann@example.com> ha scritto:"},
         {"Da: Ann Lee <ann@example.com>\nInviato: lunedì 1 giugno 2026 10:00\nA: Support "
          "<support@example.org>\nOggetto: R: Fattura",
          "Da: Ann Lee <ann@example.com>\nData: lunedì, 1 giugno 2026 alle ore 10:00\nA: "
          "Support\nOggetto: Re: Fattura"},
         {"-----Messaggio originale-----", "-------- Messaggio originale --------",
          "-------- Messaggio Inoltrato --------", "Inizio messaggio inoltrato:"},
         {"Inviato da iPhone", "Inviato dal mio iPhone", "Inviato da Outlook per iOS",
          "Ottieni Outlook per iOS<https://aka.ms/o0ukef>", "Inviato da Posta per Windows",
          "Inviato dal mio dispositivo Galaxy", "Inviato da Yahoo Mail su Android",
          "Scarica Outlook per Android"}},
        {"Portuguese",
         "Já funciona.\n\nObrigado pela ajuda na segunda.",
         {"Em seg., 1 de jun. de 2026 às 10:00, Ann Lee <ann@example.com> escreveu:",
          "No dia 01/06/2026, às 10:00, Ann Lee <ann@example.com> escreveu:",
          "Em 1 de jun. de 2026, à(s) 10:00, Ann Lee <ann@example.com> escreveu:",
          "Em 01/06/2026 10:00, Ann Lee escreveu:",
          "A 1 de junho de 2026 10:00, Ann Lee <ann@example.com> escreveu:",
          "Ann Lee <ann@example.com> escreveu (segunda, 1/06/2026 à(s) 10:00):"},
         {"De: Ann Lee <ann@example.com>\nEnviado: segunda-feira, 1 de junho de 2026 10:00\nPara: "
          "Support <support@example.org>\nAssunto: RE: Fatura",
          "De: Ann Lee <ann@example.com>\nEnviada em: segunda-feira, 1 de junho de 2026 "
          "10:00\nPara: Support\nCc: Bob\nAssunto: RES: Fatura",
          "De: Ann Lee <ann@example.com>\nData: segunda-feira, 1 de junho de 2026 10:00\nPara: "
          "Support\nAssunto: Re: Fatura"},
         {"-----Mensagem original-----", "-----Mensagem Original-----",
          "-------- Mensagem encaminhada --------", "-------- Mensagem original --------",
          "Início da mensagem encaminhada:", "Início da mensagem reencaminhada:"},
         {"Enviado do meu iPhone", "Enviado do Outlook para iOS",
          "Obter o Outlook para iOS<https://aka.ms/o0ukef>", "Enviado a partir do meu smartphone",
          "Enviado do Email para Windows", "Enviado do meu Galaxy",
          "Enviado do Yahoo Mail no Android", "Baixar o Outlook para iOS"}},
        {"Dutch",
         "Het werkt nu.\n\nBedankt voor de hulp van maandag.",
         {"Op ma 1 jun 2026 om 10:00 schreef Ann Lee <ann@example.com>:",
          "Op 1 jun 2026 om 10:00 heeft Ann Lee <ann@example.com> het volgende geschreven:",
          "Op 01-06-2026 om 10:00 schreef Ann Lee:",
          "Op 1 juni 2026 10:00:00 CEST schreef Ann Lee <ann@example.com>:",
          "Ann Lee <ann@example.com> schreef op 1 juni 2026 10:00:"},
         {"Van: Ann Lee <ann@example.com>\nVerzonden: maandag 1 juni 2026 10:00\nAan: Support "
          "<support@example.org>\nCC: Bob\nOnderwerp: RE: Factuur",
          "Van: Ann Lee <ann@example.com>\nDatum: maandag 1 juni 2026 om 10:00\nAan: "
          "Support\nOnderwerp: Re: Factuur"},
         {"-----Oorspronkelijk bericht-----", "-------- Oorspronkelijk bericht --------",
          "-------- Doorgestuurd bericht --------", "Begin doorgestuurd bericht:"},
         {"Verstuurd vanaf mijn iPhone", "Verzonden vanaf mijn iPhone",
          "Verzonden vanuit Outlook voor iOS", "Outlook voor iOS downloaden",
          "Download Outlook voor iOS<https://aka.ms/o0ukef>", "Verzonden vanuit Mail voor Windows",
          "Verstuurd vanaf mijn Galaxy", "Verzonden vanaf Samsung Mobile.",
          "Outlook voor Android ophalen"}},
        {"Polish",
         "Już działa.\n\nDziękuję za pomoc w poniedziałek.",
         {"pon., 1 cze 2026 o 10:00 Ann Lee <ann@example.com> napisał(a):",
          "Wiadomość napisana przez Ann Lee <ann@example.com> w dniu 1 cze 2026, o godz. 10:00:",
          "W dniu 1.06.2026 o 10:00, Ann Lee pisze:",
          "W dniu 01.06.2026 10:00, Ann Lee napisał(a):",
          "W dniu poniedziałek, 1 czerwca 2026 10:00:00 CEST użytkownik Ann Lee "
          "<ann@example.com> napisał:",
          "Dnia 1 czerwca 2026 10:00 Ann Lee <ann@example.com> napisał(a):"},
         {"Od: Ann Lee <ann@example.com>\nWysłano: poniedziałek, 1 czerwca 2026 10:00\nDo: "
          "Support <support@example.org>\nTemat: RE: Faktura",
          "From: Ann Lee\nSent: Monday, June 1, 2026\nTo: Support\nSubject: Faktura",
          "Od: Ann Lee <ann@example.com>\nData: poniedziałek, 1 czerwca 2026 10:00\nDo: "
          "Support\nTemat: Re: Faktura"},
         {"-----Wiadomość oryginalna-----", "-----Oryginalna wiadomość-----",
          "-------- Przekazana wiadomość --------",
          "-------- Treść przekazanej wiadomości --------",
          "Początek przekazywanej wiadomości:", "Początek przekazanej wiadomości:"},
         {"Wysłane z iPhone'a", "Wysłano z mojego iPhone\u2019a",
          "Wysłane z programu Outlook dla "
          "systemu iOS",
          "Pobierz aplikację Outlook dla systemu iOS<https://aka.ms/o0ukef>",
          "Wysłane z aplikacji Poczta dla systemu Windows", "Wysłano z telefonu Galaxy",
          "Uzyskaj program Outlook dla systemu iOS"}},
        {"Swedish",
         "Nu fungerar det.\n\nTack för hjälpen i måndags.",
         {"Den mån 1 juni 2026 kl 10:00 skrev Ann Lee <ann@example.com>:",
          "1 juni 2026 kl. 10:00 skrev Ann Lee <ann@example.com>:",
          "Den 2026-06-01 kl. 10:00, skrev Ann Lee:", "Den 2026-06-01 10:00, skrev Ann Lee:",
          "mån 1 juni 2026 kl. 10:00 skrev Ann Lee <ann@example.com>:"},
         {"Från: Ann Lee <ann@example.com>\nSkickat: den 1 juni 2026 10:00\nTill: Support "
          "<support@example.org>\nKopia: Bob\nÄmne: SV: Faktura",
          "Från: Ann Lee <ann@example.com>\nDatum: måndag, 1 juni 2026 10:00\nTill: "
          "Support\nÄmne: Re: Faktura"},
         {"-----Ursprungligt meddelande-----", "-------- Originalmeddelande --------",
          "-------- Vidarebefordrat meddelande --------", "Vidarebefordrat brev:"},
         {"Skickat från min iPhone", "Skickat från Outlook för iOS",
          "Hämta Outlook för iOS<https://aka.ms/o0ukef>", "Skickat från min Galaxy",
          "Skickat från E-post för Windows", "Skaffa Outlook för Android"}},
        {"Czech",
         "Už to funguje.\n\nDěkuji za pomoc v pondělí.",
         {"po 1. 6. 2026 v 10:00 odesílatel Ann Lee <ann@example.com> napsal:",
          "1. 6. 2026 v 10:00, Ann Lee <ann@example.com>:",
          "Dne 01. 06. 26 v 10:00 Ann Lee napsal(a):", "Dne 1.6.2026 v 10:00 Ann Lee napsal(a):",
          "Dne pondělí 1. června 2026 10:00:00 SELČ uživatel Ann Lee <ann@example.com> napsal:"},
         {"Od: Ann Lee <ann@example.com>\nOdesláno: pondělí 1. června 2026 10:00\nKomu: Support "
          "<support@example.org>\nKopie: Bob\nPředmět: RE: Faktura",
          "Od: Ann Lee <ann@example.com>\nDatum: pondělí 1. června 2026 10:00\nKomu: "
          "Support\nPředmět: Re: Faktura"},
         {"-----Původní zpráva-----", "---------- Původní e-mail ----------",
          "-------- Přeposlaná zpráva --------", "Začátek přeposílané zprávy:"},
         {"Odesláno z iPhonu", "Odesláno z mého iPhonu", "Odesláno z Outlooku pro iOS",
          "Získat Outlook pro iOS<https://aka.ms/o0ukef>", "Odesláno z Pošty pro Windows",
          "Odesláno z mého telefonu Galaxy"}},
        {"Russian",
         "Теперь работает.\n\nСпасибо за помощь в понедельник.",
         {"пн, 1 июн. 2026 г. в 10:00, Ann Lee <ann@example.com>:",
          "1 июня 2026 г., в 10:00, Ann Lee <ann@example.com> написал(а):",
          "01.06.2026 10:00, Ann Lee пишет:",
          "Понедельник, 1 июня 2026, 10:00 +03:00 от Ann Lee <ann@example.com>:",
          "01.06.2026, 10:00, \"Ann Lee\" <ann@example.com>:",
          "1 июня 2026 г. 10:00 пользователь Ann Lee <ann@example.com> написал:"},
         {"От: Ann Lee <ann@example.com>\nОтправлено: понедельник, 1 июня 2026 г. 10:00\nКому: "
          "Support <support@example.org>\nТема: RE: Счёт",
          "От: Ann Lee <ann@example.com>\nДата: понедельник, 1 июня 2026 г., 10:00\nКому: "
          "Support\nТема: Re: Счёт",
          "От кого: Ann Lee <ann@example.com>\nКому: support@example.org\nДата: Понедельник, 1 "
          "июня 2026, 10:00\nТема: Счёт"},
         {"-----Исходное сообщение-----", "-------- Исходное сообщение --------",
          "-------- Перенаправленное сообщение --------",
          "-------- Пересылаемое сообщение --------",
          "Начало переадресованного сообщения:", "Начало пересылаемого сообщения:"},
         {"Отправлено с iPhone", "Отправлено с моего iPhone",
          "Отправлено из мобильной Почты Mail.ru", "Отправлено из мобильной Яндекс Почты",
          "Отправлено из Outlook для iOS", "Скачать Outlook для iOS<https://aka.ms/o0ukef>",
          "Отправлено из Почты для Windows", "Отправлено с моего Galaxy"}},
        {"Japanese",
         "動きました。\n\n月曜日はありがとうございました。",
         {"2026年6月1日(月) 10:00 Ann Lee <ann@example.com>:",
          "2026/06/01 10:00、Ann Lee <ann@example.com>のメール:",
          "2026年6月1日 10:00、Ann Lee <ann@example.com>のメール:",
          "2026/06/01 10:00、Ann Lee <ann@example.com> のメール：",
          "2026年6月1日月曜日 10:00、Ann Lee <ann@example.com> さんは書きました:",
          "2026年6月1日(月) 10:00 Ann Lee <ann@example.com>さんが書きました:"},
         {"差出人: Ann Lee <ann@example.com>\n送信日時: 2026年6月1日 10:00\n宛先: Support "
          "<support@example.org>\n件名: RE: 請求書",
          "差出人： Ann Lee <ann@example.com>\n日付： 2026年6月1日 月曜日 10:00\n宛先： "
          "Support\n件名： Re: 請求書",
          "From: Ann Lee <ann@example.com>\nSent: Monday, June 1, 2026 10:00 AM\nTo: "
          "Support\nSubject: RE: 請求書"},
         {"-----元のメッセージ-----", "-------- 元のメッセージ --------",
          "-------- 転送されたメッセージ --------",
          "転送されたメッセージ:", "-----Original Message-----"},
         {"iPhoneから送信", "私のiPhoneから送信", "Outlook for iOS を入手<https://aka.ms/o0ukef>",
          "Android 版 Outlook を入手", "Windows 版のメールから送信", "Outlook for iOS から送信"}},
        {"Chinese",
         "现在可以了。\n\n谢谢你们星期一的帮助。",
         {"Ann Lee <ann@example.com> 于2026年6月1日周一 10:00写道：",
          "2026年6月1日 10:00，Ann Lee <ann@example.com> 写道：",
          "在 2026年6月1日，10:00，Ann Lee <ann@example.com> 写道：",
          "Ann Lee <ann@example.com> 於 2026年6月1日 週一 上午10:00寫道：",
          "在 2026-06-01 10:00:00，\"Ann Lee\" <ann@example.com> 写道：",
          "At 2026-06-01 10:00:00, \"Ann Lee\" <ann@example.com> wrote:",
          "Ann Lee <ann@example.com>於 2026年6月1日 10:00 寫道："},
         {"发件人: Ann Lee <ann@example.com>\n发送时间: 2026年6月1日 10:00\n收件人: Support "
          "<support@example.org>\n主题: 回复: 发票",
          "发件人： Ann Lee <ann@example.com>\n日期： 星期一, 2026年6月1日 10:00\n收件人： "
          "Support\n主题： Re: 发票",
          "寄件者: Ann Lee <ann@example.com>\n寄件日期: 2026年6月1日 10:00\n收件者: Support\n主旨: "
          "RE: 發票",
          "發件人: Ann Lee <ann@example.com>\n傳送日期: 2026年6月1日 10:00\n收件人: Support\n主旨: "
          "RE: 發票"},
         {"------------------ 原始邮件 ------------------", "-----原始邮件-----",
          "-----邮件原件-----", "---------- 转发邮件 ---------", "-------- 转发的消息 --------",
          "-----原始郵件-----", "开始转发的邮件："},
         {"发自我的 iPhone", "发自我的iPhone", "從我的 iPhone 傳送", "取得 iOS 版 Outlook",
          "获取 Outlook for iOS<https://aka.ms/o0ukef>", "发送自 Windows 版邮件应用",
          "获取适用于 iOS 的 Outlook", "从我的iPhone发送", "发自我的小米手机"}},
        {"Korean",
         "이제 됩니다.\n\n월요일에 도와주셔서 감사합니다.",
         {"2026년 6월 1일 (월) 오전 10:00, Ann Lee <ann@example.com>님이 작성:",
          "2026. 6. 1. 오전 10:00, Ann Lee <ann@example.com> 작성:",
          "2026년 6월 1일 오전 10:00, Ann Lee <ann@example.com>님이 작성:",
          "2026-06-01 10:00에 Ann Lee 이(가) 쓴 글:"},
         {"보낸 사람: Ann Lee <ann@example.com>\n보낸 날짜: 2026년 6월 1일 월요일 오전 10:00\n받는 "
          "사람: Support <support@example.org>\n제목: RE: 청구서",
          "보낸사람: Ann Lee <ann@example.com>\n받는사람: support@example.org\n날짜: 2026년 6월 "
          "1일 "
          "10:00\n제목: 청구서",
          "보낸 사람: Ann Lee <ann@example.com>\n날짜: 2026년 6월 1일 월요일 오전 10:00\n받는 "
          "사람: "
          "Support\n제목: Re: 청구서"},
         {"-----원본 메시지-----", "-------- 원본 메시지 --------",
          "---------- 전달된 메시지 ----------", "-------- 전달된 메시지 --------",
          "전달된 메시지 시작:", "-----Original Message-----"},
         {"나의 iPhone에서 보냄", "내 iPhone에서 보냄", "iOS용 Outlook 다운로드",
          "iOS용 Outlook<https://aka.ms/o0ukef> 다운로드", "Windows용 메일에서 보냄",
          "Outlook for iOS 다운로드", "나의 Galaxy에서 보냄"}},
        {"Vietnamese",
         "Bây giờ được rồi.\n\nCảm ơn đã giúp hôm thứ Hai.",
         {"Vào Th 2, 1 thg 6, 2026 vào lúc 10:00 Ann Lee <ann@example.com> đã viết:",
          "Vào 1 thg 6, 2026, lúc 10:00, Ann Lee <ann@example.com> đã viết:",
          "Vào 10:00 1 tháng 6, 2026, Ann Lee <ann@example.com> đã viết:",
          "Vào 01/06/2026 10:00, Ann Lee đã viết:"},
         {"Từ: Ann Lee <ann@example.com>\nĐã gửi: Thứ Hai, 1 tháng 6, 2026 10:00\nĐến: Support "
          "<support@example.org>\nChủ đề: RE: Hóa đơn",
          "Từ: Ann Lee <ann@example.com>\nNgày: Thứ Hai, 1 tháng 6, 2026 10:00\nTới: "
          "Support\nChủ đề: Re: Hóa đơn"},
         {"-----Tin nhắn gốc-----", "-------- Thư gốc --------",
          "-------- Thư đã chuyển tiếp --------", "---------- Tin nhắn đã chuyển tiếp ---------",
          "Bắt đầu thư được chuyển tiếp:"},
         {"Đã gửi từ iPhone của tôi", "Được gửi từ iPhone của tôi", "Tải Outlook cho iOS",
          "Gửi từ iPhone của tôi", "Nhận Outlook cho iOS<https://aka.ms/o0ukef>"}},
        {"Danish",
         "Nu virker det.\n\nTak for hjælpen i mandags.",
         {"Den man. 1. jun. 2026 kl. 10.00 skrev Ann Lee <ann@example.com>:",
          "Den 1. jun. 2026 kl. 10.00 skrev Ann Lee <ann@example.com>:",
          "man. 1. jun. 2026 kl. 10.00 skrev Ann Lee <ann@example.com>:",
          "Den 01.06.2026 kl. 10.00 skrev Ann Lee:"},
         {"Fra: Ann Lee <ann@example.com>\nSendt: 1. juni 2026 10:00\nTil: Support "
          "<support@example.org>\nCc: Bob\nEmne: SV: Faktura",
          "Fra: Ann Lee <ann@example.com>\nDato: mandag den 1. juni 2026 kl. 10.00\nTil: "
          "Support\nEmne: Re: Faktura"},
         {"-----Oprindelig meddelelse-----", "-------- Oprindelig besked --------",
          "-------- Videresendt besked --------", "Start på videresendt besked:"},
         {"Sendt fra min iPhone", "Hent Outlook til iOS<https://aka.ms/o0ukef>",
          "Sendt fra Outlook til iOS", "Få Outlook til iOS"}},
        {"Norwegian",
         "Nå virker det.\n\nTakk for hjelpen på mandag.",
         {"man. 1. juni 2026 kl. 10:00 skrev Ann Lee <ann@example.com>:",
          "1. jun. 2026 kl. 10:00 skrev Ann Lee <ann@example.com>:",
          "Den 01.06.2026 10:00, skrev Ann Lee:"},
         {"Fra: Ann Lee <ann@example.com>\nSendt: mandag 1. juni 2026 10:00\nTil: Support "
          "<support@example.org>\nKopi: Bob\nEmne: SV: Faktura"},
         {"-----Opprinnelig melding-----", "-------- Videresendt melding --------",
          "Videresendt melding:", "Start på videresendt melding:"},
         {"Sendt fra min iPhone", "Få Outlook for iOS", "Skaff deg Outlook for iOS",
          "Sendt fra Outlook for iOS"}},
        {"Finnish",
         "Nyt se toimii.\n\nKiitos avusta maanantaina.",
         {"ma 1. kesäk. 2026 klo 10.00 Ann Lee (ann@example.com) kirjoitti:",
          "Ann Lee <ann@example.com> kirjoitti 1.6.2026 kello 10.00:",
          "Ann Lee kirjoitti 1.6.2026 klo 10.00:"},
         {"Lähettäjä: Ann Lee <ann@example.com>\nLähetetty: maanantai 1. kesäkuuta 2026 "
          "10.00\nVastaanottaja: Support <support@example.org>\nAihe: VS: Lasku",
          "Lähettäjä: Ann Lee <ann@example.com>\nPäivämäärä: maanantaina 1. kesäkuuta 2026 klo "
          "10.00\nVastaanottaja: Support\nAihe: Re: Lasku"},
         {"-----Alkuperäinen viesti-----", "-------- Alkuperäinen viesti --------",
          "-------- Välitetty viesti --------"},
         {"Lähetetty iPhonesta", "Hanki Outlook for iOS", "Lähetetty Outlook for iOS:stä"}},
        {"Turkish",
         "Şimdi çalışıyor.\n\nPazartesi günkü yardım için teşekkürler.",
         {"Ann Lee <ann@example.com>, 1 Haz 2026 Pzt, 10:00 tarihinde şunu yazdı:",
          "Ann Lee <ann@example.com> şunları yazdı (1 Haz 2026 10:00):",
          "1 Haz 2026 Pzt 10:00 tarihinde Ann Lee <ann@example.com> şunu yazdı:"},
         {"Kimden: Ann Lee <ann@example.com>\nGönderildi: 1 Haziran 2026 Pazartesi 10:00\nKime: "
          "Support <support@example.org>\nKonu: YNT: Fatura",
          "Kimden: Ann Lee <ann@example.com>\nTarih: 1 Haziran 2026 Pazartesi 10:00\nKime: "
          "Support\nKonu: Re: Fatura"},
         {"-----Özgün İleti-----", "-----Orijinal Mesaj-----", "-------- İletilmiş İleti --------"},
         {"iPhone'umdan gönderildi", "iPhone\u2019umdan gönderildi", "iOS için Outlook'u edinin",
          "Outlook for iOS'u edinin"}},
        {"Ukrainian",
         "Тепер працює.\n\nДякую за допомогу в понеділок.",
         {"пн, 1 черв. 2026 р. о 10:00 Ann Lee <ann@example.com> пише:",
          "1 черв. 2026 р. о 10:00 Ann Lee <ann@example.com> написав(ла):",
          "01.06.26 10:00, Ann Lee пише:"},
         {"Від: Ann Lee <ann@example.com>\nНадіслано: понеділок, 1 червня 2026 р. 10:00\nКому: "
          "Support <support@example.org>\nТема: RE: Рахунок",
          "Від: Ann Lee <ann@example.com>\nДата: понеділок, 1 червня 2026 р., 10:00\nКому: "
          "Support\nТема: Re: Рахунок"},
         {"-----Вихідне повідомлення-----", "-----Оригінальне повідомлення-----",
          "-------- Переслане повідомлення --------"},
         {"Надіслано з iPhone", "Надіслано з мого iPhone", "Отримати Outlook для iOS",
          "Надіслано з Outlook для iOS"}},
    };
    return all;
}

}  // namespace tributary::email
