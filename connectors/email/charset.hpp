// Bytes in a named character set to UTF-8, the way browsers read names: what senders call
// iso-8859-1 is windows-1252, gb2312 is GB 18030 and so on. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace tributary::email {

// Always valid UTF-8 without NUL. A name that is missing, unknown or plainly wrong: UTF-8 if the
// bytes are that, else windows-1252. UTF-7 is decoded where it is declared and never guessed:
// what it hides is in the open before anything filters it.
std::string decode_charset(std::string_view bytes, std::string_view declared_name);

// The same without any name.
std::string decode_undeclared(std::string_view bytes);

// The name of a Windows code page ("windows-1252", "shift_jis"); "" when it is none we know.
std::string codepage_charset(int codepage);

// CR LF and lone CR become LF.
std::string normalize_line_ends(std::string text);

}  // namespace tributary::email
