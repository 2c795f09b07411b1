// A whole mail: from any bytes comes a message or one refusal, with text that may be stored and
// shown.
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"
#include "connectors/email/normalize.hpp"

namespace {

using namespace tributary;

void check_text(const std::string& text) {
    if (!is_valid_utf8(text) || text.find('\0') != std::string::npos) std::abort();
}
void check_line(const std::string& text) {
    check_text(text);
    if (text.find_first_of("\r\n") != std::string::npos) std::abort();
}
void check_parties(const std::vector<Party>& parties) {
    if (parties.size() > 500) std::abort();
    for (const Party& party : parties) {
        check_line(party.name);
        check_line(party.address);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view raw(reinterpret_cast<const char*>(data), size);
    email::MailSettings settings;
    settings.address = "support@example.com";
    settings.trusted_authserv = {"mx.example.com"};
    const auto message = email::normalize_mail(settings, raw);
    if (!message) {
        if (message.error().reason.empty()) std::abort();
        return 0;
    }
    const Content& content = message->content;
    for (const auto* text : {&content.text, &content.reply_text})
        check_text(*text);
    if (content.html) check_text(*content.html);
    check_line(content.subject);
    check_line(content.message_id);
    check_line(content.from.name);
    check_line(content.from.address);
    for (const auto* parties : {&content.reply_to, &content.to, &content.cc})
        check_parties(*parties);
    for (const Attachment& file : content.attachments) {
        check_line(file.filename);
        check_line(file.content_type);
        if (file.filename.find('/') != std::string::npos) std::abort();
    }
    if (content.attachments.size() != message->files.size()) std::abort();
    if (is_proven(content.from_proof) && message->identities.empty()) std::abort();
    return 0;
}
