#include "store/words.hpp"
#include "store_fixture.hpp"

namespace tributary::test {
namespace {

using Texts = std::vector<std::string>;

class Search : public StoreTest {
 protected:
    Page<SearchHit> find(const std::string& query, const PageRequest& page = {}) {
        return house_.read(
            [&](const Tx& tx) { return search(tx, Scope::everything(), query, page); });
    }
    Texts titles(const std::string& query) {
        Texts found;
        for (const auto& hit : find(query).items)
            found.push_back(hit.title);
        return found;
    }
    Customer ann_ = house_.add_customer("Somebody");
};
INSTANTIATE_STORE_TESTS(Search);

TEST_P(Search, FindsWordsInManyScripts) {
    const std::vector<std::pair<const char*, const char*>> texts{
        {"english", "The kitchen tap is leaking, order A-1042 please."},
        {"vietnamese", "Xin chào, tôi là Nguyễn Văn Đường ở Hà Nội"},
        {"japanese", "東京都庁へのお問い合わせ。ｶﾞｲﾄﾞをください"},
        {"chinese", "我们在北京大学见面"},
        {"korean", "서울에서 보낸 편지"},
        {"thai", "สวัสดีครับผมชื่อสมชาย"},
        {"german", "Die Straße ist GESPERRT, Größe prüfen"},
        {"turkish", "İstanbul'da ıslak ağaç"},
        {"greek", "Καλημέρα Ωραία ὁδός"},
        {"russian", "Ёлка и чай"},
        {"arabic", "مُحَمَّد من القاهرة"},
        {"hebrew", "שָׁלוֹם עולם"},
        {"wide", "ＡＢＣ１２３ ﬁnish"}};
    for (const auto& [subject, text] : texts)
        house_.add_message(ann_, subject, text);
    const std::vector<std::pair<const char*, Texts>> cases{{"leaking", {"english"}},
                                                           {"LEAK", {"english"}},
                                                           {"kitchen tap", {"english"}},
                                                           {"A-1042", {"english"}},
                                                           {"1042", {"english"}},
                                                           {"kitchen roof", {}},
                                                           {"nguyen", {"vietnamese"}},
                                                           {"Nguyễn", {"vietnamese"}},
                                                           {"NGUYỄN văn", {"vietnamese"}},
                                                           {"duong", {"vietnamese"}},
                                                           {"đường", {"vietnamese"}},
                                                           {"ha noi", {"vietnamese"}},
                                                           {"東京", {"japanese"}},
                                                           {"京都", {"japanese"}},
                                                           {"都庁", {"japanese"}},
                                                           {"東京都庁", {"japanese"}},
                                                           {"庁", {"japanese"}},
                                                           {"東都", {}},
                                                           {"ガイド", {"japanese"}},
                                                           {"ガ", {"japanese"}},
                                                           {"カイト", {}},
                                                           {"問い合わせ", {"japanese"}},
                                                           {"北京", {"chinese"}},
                                                           {"大学", {"chinese"}},
                                                           {"京大学北", {}},
                                                           {"서울", {"korean"}},
                                                           {"편지", {"korean"}},
                                                           {"สมชาย", {"thai"}},
                                                           {"strasse", {"german"}},
                                                           {"größe", {"german"}},
                                                           {"grosse", {"german"}},
                                                           {"gesperrt", {"german"}},
                                                           {"istanbul", {"turkish"}},
                                                           {"agac", {"turkish"}},
                                                           {"καλημερα", {"greek"}},
                                                           {"οδος", {"greek"}},
                                                           {"елка", {"russian"}},
                                                           {"чай", {"russian"}},
                                                           {"محمد", {"arabic"}},
                                                           {"שלום", {"hebrew"}},
                                                           {"abc123", {"wide"}},
                                                           {"finish", {"wide"}}};
    for (const auto& [query, want] : cases)
        EXPECT_EQ(titles(query), want) << query;
}

TEST_P(Search, WhatATypistMakesUpIsTakenLiterally) {
    house_.add_message(ann_, "plain", "alpha beta gamma");
    house_.add_message(ann_, "mail", "write to ann.b@example.com today");
    const std::vector<std::pair<const char*, Texts>> cases{{"\"alpha", {"plain"}},
                                                           {"alpha OR nothing", {}},
                                                           {"alpha NOT beta", {}},
                                                           {"alpha*", {"plain"}},
                                                           {"words:alpha", {}},
                                                           {"NEAR(alpha beta)", {}},
                                                           {"-alpha", {"plain"}},
                                                           {"^alpha", {"plain"}},
                                                           {"", {}},
                                                           {"   ", {}},
                                                           {"\"\"", {}},
                                                           {"ann.b@example.com", {"mail"}},
                                                           {"ann.c@example.com", {}},
                                                           {"example.com,", {"mail"}},
                                                           {"b@example", {"mail"}},
                                                           {"'; DROP TABLE customer; --", {}},
                                                           {"alp\xFF", {"plain"}},
                                                           {"%", {}}};
    for (const auto& [query, want] : cases)
        EXPECT_EQ(titles(query), want) << query;
    EXPECT_TRUE(titles(std::string(100'000, '%')).empty());
    EXPECT_TRUE(titles(std::string(100'000, 'a')).empty());
}

TEST_P(Search, FindsNamesAddressesFilesTicketsAndCustomers) {
    const auto customer =
        house_.add_customer("Grace Hopper", {email_identity("grace@navy.example")});
    for (const char* other : {"one", "two", "three"})
        house_.add_ticket(customer, other);
    const auto ticket = house_.add_ticket(customer, "Compiler trouble");
    Interaction mail = sample_interaction(customer);
    mail.content.subject = "with file";
    mail.content.from = Party("Rear Admiral", "admiral@sea.example");
    Attachment& file = mail.content.attachments.emplace_back();
    file.id = AttachmentId::make(1);
    file.filename = "Nanosekunde.pdf";
    file.sha256 = std::string(32, 'x');
    mail = house_.add_interaction(mail);

    const auto only = [&](const std::string& query) {
        const auto items = find(query).items;
        EXPECT_EQ(items.size(), 1u) << query;
        return items.empty() ? SearchHit() : items[0];
    };
    EXPECT_EQ(only("hopper").kind, "customer");
    EXPECT_EQ(only("grace@navy.example").id, customer.id.text());
    EXPECT_EQ(only("navy").customer, customer.id);
    EXPECT_EQ(only("compil").kind, "ticket");
    EXPECT_EQ(only(std::to_string(ticket.number)).id, ticket.id.text());
    EXPECT_EQ(only("admiral rear").kind, "interaction");
    EXPECT_EQ(only("nanosek").id, mail.id.text());
    EXPECT_EQ(only("nanosek").at, mail.occurred_at);
}

TEST_P(Search, ComesNewestFirstInPagesAcrossKinds) {
    house_.add_message(ann_, "1", "needle");
    house_.add_customer("needle 2");
    house_.add_message(ann_, "3", "needle");
    house_.add_ticket(ann_, "needle 4");
    house_.add_message(ann_, "5", "needle");
    Texts found;
    PageRequest request(2, "");
    while (true) {
        const auto page = find("needle", request);
        EXPECT_LE(page.items.size(), 2u);
        for (const auto& hit : page.items)
            found.push_back(hit.title);
        if (!page.next) break;
        request.cursor = *page.next;
    }
    EXPECT_EQ(found, (Texts{"5", "needle 4", "3", "needle 2", "1"}));
}

TEST_P(Search, AReplysQuoteIsFoundWhereItWasFirstSaid) {
    Interaction reply = sample_interaction(ann_);
    reply.content.subject = "Re: x";
    reply.content.reply_text = "newest words";
    reply.content.text = "newest words\n> quoted heron";
    reply.content.in_reply_to = {"m@x"};
    house_.add_interaction(reply);
    EXPECT_EQ(titles("newest"), Texts{"Re: x"});
    EXPECT_EQ(titles("heron"), Texts{});
    reply.id = InteractionId::make(9);
    reply.content.subject = "Fwd: x";
    reply.content.in_reply_to.clear();
    house_.add_interaction(reply);
    EXPECT_EQ(titles("heron"), Texts{"Fwd: x"});
}

TEST_P(Search, ASnippetMarksTheMatches) {
    house_.add_message(
        ann_, "s", std::string(300, 'x') + " the Größe\nof it; grossery " + std::string(300, 'y'));
    const std::string snippet = find("grosse").items.at(0).snippet;
    EXPECT_NE(snippet.find("\xEE\x80\x80Größe\xEE\x80\x81 of it; \xEE\x80\x80grosse\xEE\x80\x81ry"),
              std::string::npos)
        << snippet;
    EXPECT_LT(snippet.size(), 200u);
}

TEST(Words, AreFoldedAndDistinct) {
    const std::vector<std::pair<const char*, const char*>> cases{
        {"The the THE", "the"},
        {"Nguyễn-Văn", "nguyen van"},
        {"東京都", "東京 京都 都"},
        {"Tokyo東京1", "tokyo 東京 京 1"},
        {"e\u0301te\u0301 été", "ete"},
        {"soft\u00ADhyphen zero\u200Bwidth", "softhyphen zerowidth"},
        {"“quoted”—dash…", "quoted dash"},
        {"\xFF\xFE bad \xC3", "bad"},
        {"", ""}};
    for (const auto& [text, want] : cases)
        EXPECT_EQ(index_words_of(text), want) << text;
}

TEST(Words, LongOnesAreCutAlikeInIndexAndQuery) {
    const std::string word(500, 'w');
    const auto query = parse_search(word);
    ASSERT_EQ(query.words.size(), 1u);
    EXPECT_EQ(query.words[0].text, index_words_of(word));
    EXPECT_EQ(query.literals, Texts{word});
}

TEST(Words, FoldingKeepsThePlaceOfEveryByte) {
    std::vector<std::uint32_t> origins;
    const std::string folded = fold_for_search("aßé", &origins);
    EXPECT_EQ(folded, "asse");
    EXPECT_EQ(origins, (std::vector<std::uint32_t>{0, 1, 1, 3}));
}

}  // namespace
}  // namespace tributary::test
