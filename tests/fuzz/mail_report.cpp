// What says it is a delivery report: by its parts and by its words.
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"
#include "connectors/email/normalize.hpp"

namespace {

using namespace tributary;

void check(const std::string& mail) {
    const auto message = email::normalize_mail(email::MailSettings(), mail);
    if (!message) return;
    const Content& content = message->content;
    if (content.bounce.has_value() != (content.auto_kind == AutoKind::bounce)) std::abort();
    if (!content.bounce) return;
    for (const BouncedRecipient& recipient : content.bounce->recipients) {
        for (const auto* text : {&recipient.address, &recipient.status, &recipient.diagnostic})
            if (!is_valid_utf8(*text)) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::string head =
        "From: MAILER-DAEMON@mx.example.com\r\nSubject: Undelivered Mail Returned to Sender\r\n";
    check(head + "\r\n" + std::string(bytes));
    check(head +
          "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
          "--b\r\n\r\nIt did not arrive.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
          std::string(bytes) + "\r\n--b--\r\n");
    return 0;
}
