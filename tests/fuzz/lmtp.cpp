// A mail server that hands mail in may say anything, in pieces of any size.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "connectors/email/lmtp_protocol.hpp"
#include "connectors/email/lmtp_wire.hpp"

namespace {

using namespace tributary;
using email::LmtpLines;
using email::LmtpSession;

constexpr std::size_t max_mail = 2000;
constexpr std::size_t max_line = 200;

void require(bool holds) {
    if (!holds) std::abort();
}

void check_mail(const std::string& mail) {
    require(mail.starts_with("Return-Path: <") && mail.size() <= max_mail + 400);
    for (std::size_t i = 0; i < mail.size(); ++i) {
        if (mail[i] == '\r') require(i + 1 < mail.size() && mail[i + 1] == '\n');
        if (mail[i] == '\n') require(i > 0 && mail[i - 1] == '\r');
    }
}

// Everything that was answered and taken, as the listener does it.
std::string converse(std::string_view bytes, std::size_t piece,
                     LmtpSession::Encryption encryption) {
    auto is_ours = [](std::string_view address) { return address.ends_with("@example.com"); };
    LmtpSession session("localhost", max_mail, is_ours, encryption);
    LmtpLines lines(max_line);
    std::string said;
    bool is_open = true;
    while (is_open && !bytes.empty()) {
        const std::size_t count = std::min(piece, bytes.size());
        const asio::mutable_buffer space = lines.space(piece);
        std::copy_n(bytes.begin(), count, static_cast<char*>(space.data()));
        lines.received(count, piece);
        bytes.remove_prefix(count);
        while (const auto line = lines.next()) {
            LmtpSession::Step step =
                line->is_too_long ? session.on_long_line() : session.on_line(line->text);
            require(step.reply.empty() || step.reply.ends_with("\r\n"));
            said += step.reply;
            if (step.next == LmtpSession::Next::deliver) {
                const std::string mail = session.take_mail();
                check_mail(mail);
                said += mail + session.delivered(mail.size() % 2 == 0);
            }
            // What came with it is lost on purpose, so where the pieces end would matter.
            is_open =
                step.next != LmtpSession::Next::close && step.next != LmtpSession::Next::encrypt;
            if (!is_open) break;
        }
    }
    return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto encryption = static_cast<LmtpSession::Encryption>(data[0] % 4);
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = converse(bytes, 65'536, encryption);
    require(converse(bytes, 1 + data[0] % 7, encryption) == whole);
    return 0;
}
