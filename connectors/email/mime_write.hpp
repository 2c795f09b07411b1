// An outgoing message as it goes on the wire: CR LF line ends, lines within RFC 5322's limits, text
// beside HTML, the HTML's own images with it, the files behind. Written by our own code: the MIME
// library lets line ends pass from values into headers. Pure, thread-safe.
#pragma once

#include <string>

#include "connector/connector.hpp"
#include "connectors/email/header_write.hpp"
#include "connectors/email/settings.hpp"

namespace tributary::email {

// Nothing in `message` can add a header field or a recipient: line ends and controls in values are
// blanks, ids and addresses that are not plain are left out. The same input gives the same bytes.
// The header names everybody the message is addressed to, whoever this attempt goes to. ASCII only,
// but for addresses where `addressing` allows it.
std::string write_mail(const OutboundMessage& message, const MailSettings& settings,
                       Addressing addressing = Addressing::ascii);

}  // namespace tributary::email
