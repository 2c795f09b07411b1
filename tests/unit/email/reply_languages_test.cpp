// The newest words in the languages and mail programs of those who write: each table row is a mark
// as that program leaves it. What stands above must stay, what stands below must go.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "connectors/email/reply_text.hpp"
#include "mail_corpora.hpp"
#include "reply_languages.hpp"

namespace tributary::email {
namespace {

std::string text_of(std::string_view words, std::string_view mark, std::string_view below) {
    return std::string(words) + "\n\n" + std::string(mark) + "\n" + std::string(below);
}

TEST(ReplyLanguages, CutAtTheAttribution) {
    for (const auto& language : languages()) {
        for (const auto mark : language.attributions) {
            EXPECT_EQ(trim_quotes(text_of(language.words, mark, "> old words\n> and more\n")),
                      language.words)
                << language.name << ": " << mark;
            EXPECT_EQ(trim_quotes(text_of(language.words, mark, "\nold words\n\nand more\n")),
                      language.words)
                << language.name << ", unmarked: " << mark;
        }
    }
}

// Programs wrap long lines at a blank, wherever it is.
TEST(ReplyLanguages, CutAtAWrappedAttribution) {
    for (const auto& language : languages()) {
        for (const auto mark : language.attributions) {
            const auto address = mark.find(" <ann@");
            if (address == std::string_view::npos || mark.starts_with("-")) continue;
            auto wrapped = std::string(mark);
            wrapped[address] = '\n';
            EXPECT_EQ(trim_quotes(text_of(language.words, wrapped, "> old words\n")),
                      language.words)
                << language.name << ": " << wrapped;
        }
    }
}

TEST(ReplyLanguages, KeepWhatIsWrittenBelowAQuote) {
    for (const auto& language : languages()) {
        for (const auto mark : language.attributions) {
            const auto text =
                std::string(mark) + "\n> old words\n> and more\n\n" + std::string(language.words);
            EXPECT_EQ(trim_quotes(text), language.words) << language.name << ": " << mark;
        }
    }
}

TEST(ReplyLanguages, CutAtTheHeaderBlock) {
    for (const auto& language : languages()) {
        for (const auto mark : language.blocks) {
            EXPECT_EQ(trim_quotes(text_of(language.words, mark, "\nold words\n")), language.words)
                << language.name << ": " << mark;
        }
    }
}

TEST(ReplyLanguages, CutAtTheSeparator) {
    for (const auto& language : languages()) {
        for (const auto mark : language.separators) {
            const auto below = std::string(language.blocks.front()) + "\n\nold words\n";
            EXPECT_EQ(trim_quotes(text_of(language.words, mark, below)), language.words)
                << language.name << ": " << mark;
            EXPECT_EQ(trim_quotes(text_of(language.words, mark, "\nold words\n")), language.words)
                << language.name << ", bare: " << mark;
        }
    }
}

TEST(ReplyLanguages, CutTheFooter) {
    for (const auto& language : languages()) {
        for (const auto mark : language.footers) {
            EXPECT_EQ(trim_quotes(text_of(language.words, mark, "")), language.words)
                << language.name << ": " << mark;
            const auto attribution = "\n" + std::string(language.attributions.front()) + "\n> old";
            EXPECT_EQ(trim_quotes(text_of(language.words, mark, attribution)), language.words)
                << language.name << ", above a quote: " << mark;
        }
    }
}

// The signs of a mark in a sentence make no mark.
TEST(ReplyLanguages, KeepSentences) {
    const std::string_view sentences[] = {
        "On Monday I wrote:\nplease call me.\nNobody did.",
        "From: the beginning it was wrong.\nTo: the end as well.",
        "Sent from my desk, this mail is much easier to read.",
        "I sent from my iPhone what you asked for.",
        "Am Montag schrieb ich Ihnen: nichts geschah.",
        "Le client a écrit : rien ne marche.",
        "Please see the original message in the portal.",
        "The subject: invoices. The date: tomorrow.",
        "Get Outlook for iOS does not install on my phone, what can I do?",
        "Von meinem Konto wurde zweimal abgebucht.",
        "Von mein Auto bis zum Haus ist es weit.",
        "Data: 3 GB were lost.\nA: nobody knows.",
        "2026-06-01 10:00 the server stopped:\nout of memory",
        "Obtener la factura es imposible desde mi cuenta.",
        "---\nA rule is no signature.",
        "De: nouveau le même problème.\nÀ: voir.",
        "Do: the following\nOd: yesterday",
        "Enviado el paquete, espero su respuesta.",
        "Download Outlook voor iOS lukt niet op mijn telefoon, wat nu?",
        "Op maandag schreef ik u al.",
        "Yahoo Mail does not show your message.",
        "Please excuse the delay.",
        "Original Message\nis what the button says.",
        "Prices ---see below--- have changed.",
        "Odesláno to bylo v pondělí, ale nic nepřišlo.",
    };
    for (const auto sentence : sentences) {
        const auto text = "Hello,\n\n" + std::string(sentence) + "\n\nBest regards\nAnn";
        EXPECT_EQ(trim_quotes(text), text);
    }
}

TEST(ReplyLanguages, KeepWordsInFrontOfWhatIsForwarded) {
    for (const auto& language : languages()) {
        for (const auto mark : language.separators) {
            const auto forwarded = std::string(mark) + "\n" + std::string(language.blocks.front()) +
                                   "\n\nforwarded words";
            EXPECT_EQ(trim_quotes("See below.\n\n" + forwarded), "See below.") << language.name;
            // A forward without a word of one's own is shown.
            EXPECT_NE(trim_quotes(forwarded).find("forwarded words"), std::string::npos)
                << language.name << ": " << mark;
        }
    }
}

TEST(ReplyLanguages, CutDisclaimersAtTheEnd) {
    const std::string_view disclaimers[] = {
        "CONFIDENTIALITY NOTICE: This e-mail and any attachments are for the exclusive and "
        "confidential use of the intended recipient. If you are not the intended recipient, please "
        "do not read, distribute or take action in reliance upon this message.",
        "This email and any files transmitted with it are confidential and intended solely for the "
        "use of the individual or entity to whom they are addressed. If you have received this "
        "email in error please notify the system manager.",
        "Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Wenn Sie "
        "nicht der richtige Adressat sind, informieren Sie bitte sofort den Absender und "
        "vernichten Sie diese E-Mail.",
        "Ce message et toutes les pièces jointes sont confidentiels et établis à l'intention "
        "exclusive de ses destinataires. Toute utilisation non autorisée est interdite.",
        "Este mensaje y sus archivos adjuntos son confidenciales y van dirigidos exclusivamente a "
        "su destinatario. Si usted lo ha recibido por error, le rogamos que lo comunique.",
        "Questo messaggio e i suoi allegati sono riservati e destinati esclusivamente al "
        "destinatario. Se lo avete ricevuto per errore, siete pregati di cancellarlo subito.",
        "Esta mensagem e os seus anexos são confidenciais e destinam-se exclusivamente ao seu "
        "destinatário. Se a recebeu por engano, por favor elimine-a e informe o remetente.",
        "Dit bericht en eventuele bijlagen zijn vertrouwelijk en uitsluitend bestemd voor de "
        "geadresseerde. Indien u dit bericht ten onrechte ontvangt, verwijder het dan.",
    };
    for (const auto disclaimer : disclaimers) {
        EXPECT_EQ(trim_quotes("It works.\n\nAnn\n\n" + std::string(disclaimer)),
                  "It works.\n\nAnn");
        // In front of more words it is part of them, and alone it is all there is.
        const auto asked = std::string(disclaimer) + "\n\nWhat does the text above mean?";
        EXPECT_EQ(trim_quotes(asked), asked);
        EXPECT_EQ(trim_quotes(disclaimer), disclaimer);
    }
}

TEST(ReplyLanguages, CutBelowOurOwnReplyLine) {
    for (const std::string_view line :
         {"##- Please type your reply above this line -##", "--- Reply above this line ---",
          "*** Bitte schreiben Sie Ihre Antwort über dieser Zeile ***"}) {
        EXPECT_EQ(trim_quotes(text_of("It works.", line, "\nold words")), "It works.") << line;
    }
}

TEST(ReplyLanguages, StayLinear) {
    const auto start = std::chrono::steady_clock::now();
    for (const auto& language : languages()) {
        for (const auto* list :
             {&language.attributions, &language.blocks, &language.separators, &language.footers}) {
            for (const auto mark : *list) {
                std::string text;
                const auto half = mark.substr(0, mark.size() / 2);
                while (text.size() < 20'000)
                    (text += half) += '\n';
                trim_quotes(to_valid_utf8(text));
            }
        }
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10 * mail_deadline);
}

}  // namespace
}  // namespace tributary::email
