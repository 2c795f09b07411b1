// The helper process's side of normalizer_pool.hpp: plain blocking reads and writes, one message at
// a time. Anything odd ends the process; the house starts another.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/confine.hpp"
#include "connector/inbound_codec.hpp"
#include "connector/normalizer_pool.hpp"
#include "connector/normalizer_wire.hpp"

namespace tributary {
namespace {

using wire::FrameKind;

// Answers go out when there are many, or when nothing more is there to be read.
constexpr std::size_t flush_at = 262'144;
constexpr std::size_t read_size = 262'144;

struct Frame {
    FrameKind kind = FrameKind::message;
    std::string bytes;
};

class Line {
 public:
    // The next frame; nothing when the other side has closed.
    std::optional<Frame> read() {
        if (!fill(wire::header_size)) return std::nullopt;
        Frame frame;
        frame.kind = static_cast<FrameKind>(in_[start_]);
        const std::uint64_t size = wire::frame_size(in_.data() + start_);
        start_ += wire::header_size;
        if (!fill(size)) return std::nullopt;
        frame.bytes.assign(in_, start_, size);
        start_ += size;
        return frame;
    }

    void write(FrameKind kind, std::string_view bytes) {
        out_ += wire::frame_header(kind, bytes.size());
        out_ += bytes;
        if (out_.size() >= flush_at) flush();
    }

 private:
    // Makes `count` bytes stand behind start_.
    bool fill(std::uint64_t count) {
        if (in_.size() - start_ >= count) return true;
        in_.erase(0, start_);
        start_ = 0;
        while (in_.size() < count) {
            flush();
            const std::size_t had = in_.size();
            in_.resize(had + read_size);
            const ssize_t got = ::read(STDIN_FILENO, in_.data() + had, read_size);
            in_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
            if (got == 0 || (got < 0 && errno != EINTR)) return false;
        }
        return true;
    }

    void flush() {
        std::string_view left = out_;
        while (!left.empty()) {
            const ssize_t gone = ::write(STDOUT_FILENO, left.data(), left.size());
            if (gone < 0 && errno != EINTR) ::_exit(wire::exit_protocol);
            left.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(gone, 0)));
        }
        out_.clear();
    }

    std::string in_;
    std::size_t start_ = 0;
    std::string out_;
};

std::string take_part(std::string_view& bytes) {
    std::uint64_t size = 0;
    if (bytes.size() < sizeof size) ::_exit(wire::exit_protocol);
    std::memcpy(&size, bytes.data(), sizeof size);
    bytes.remove_prefix(sizeof size);
    if (bytes.size() < size) ::_exit(wire::exit_protocol);
    std::string part(bytes.substr(0, size));
    bytes.remove_prefix(size);
    return part;
}

std::string answer(const Normalizer& normalize, const std::string& original) {
    limit_cpu(kNormalizerCpu);
    Result<InboundMessage> message = normalize(original);
    if (!message) {
        InboundMessage refused;
        refused.trouble = message.error();
        message = std::move(refused);
    }
    std::string encoded = encode_inbound(*message);
    limit_cpu(std::chrono::milliseconds(0));
    return encoded;
}

int serve(Line& line, const std::function<const ConnectorType*(std::string_view)>& find) {
    Normalizer normalize;
    while (const auto frame = line.read()) {
        if (frame->kind == FrameKind::bind) {
            std::string_view parts = frame->bytes;
            const ConnectorType* type = find(take_part(parts));
            const std::string key = take_part(parts);
            if (!type) return wire::exit_protocol;
            normalize = type->normalizer(Settings::unpack(take_part(parts)), key);
            line.write(FrameKind::bound, "");
        } else {
            if (!normalize) return wire::exit_protocol;
            line.write(FrameKind::result, answer(normalize, frame->bytes));
        }
    }
    return wire::exit_done;
}

}  // namespace

int serve_normalizers(const std::function<const ConnectorType*(std::string_view channel)>& find) {
    try {
        confine_process(kNormalizerMemory);
    } catch (const Failure&) {
        ::_exit(wire::exit_unconfined);
    }
    Line line;
    // Without the ends of static objects: what a damaged heap would make of them helps nobody.
    try {
        ::_exit(serve(line, find));
    } catch (const std::bad_alloc&) {
        ::_exit(wire::exit_memory);
    } catch (...) {
        std::abort();
    }
}

}  // namespace tributary
