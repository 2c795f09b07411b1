// Content-Transfer-Encoding (RFC 2045, section 6) and uuencode, decoded as far as the bytes allow:
// broken mail gives what can be had, never an error. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tributary::email {

std::string decode_base64(std::string_view text);            // foreign characters are skipped
std::string decode_quoted_printable(std::string_view text);  // soft line ends, trailing blanks
std::string decode_q(std::string_view text);                 // the Q encoding of RFC 2047

// By the name of the encoding; an unknown one counts as "binary".
std::string decode_transfer(std::string_view body, std::string_view encoding);

// Whether the body breaks the rules of that encoding, so that something may be missing from what
// was decoded: foreign signs, a quantum cut short, an "=" without its digits.
bool is_damaged_transfer(std::string_view body, std::string_view encoding);

// A file uuencoded inside a text.
struct UuencodedFile {
    std::string name;
    std::string bytes;
};
// Takes the complete "begin 644 name" ... "end" blocks out of `text`.
std::vector<UuencodedFile> take_uuencoded(std::string& text);

}  // namespace tributary::email
