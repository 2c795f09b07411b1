// Header values: addresses, words, parameters, dates, ids, and the strict sender.
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"
#include "connectors/email/addresses.hpp"
#include "connectors/email/header_text.hpp"
#include "connectors/email/mime_read.hpp"
#include "model/identity.hpp"

namespace {

using namespace tributary;

void check_line(const std::string& text) {
    if (!is_valid_utf8(text) || text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos)
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view value(reinterpret_cast<const char*>(data), size);
    check_line(email::decode_header_text(value));
    for (const Party& party : email::parse_addresses(value, 50)) {
        check_line(party.name);
        check_line(party.address);
    }
    for (const auto& [name, text] : email::parse_parameterized(value).parameters)
        check_line(email::safe_filename(text));
    for (const std::string& id : email::parse_message_ids(value, 50))
        check_line(id);
    email::parse_header_date(value);
    const std::string block = "From: " + std::string(value) + "\r\n";
    const email::Headers headers(block);
    if (const auto sender = email::find_strict_sender(headers)) {
        if (normalize_email(*sender) != sender) std::abort();
    }
    return 0;
}
