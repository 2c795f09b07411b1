// The newest words are words of the mail, whatever it says.
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"
#include "connectors/email/reply_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (!tributary::is_valid_utf8(bytes)) return 0;
    const std::string text = tributary::strip_controls(bytes, tributary::Lines::keep);
    const std::string newest = tributary::email::trim_quotes(text);
    if (!tributary::is_valid_utf8(newest) || newest.size() > text.size()) std::abort();
    if (newest.empty() && !tributary::trim(text).empty()) std::abort();
    return 0;
}
