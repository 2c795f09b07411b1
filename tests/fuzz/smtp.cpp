// What a mail server answers while mail is sent to it, and what of ours goes onto its wire.
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"
#include "connectors/email/smtp_protocol.hpp"
#include "connectors/email/smtp_status.hpp"

namespace {

using namespace tributary;

void require(bool holds) {
    if (!holds) std::abort();
}

void read_replies(std::string_view said) {
    email::SmtpReply reply;
    for (const std::string_view line : split(said, '\n')) {
        const Result<bool> is_last = email::add_reply_line(reply, line);
        if (!is_last) break;
        require(reply.code >= 200 && reply.code < 600);
        if (!*is_last) continue;
        const std::string text = reply.text();
        require(is_valid_utf8(text));
        for (const auto stage : {email::SmtpStage::sender, email::SmtpStage::recipient,
                                 email::SmtpStage::mail_input, email::SmtpStage::handed_over}) {
            const auto state = email::judge(reply, stage);
            require((state == RecipientResult::State::accepted) == reply.is_good());
        }
        email::find_remote_id(reply);
        if (email::speaks_of_dead_address(text)) require(text.find("5.7.1 ") != 4);
        reply = email::SmtpReply();
    }
    email::read_offer(said);
}

// One mail and nothing behind it: CR LF only, and the lone dot at the very end.
void write_mail(std::string_view mail) {
    const std::string wire = email::to_wire(mail);
    require(wire == ".\r\n" || wire.ends_with("\r\n.\r\n"));
    for (std::size_t i = 0; i < wire.size(); ++i) {
        if (wire[i] == '\r') require(i + 1 < wire.size() && wire[i + 1] == '\n');
        if (wire[i] == '\n') require(i > 0 && wire[i - 1] == '\r');
    }
    require(wire.find("\r\n.\r\n") == std::string::npos ||
            wire.find("\r\n.\r\n") == wire.size() - 5);
}

void write_envelope(std::string_view address) {
    if (!email::is_envelope_address(address)) return;
    email::SmtpOffer offer;
    offer.dsn = offer.utf8 = offer.eight_bit = true;
    email::MailParameters parameters;
    parameters.envelope_id = std::string(address);
    for (const std::string& command : {email::mail_command(address, parameters, offer),
                                       email::recipient_command("a@example.com", address, offer)})
        require(command.find_first_of("\r\n") == command.size() - 2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    read_replies(bytes);
    write_mail(bytes);
    write_envelope(bytes);
    return 0;
}
