// The marks that mail programs leave between new words and old: attribution lines, copied header
// blocks, separators, signatures. In the languages their users have. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tributary::email {

using Lines = std::vector<std::string_view>;

// Each gives how many lines, from `at` on, are that mark; 0 when none starts there.

// "On Monday, Ann wrote:" and its relatives, wrapped or not.
std::size_t attribution_at(const Lines& lines, std::size_t at);
// Two or more of From, Sent, To, Subject ... as Outlook copies them, with the separator line
// ("-----Original Message-----", "____") in front.
std::size_t header_block_at(const Lines& lines, std::size_t at);

bool is_quoted(std::string_view line);
// "-- ", "__" and what a telephone adds below ("Sent from my ...").
bool starts_signature(const Lines& lines, std::size_t at);
// A paragraph that tells whom a mail is not for and what to do about it.
bool starts_disclaimer(std::string_view paragraph);

}  // namespace tributary::email
