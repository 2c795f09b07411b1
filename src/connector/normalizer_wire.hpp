// What the house and its normalising helper processes say to each other: frames of a kind, a length
// and so many bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace tributary::wire {

enum class FrameKind : char {
    bind = 'B',     // channel, key and packed settings, each with its length before it
    message = 'M',  // one original
    bound = 'b',    // the answer to bind: empty
    result = 'm',   // the answer to message: encode_inbound()
};

constexpr std::size_t header_size = 1 + sizeof(std::uint64_t);

inline std::string frame_header(FrameKind kind, std::uint64_t size) {
    std::string header(header_size, '\0');
    header[0] = static_cast<char>(kind);
    std::memcpy(header.data() + 1, &size, sizeof size);
    return header;
}

inline std::uint64_t frame_size(const char* header) {
    std::uint64_t size = 0;
    std::memcpy(&size, header + 1, sizeof size);
    return size;
}

// How a helper process ends itself.
enum ExitCode : int { exit_done = 0, exit_protocol = 3, exit_memory = 4, exit_unconfined = 5 };

}  // namespace tributary::wire
