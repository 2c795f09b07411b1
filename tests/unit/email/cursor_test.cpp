#include "connectors/email/cursor.hpp"

#include <gtest/gtest.h>

namespace tributary::email {
namespace {

TEST(MailboxCursor, IsText) {
    for (const char* text :
         {"INBOX;uidvalidity=7;uid=12", "INBOX;uidvalidity=7;uid=12;history=40",
          "a;uid=1;history=2;uidvalidity=3;uid=4", ";uidvalidity=1;uid=4294967295"}) {
        const auto cursor = MailboxCursor::parse(text);
        ASSERT_TRUE(cursor) << text;
        EXPECT_EQ(cursor->text(), text);
    }
    for (const char* text :
         {"", "INBOX", "INBOX;uid=12", "INBOX;uidvalidity=7", "INBOX;uidvalidity=x;uid=1",
          "INBOX;uidvalidity=7;uid=-1", "INBOX;uidvalidity=7;uid=4294967296"})
        EXPECT_FALSE(MailboxCursor::parse(text)) << text;
    // The import of history is over: nothing is left to say of it.
    EXPECT_EQ(MailboxCursor::parse("INBOX;uidvalidity=7;uid=39;history=40")->text(),
              "INBOX;uidvalidity=7;uid=39");
}

TEST(MailboxCursor, KnowsWhereToGoOn) {
    struct Row {
        const char* situation;
        const char* stored;
        std::uint32_t uid_validity;
        Uid uid_next;
        const char* expected;
        bool is_rescan;
    };
    const Row rows[] = {
        {"first connection", "", 7, 40, "INBOX;uidvalidity=7;uid=0;history=40", false},
        {"first connection, empty", "", 7, 1, "INBOX;uidvalidity=7;uid=0", false},
        {"another folder", "Old;uidvalidity=7;uid=12", 7, 40,
         "INBOX;uidvalidity=7;uid=0;history=40", false},
        {"nothing happened", "INBOX;uidvalidity=7;uid=12", 7, 13, "INBOX;uidvalidity=7;uid=12",
         false},
        {"new mail", "INBOX;uidvalidity=7;uid=12", 7, 50, "INBOX;uidvalidity=7;uid=12", false},
        {"history unfinished", "INBOX;uidvalidity=7;uid=12;history=40", 7, 50,
         "INBOX;uidvalidity=7;uid=12;history=40", false},
        {"new UIDs", "INBOX;uidvalidity=7;uid=12", 8, 13, "INBOX;uidvalidity=8;uid=0", true},
        {"new UIDs, history unfinished", "INBOX;uidvalidity=7;uid=12;history=40", 8, 41,
         "INBOX;uidvalidity=8;uid=0;history=41", true},
        {"restored from a backup", "INBOX;uidvalidity=7;uid=12", 7, 9, "INBOX;uidvalidity=7;uid=0",
         true},
    };
    for (const Row& row : rows) {
        const Resumption resumption =
            resume(MailboxCursor::parse(row.stored), "INBOX", row.uid_validity, row.uid_next);
        EXPECT_EQ(resumption.cursor.text(), row.expected) << row.situation;
        EXPECT_EQ(!resumption.why_rescan.empty(), row.is_rescan) << row.situation;
    }
}

}  // namespace
}  // namespace tributary::email
