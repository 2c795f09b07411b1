#include <gtest/gtest.h>

#include "model/identity.hpp"

namespace tributary {
namespace {

using namespace std::string_literals;

TEST(normalize_email, table) {
    SCOPED_TRACE("E26, E27");
    struct Case {
        std::string written;
        std::string expected;  // "" for none
    };
    const Case cases[] = {
        {"ann@example.com", "ann@example.com"},
        {"  Ann@Example.COM \n", "ann@example.com"},
        {"ann+tag@example.com", "ann+tag@example.com"},
        {"a.b.c@example.co.uk", "a.b.c@example.co.uk"},
        {"!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"},
        {"ann@localhost", "ann@localhost"},
        // Quotes that are not needed go; needed ones keep one spelling.
        {"\"ann\"@example.com", "ann@example.com"},
        {"\"a\\nn\"@example.com", "ann@example.com"},
        {"\"ann smith\"@example.com", "\"ann smith\"@example.com"},
        {"\"a@b\"@example.com", "\"a@b\"@example.com"},
        {"\"\\a\\\"b\"@example.com", "\"a\\\"b\"@example.com"},
        {"\"\"@example.com", "\"\"@example.com"},
        // Other scripts: NFC and case folding here, A-labels there (RFC 6531, RFC 5891).
        {"Ä@example.com", "ä@example.com"},
        {"A\u0308@example.com", "ä@example.com"},
        {"ann@Bücher.example", "ann@xn--bcher-kva.example"},
        {"ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"},
        {"почта@пример.рф", "почта@xn--e1afmkfd.xn--p1ai"},
        {"用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"},
        {"ann@faß.de", "ann@xn--fa-hia.de"},
        // Homoglyphs stay apart: this 'а' is Cyrillic.
        {"\u0430nn@example.com", "\u0430nn@example.com"},
        // Address literals.
        {"ann@[192.0.2.1]", "ann@[192.0.2.1]"},
        {"ann@[IPv6:2001:DB8::1]", "ann@[ipv6:2001:db8::1]"},
        {"ann@[192.0.2]", ""},
        {"ann@[IPv6:zz::1]", ""},
        {"ann@[192.0.2.1", ""},
        {"ann@[]", ""},
        // Not exactly one addr-spec.
        {"", ""},
        {"@", ""},
        {"ann", ""},
        {"ann@", ""},
        {"@example.com", ""},
        {"ann@@example.com", ""},
        {"ann@b@example.com", ""},
        {"Ann <ann@example.com>", ""},
        {"<ann@example.com>", ""},
        {"ann@example.com, bob@example.com", ""},
        {"ann@example.com;bob@example.com", ""},
        {"ann smith@example.com", ""},
        {"ann@exam ple.com", ""},
        {"ann(comment)@example.com", ""},
        {".ann@example.com", ""},
        {"ann.@example.com", ""},
        {"a..b@example.com", ""},
        {"\"ann@example.com", ""},
        {"\"ann\"b@example.com", ""},
        {"\"ann\\\"@example.com", ""},
        {"ann@example..com", ""},
        {"ann@.example.com", ""},
        {"ann@example.com.", ""},
        {"ann@-example.com", ""},
        {"ann@exa_mple.com", ""},
        {"mailto:ann@example.com", ""},
        // Bytes that deceive.
        {"ann\0@example.com"s, ""},
        {"ann@example.com\0.evil.com"s, ""},
        {"ann\r\nBcc: x@example.com", ""},
        {"ann\x7f@example.com", ""},
        {"an\u200bn@example.com", ""},
        {"an\u202en@example.com", ""},
        {"ann\u00a0b@example.com", ""},
        {"ann@exam\u00adple\u202e.com", ""},
        {"\xff@example.com", ""},
        {"ann@\xc3.com", ""},
        // Lengths (RFC 5321, section 4.5.3.1).
        {std::string(64, 'a') + "@example.com", std::string(64, 'a') + "@example.com"},
        {std::string(65, 'a') + "@example.com", ""},
        {"a@" + std::string(63, 'b') + ".com", "a@" + std::string(63, 'b') + ".com"},
        {"a@" + std::string(64, 'b') + ".com", ""},
        {"a@" + std::string(100'000, 'b') + ".com", ""},
    };
    for (const Case& c : cases)
        EXPECT_EQ(normalize_email(c.written).value_or(""), c.expected) << c.written.substr(0, 80);
}

TEST(normalize_email, a_normal_form_is_its_own_normal_form) {
    for (const char* written :
         {"Ann@Bücher.example", "\"a \\b\"@Example.com", "ΑΣ@example.com", "x@[IPv6:::1]"}) {
        const auto once = normalize_email(written);
        ASSERT_TRUE(once) << written;
        EXPECT_EQ(normalize_email(*once), once) << written;
    }
}

TEST(is_junk_handle, table) {
    struct Case {
        const char* kind;
        const char* value;
        bool is_junk;
    };
    const Case cases[] = {
        {"email", "noreply@example.com", true},
        {"email", "no-reply@example.com", true},
        {"email", "no_reply+x@example.com", true},
        {"email", "noreply-orders@example.com", true},
        {"email", "do.not.reply@example.com", true},
        {"email", "mailer-daemon@example.com", true},
        {"email", "test@example.com", true},
        {"email", "null@example.com", true},
        {"email", "ann@example.com", false},
        {"email", "testa.rossa@example.com", false},
        {"email", "nora.reply@example.com", false},
        {"email", "support@example.com", false},
        {"phone", "+490000000000", true},
        {"phone", "+15555555555", true},
        {"phone", "+112", true},
        {"phone", "+4930123456", false},
        {"user", "", true},
        {"user", "0", true},
        {"user", "-1", true},
        {"user", "NULL", true},
        {"user", "N/A", true},
        {"user", "[object Object]", true},
        {"user", "00000000-0000-0000-0000-000000000000", true},
        {"user", "anonymous", true},
        {"user", "10", false},
        {"user", "ann", false},
        {"user", "用户", false},
    };
    for (const Case& c : cases)
        EXPECT_EQ(is_junk_handle(Handle(c.kind, "", c.value)), c.is_junk)
            << c.kind << " " << c.value;
}

}  // namespace
}  // namespace tributary
