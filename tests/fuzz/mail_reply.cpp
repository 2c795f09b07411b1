// The newest words are words of the mail, whatever it says.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"
#include "connectors/email/reply_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (!tributary::is_valid_utf8(bytes)) return 0;
    const std::string text = tributary::strip_controls(bytes, tributary::Lines::keep);
    const std::string newest = tributary::email::trim_quotes(text);
    // A line may be broken where a quote's introduction begins, but nothing is added to the words.
    const auto letters = [](const std::string& words) {
        return words.size() -
               static_cast<std::size_t>(std::count(words.begin(), words.end(), '\n'));
    };
    if (!tributary::is_valid_utf8(newest) || letters(newest) > letters(text)) std::abort();
    if (newest.empty() && !tributary::trim(text).empty()) std::abort();
    return 0;
}
