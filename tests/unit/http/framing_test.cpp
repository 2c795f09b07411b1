// The framing set (promises M4, M5, R1-R9) on raw heads.
#include "http/framing.hpp"

#include <gtest/gtest.h>

#include "http/message.hpp"

namespace tributary::http {
namespace {

// What a head that arrives at once ends in: its status when refused, 0 when more is awaited, else
// 200.
int verdict(const std::string& bytes) {
    HeadScanner scanner{HeadLimits()};
    const auto end = scanner.scan(bytes);
    if (!end) return status_of(end.error());
    if (!*end) return 0;
    const auto framing = judge_head(std::string_view(bytes).substr(0, **end));
    return framing ? 200 : status_of(framing.error());
}

struct HeadCase {
    const char* name;
    std::string head;
    int status;
};

// R1 to R6, R8
TEST(Framing, JudgesEveryHeadOfTheSet) {
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
    const std::string big(9'000, 'x');
    std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 100; ++i)
        many += "X-" + std::to_string(i) + ": 1\r\n";
    const HeadCase cases[] = {
        {"plain", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200},
        {"with length", post + "Content-Length: 5\r\n\r\n", 200},
        {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 200},
        {"1.0 without host", "GET / HTTP/1.0\r\n\r\n", 200},
        {"no host", "GET / HTTP/1.1\r\nX: y\r\n\r\n", 400},
        {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        {"chunked", post + "Transfer-Encoding: chunked\r\n\r\n", 411},
        {"TE then CL", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400},
        {"CL then TE", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"TE gzip", post + "Transfer-Encoding: gzip\r\n\r\n", 400},
        {"TE gzip then CL", post + "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n", 400},
        {"TE chunked, chunked", post + "Transfer-Encoding: chunked, chunked\r\n\r\n", 400},
        {"TE twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"TE with tab name", post + "Transfer-Encoding\t: chunked\r\n\r\n", 400},
        {"chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"obs-fold", post + "X: a\r\n b\r\n\r\n", 400},
        {"obs-fold first", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"CL list", post + "Content-Length: 5, 5\r\n\r\n", 400},
        {"CL twice", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400},
        {"CL plus", post + "Content-Length: +5\r\n\r\n", 400},
        {"CL minus", post + "Content-Length: -5\r\n\r\n", 400},
        {"CL hex", post + "Content-Length: 0x5\r\n\r\n", 400},
        {"CL empty", post + "Content-Length:\r\n\r\n", 400},
        {"CL 2^64", post + "Content-Length: 18446744073709551616\r\n\r\n", 400},
        {"space before colon", post + "X : a\r\n\r\n", 400},
        {"no colon", post + "X\r\n\r\n", 400},
        {"empty name", post + ": a\r\n\r\n", 400},
        {"bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
        {"bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
        {"bare CR", post + "X: a\rb\r\n\r\n", 400},
        {"NUL", post + std::string("X: a\0b\r\n\r\n", 10), 400},
        {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
        {"version 2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"version 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
        {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
        {"method with comma", "GE,T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"TLS hello", std::string("\x16\x03\x01\x02", 4), 400},
        {"9 kB field", post + "X: " + big + "\r\n\r\n", 431},
        {"9 kB field without end", post + "X: " + big, 431},
        {"101 fields", many + "\r\n", 431},
        {"9 kB target", "GET /" + big + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        {"9 kB target without end", "GET /" + big, 414},
        {"17 kB of fields",
         post + "A: " + big.substr(1500) + "\r\nB: " + big.substr(1500) +
             "\r\nC: " + big.substr(1500) + "\r\n\r\n",
         431},
        {"expect other", post + "Content-Length: 1\r\nExpect: coffee\r\n\r\n", 417},
        {"unfinished", "GET / HTTP/1.1\r\nHost: a\r\n", 0},
    };
    for (const HeadCase& c : cases)
        EXPECT_EQ(verdict(c.head), c.status) << c.name;
}

TEST(Framing, FindsTheSameEndHoweverTheBytesArrive) {
    const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
    const std::string bytes = head + "body";
    HeadScanner scanner{HeadLimits()};
    for (std::size_t size = 1; size < head.size(); ++size) {
        const auto end = scanner.scan(std::string_view(bytes).substr(0, size));
        ASSERT_TRUE(end.has_value()) << size;
        EXPECT_FALSE(end->has_value()) << size;
    }
    const auto end = scanner.scan(bytes);
    ASSERT_TRUE(end.has_value() && end->has_value());
    EXPECT_EQ(**end, head.size());
}

TEST(Framing, AcceptsALineOfExactlyTheLimit) {
    HeadLimits limits;
    const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    const auto field = [&](std::size_t size) {
        return start + std::string(size - 3, 'x') + "\r\n\r\n";
    };
    EXPECT_TRUE(HeadScanner(limits).scan(field(limits.max_line)).has_value());
    EXPECT_FALSE(HeadScanner(limits).scan(field(limits.max_line + 1)).has_value());
}

struct PersistenceCase {
    std::string head;
    bool is_persistent;
};

TEST(Framing, SaysWhetherTheConnectionStays) {
    const PersistenceCase cases[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: te, close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
    };
    for (const auto& c : cases)
        EXPECT_EQ(judge_head(c.head)->is_persistent, c.is_persistent) << c.head;
}

TEST(Framing, ReadsLengthExpectationAndUpgrade) {
    const auto framing = judge_head(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nExpect: 100-Continue\r\n"
        "Connection: Upgrade\r\n\r\n");
    ASSERT_TRUE(framing.has_value());
    EXPECT_EQ(framing->content_length, 12u);
    EXPECT_TRUE(framing->awaits_continue);
    EXPECT_TRUE(framing->has_upgrade);
}

}  // namespace
}  // namespace tributary::http
