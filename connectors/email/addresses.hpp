// Address lists as people and programs write them, and the strict rule for who wrote a mail.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/email/headers.hpp"
#include "model/interaction.hpp"

namespace tributary::email {

// The mailboxes of one field in order, groups flattened, at most `limit`. Linear in its length,
// whatever is nested. Names are decoded; addresses stand as written, without blanks around them.
std::vector<Party> parse_addresses(std::string_view raw, std::size_t limit);

// The one address a mail is from, in normal form: exactly one From field that holds exactly one
// plain addr-spec and nothing that two readers could read in two ways. Else nullopt: such a mail
// belongs to nobody, however it is displayed.
std::optional<std::string> find_strict_sender(const Headers& headers);

// The part behind the last '@'; "" when there is none.
std::string_view domain_of(std::string_view address);

}  // namespace tributary::email
