// How hostile mails are made and read in tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <string>
#include <string_view>

#include "connectors/email/normalize.hpp"
#include "mail_corpora.hpp"

namespace tributary::email {

inline std::string repeat(std::string_view piece, std::size_t times) {
    std::string text;
    text.reserve(piece.size() * times);
    for (std::size_t i = 0; i < times; ++i)
        text += piece;
    return text;
}

// CPU of this thread: the machine may have other work.
inline std::chrono::nanoseconds cpu_time() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// The result, and proof that it came in time.
inline Result<InboundMessage> read(std::string_view raw, const MailSettings& settings = {}) {
    const auto start = cpu_time();
    auto result = normalize_mail(settings, raw);
    EXPECT_LT(cpu_time() - start, mail_deadline / 2) << raw.substr(0, 200);
    return result;
}

inline Content content_of(std::string_view raw) {
    auto result = read(raw);
    EXPECT_TRUE(result.has_value()) << raw.substr(0, 200);
    return result ? result->content : Content();
}

// Why a mail is held back; "" when it is not.
inline std::string reason_of(std::string_view raw) {
    const auto result = read(raw);
    if (!result) return result.error().reason;
    return result->trouble ? result->trouble->reason : "";
}

// The handle a mail is filed under; "" when it belongs to nobody.
inline std::string filed_under(std::string_view header) {
    const auto result = read(std::string(header) + "\r\n\r\nhello\r\n");
    if (!result || result->identities.empty()) return {};
    return result->identities.front().handle.value;
}

inline std::string with_header(std::string_view field) {
    return "From: ann@example.com\r\n" + std::string(field) + "\r\n\r\nhello\r\n";
}

inline std::string with_part(std::string_view header, std::string_view body) {
    return "From: ann@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
           "see file\r\n--b\r\n" +
           std::string(header) + "\r\n\r\n" + std::string(body) + "\r\n--b--\r\n";
}

}  // namespace tributary::email
