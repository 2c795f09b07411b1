// Where a bounce in prose names the addresses it is about. Pure, linear, thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::email {

struct Mention {
    std::string address;
    std::size_t start = 0;  // of its line in the text
    std::size_t end = 0;    // behind the address
};

// Whether an address may be the recipient; the sender's own is not.
using MayBe = std::function<bool(std::string_view address)>;

// Every place where a report names a recipient, in order; all in one way: as a list (lines that
// start with an address in one and the same way), else in a transcript ("550 <ann@example.com>...
// User unknown"), else behind a label ("Recipient: ann@example.com").
std::vector<Mention> find_mentions(std::string_view report, const MayBe& may_be);

// The first address there is, whatever it stands for.
std::vector<Mention> find_any_mention(std::string_view report, const MayBe& may_be);

}  // namespace tributary::email
