// Addresses and telephone numbers as anybody may type them: a normal form is its own normal form.
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"
#include "model/identity.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto address = tributary::normalize_email(text)) {
        if (!tributary::is_valid_utf8(*address) || tributary::normalize_email(*address) != address)
            std::abort();
    }
    for (const char* region : {"", "DE", "US", "AR", "BR", "GG", "IT"}) {
        const auto number = tributary::normalize_phone(text, region);
        if (number && (number->front() != '+' || number->size() < 4 || number->size() > 21))
            std::abort();
    }
    return 0;
}
