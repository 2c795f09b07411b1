// What a helper process answers may be anything at all.
#include <cstdint>
#include <cstdlib>

#include "connector/inbound_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto message = tributary::decode_inbound(bytes);
    if (message && !tributary::decode_inbound(tributary::encode_inbound(*message))) std::abort();
    return 0;
}
