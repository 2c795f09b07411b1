// Forty strings that only one customer has, spread wherever one can be, and looked for in every
// byte.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "base/crypto.hpp"
#include "store/audit.hpp"
#include "store/backup.hpp"
#include "store/erasure.hpp"
#include "store/sql.hpp"
#include "store/tombstones.hpp"
#include "store_fixture.hpp"

namespace tributary::test {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

std::string bytes_of(const fs::path& file) {
    std::stringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

class Erasure : public ::testing::Test {
 protected:
    // Each is asked for once, and remembered.
    std::string canary(const std::string& kind) {
        const std::string text = kind + "canary" + std::to_string(canaries_.size()) + "qx";
        canaries_.push_back(text);
        return text;
    }

    // The files of `folder` in which a canary stands, with the canary.
    std::vector<std::string> hits(const fs::path& folder) {
        std::vector<std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file()) continue;
            std::string bytes = bytes_of(entry.path());
            for (char& c : bytes)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
            for (const std::string& canary : canaries_)
                if (bytes.find(canary) != std::string::npos)
                    found.push_back(entry.path().filename().string() + ": " + canary);
        }
        return found;
    }

    // What is younger than half a minute waits for whoever may be about to name it.
    void age_files() {
        for (const auto& entry : fs::recursive_directory_iterator(house_.folder()))
            if (entry.is_regular_file() && entry.path().string().find("blobs") != std::string::npos)
                fs::last_write_time(entry.path(),
                                    fs::file_time_type::clock::now() - std::chrono::minutes(2));
    }

    StagedBlob keep(const std::string& bytes) {
        const StagedBlob blob = house_.store().stage(bytes);
        house_.write([&](Tx& tx) { keep_blob(tx, blob); });
        return blob;
    }

    Interaction message(const Customer& customer, std::optional<TicketId> ticket,
                        const std::string& text, Direction direction = Direction::in) {
        Interaction one = sample_interaction(customer);
        one.id = InteractionId::make(++made_);
        one.ticket = ticket;
        one.direction = direction;
        one.content.text = one.content.reply_text = text;
        one.content.message_id = std::to_string(made_) + "@mail.example";
        return one;
    }

    // The customer to be erased, with everything a customer can leave behind.
    void fill_hers() {
        const std::string mail = canary("mail") + "@" + canary("host") + ".example";
        Identity address = email_identity(mail);
        address.display = canary("display") + " <" + mail + ">";
        ann_ =
            house_.add_customer(canary("given") + " " + canary("family"),
                                {address,
                                 Identity(Handle("phone", "", "+49170" + canary("phone")),
                                          Proof::claimed, "0170 " + canary("written")),
                                 Identity(Handle("user", "chat", canary("user")), Proof::channel)});
        other_ = house_.add_customer(canary("merged") + " twin",
                                     {email_identity(canary("twin") + "@example.com")});
        house_.write([&](Tx& tx) {
            Customer changed = *find_customer(tx, ann_.id);
            changed.fields = R"({"note":")" + canary("field") + "\"}";
            update_customer(tx, changed);
        });
        her_ticket_ = house_.add_ticket(ann_, canary("subject") + " is broken");
        Interaction mail_in = message(ann_, her_ticket_.id, hers_);
        mail_in.content.subject = canary("mailsubject");
        mail_in.content.html = "<p>" + canary("html") + "</p>";
        mail_in.content.from = Party(ann_.display_name, mail);
        mail_in.content.data = R"({"fields":{"x":")" + canary("data") + "\"}}";
        mail_in.content.cc.emplace_back(canary("ccname"), canary("cc") + "@example.com");
        mail_in.content.external_id = canary("external");
        mail_in.conversation = canary("conversation");
        mail_in.raw_sha256 = keep("From: " + mail + "\r\n\r\n" + canary("raw")).sha256;
        Attachment& large = mail_in.content.attachments.emplace_back();
        large.id = AttachmentId::make(1);
        large.filename = canary("file") + ".txt";
        large.sha256 = keep(std::string(300'000, ' ') + canary("large")).sha256;
        her_mail_ = house_.add_interaction(mail_in);
        Interaction answer =
            message(ann_, her_ticket_.id, "Dear " + canary("answer"), Direction::out);
        Delivery& queued = answer.deliveries.emplace_back();
        queued.recipient = Party(canary("recipient"), mail);
        queued.diagnostic = canary("diagnostic");
        house_.add_interaction(answer);
        house_.add_message(other_, canary("twinsubject"), canary("twintext"));
        house_.write([&](Tx& tx) {
            merge_customers(tx, ann_.id, other_.id, AgentId(), at(4));
            note_party(tx, her_ticket_.id, address.handle);
            note_event(tx, "acknowledged", mail, at(4));
            claim_dedupe_key(tx, "support", "id:" + mail, mail,
                             LedgerEntry{false, her_mail_.id.bytes()}, at(4));
            RememberedReply reply;
            reply.body = "{\"id\":\"" + ann_.id.text() + "\",\"x\":\"" + canary("reply") + "\"}";
            remember_idempotency(tx, "agent /customers", "key", reply, at(4));
        });
        fill_quarantine(mail);
    }

    void fill_quarantine(const std::string& mail) {
        QuarantineItem item;
        item.id = QuarantineId::make(7);
        item.connector = "support";
        item.reason = "mime_depth";
        item.sender = mail;
        item.subject = canary("heldsubject");
        item.dedupe_key = "sha256:held";
        item.raw_sha256 = keep("held " + canary("heldraw")).sha256;
        house_.write([&](Tx& tx) {
            insert_quarantine(tx, item);
            claim_dedupe_key(tx, "support", item.dedupe_key, "", LedgerEntry{true, item.id.bytes()},
                             at(4));
        });
    }

    // Somebody else's, which quotes her and must otherwise stay as it is.
    void fill_his() {
        ben_ = house_.add_customer("Ben Other", {email_identity("ben@example.org")});
        his_ticket_ = house_.add_ticket(ben_, "Delivery of the new kettle");
        const std::string mail = ann_.identities.front().handle.value;
        Interaction forward =
            message(ben_, his_ticket_.id,
                    "Please see what my neighbour says.\n> " + hers_ + "\nHer address: " + mail);
        forward.content.reply_text = "Please see what my neighbour says.";
        forward.content.in_reply_to = {her_mail_.content.message_id};
        forward.content.cc.emplace_back(ann_.display_name, mail);
        forward.raw_sha256 =
            keep("To: x\r\n\r\n" + to_base64("> " + hers_ + " " + mail) + "\r\n").sha256;
        forward_ = house_.add_interaction(forward);
        Interaction named =
            message(ben_, std::nullopt, "You may also write to " + mail + " instead.");
        Delivery& copy = named.deliveries.emplace_back();
        copy.recipient = Party("", mail);
        named.direction = Direction::out;
        named_ = house_.add_interaction(named);
        plain_ = house_.add_message(ben_, "Another thing", "Where is my kettle?", his_ticket_.id);
        house_.write([&](Tx& tx) {
            Customer changed = *find_customer(tx, ben_.id);
            changed.fields = R"({"friend":")" + mail + "\"}";
            update_customer(tx, changed);
        });
    }

    // Rows on whose pages hers stand.
    void add_strangers(const std::string& name) {
        house_.write([&](Tx& tx) {
            for (int number = 0; number < 300; ++number) {
                Customer stranger;
                stranger.id = CustomerId::make(number);
                stranger.display_name = name + std::to_string(number);
                stranger.identities.push_back(
                    email_identity(stranger.display_name + "@example.com"));
                insert_customer(tx, stranger);
                Interaction words =
                    message(stranger, std::nullopt, "words of " + stranger.display_name);
                insert_interaction(tx, words);
            }
        });
    }

    void fill() {
        hers_ = "It started leaking " + canary("words") + " on the morning of the second day, " +
                canary("quoted");
        add_strangers("early");
        fill_hers();
        fill_his();
        add_strangers("later");
        while (canaries_.size() < 40)
            house_.add_message(ann_, canary("subject"), canary("text"), her_ticket_.id);
        age_files();
    }

    std::vector<std::string> findings() {
        std::vector<std::string> found;
        for (const Finding& finding : verify_store(house_.options(), nullptr).findings)
            found.push_back(finding.check + ": " + finding.detail);
        return found;
    }
    std::string text_of(InteractionId id) {
        return house_.read([&](const Tx& tx) { return find_interaction(tx, id)->content.text; });
    }

    StoreHouse house_{store_factories().front()};
    TemporaryFolder other_folder_;
    std::vector<std::string> canaries_;
    std::int64_t made_ = 0;
    std::string hers_;
    Customer ann_, other_, ben_;
    Ticket her_ticket_, his_ticket_;
    Interaction her_mail_, forward_, named_, plain_;
};

TEST_F(Erasure, LeavesNoneOfFortyStringsInAnyByte) {
    fill();
    ASSERT_EQ(canaries_.size(), 40u);
    ASSERT_GE(hits(house_.folder()).size(), 40u);
    const Certificate first = erase_customer(house_.store(), ann_.id, "console", at(20));
    EXPECT_FALSE(first.finished_at);
    EXPECT_EQ(finish_erasures(house_.store(), at(21)), 1);
    EXPECT_THAT(hits(house_.folder()), IsEmpty());
    EXPECT_THAT(findings(), IsEmpty());
    const Certificate certificate =
        house_.read([&](const Tx& tx) { return find_certificate(tx, first.id).value(); });
    EXPECT_EQ(certificate.finished_at, at(21));
    EXPECT_EQ(certificate.counts.customers, 2);
    EXPECT_EQ(certificate.counts.quarantined, 1);
    EXPECT_EQ(certificate.counts.redacted, 2);
    EXPECT_EQ(certificate.counts.cancelled, 2);
    house_.read([&](const Tx& tx) {
        EXPECT_FALSE(find_customer(tx, ann_.id));
        EXPECT_FALSE(find_ticket(tx, her_ticket_.id));
        AuditFilter filter;
        filter.action = "customer.erase";
        EXPECT_EQ(list_audit(tx, filter, PageRequest()).items.size(), 1u);
    });
}

TEST_F(Erasure, LeavesOthersTheirOwnWords) {
    fill();
    erase_customer(house_.store(), ann_.id, "console", at(20));
    EXPECT_EQ(text_of(forward_.id), "Please see what my neighbour says.");
    EXPECT_EQ(text_of(named_.id), "You may also write to [erased] instead.");
    EXPECT_EQ(text_of(plain_.id), "Where is my kettle?");
    house_.write([&](Tx& tx) {
        EXPECT_EQ(search(tx, Scope::everything(), "neighbour", PageRequest()).items.size(), 1u);
        EXPECT_EQ(search(tx, Scope::everything(), "canary6qx", PageRequest()).items.size(), 0u);
        EXPECT_EQ(find_ticket(tx, his_ticket_.id)->subject, "Delivery of the new kettle");
        EXPECT_TRUE(take_due(tx, "support", at(1000), 10).empty());
        // The same mail again is known, and nobody's.
        const auto known = find_ledger_entry(tx, "support", "sha256:held");
        ASSERT_TRUE(known);
        EXPECT_EQ(known->subject, IdBytes{});
    });
}

// What everybody's mails quote is nobody's.
TEST_F(Erasure, LeavesOurOwnSentencesInOthersMails) {
    const std::string ours =
        "Thank you for writing to us, we will answer you within one working day.";
    const Customer ann = house_.add_customer("Ann One", {email_identity("ann@example.com")});
    const Customer ben = house_.add_customer("Ben Two", {email_identity("ben@example.com")});
    Interaction hers = message(ann, std::nullopt, "It still leaks.\n> " + ours);
    hers.content.reply_text = "It still leaks.";
    hers.content.subject = "Your question about the order that you placed in our shop";
    house_.add_interaction(hers);
    Interaction his = message(ben, std::nullopt, "Any news?\n> " + ours);
    his.content.reply_text = "Any news?";
    his.content.subject = hers.content.subject;
    house_.add_interaction(his);
    EXPECT_EQ(erase_customer(house_.store(), ann.id, "console", at(20)).counts.redacted, 0);
    EXPECT_EQ(text_of(his.id), "Any news?\n> " + ours);
}

TEST_F(Erasure, OfSomebodyWithASharedAddressKeepsTheOthersCopy) {
    const Customer ann = house_.add_customer("Ann One", {email_identity("office@example.com")});
    const Customer ben = house_.add_customer("Ben Two", {email_identity("office@example.com")});
    const Interaction his = house_.add_message(ben, "Hello", "Write to office@example.com");
    erase_customer(house_.store(), ann.id, "console", at(20));
    EXPECT_EQ(text_of(his.id), "Write to office@example.com");
    EXPECT_EQ(
        house_.read([&](const Tx& tx) { return find_customer(tx, ben.id)->identities.size(); }),
        1u);
}

TEST_F(Erasure, IsRepeatedWhenAnOlderBackupComesBack) {
    fill();
    back_up(house_.options(), other_folder_.path() / "b", at(10));
    erase_customer(house_.store(), ann_.id, "console", at(20));
    finish_erasures(house_.store(), at(21));
    house_.close();
    const RestoreReport report =
        restore(house_.options(), other_folder_.path() / "b", Target::may_be_replaced, at(30));
    EXPECT_EQ(report.erased_again, 1);
    EXPECT_THAT(hits(house_.folder()), IsEmpty());
    house_.open();
    EXPECT_EQ(repeat_erasures(house_.store(), at(31)), 0);
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_EQ(text_of(plain_.id), "Where is my kettle?");
}

// Somebody put a copy back by hand.
TEST_F(Erasure, IsRepeatedBeforeACopyMadeByHandServes) {
    fill();
    house_.close();
    const fs::path database = house_.folder() / "tributary.db";
    fs::copy_file(database, other_folder_.path() / "copy");
    house_.open();
    erase_customer(house_.store(), ann_.id, "console", at(20));
    house_.close();
    fs::copy_file(other_folder_.path() / "copy", database, fs::copy_options::overwrite_existing);
    house_.open();
    EXPECT_EQ(repeat_erasures(house_.store(), at(30)), 1);
    EXPECT_EQ(finish_erasures(house_.store(), at(31)), 1);
    EXPECT_THAT(hits(house_.folder()), IsEmpty());
}

TEST_F(Erasure, AListThatWasCutOffGoesOnAndADamagedOneIsTold) {
    const fs::path file = other_folder_.path() / "erased";
    Tombstone stone;
    stone.id = ErasureId::make(1);
    stone.customers.insert("aa");
    {
        Tombstones stones(file);
        stones.add(stone);
    }
    std::ofstream(file, std::ios::app) << "half a li";
    Tombstones again(file);
    EXPECT_EQ(again.all().size(), 1u);
    again.add(stone);
    EXPECT_EQ(Tombstones(file).all().size(), 2u);
    std::ofstream(file, std::ios::app) << "no tombstone\n";
    EXPECT_EQ(failure_of([&] { Tombstones damaged(file); }), Outcome::unavailable);
}

TEST_F(Erasure, AFileThatSomebodyMayBeAboutToNameWaits) {
    const Customer ann = house_.add_customer("Ann One");
    Interaction one = sample_interaction(ann);
    const StagedBlob large = keep(std::string(300'000, 'L'));
    one.raw_sha256 = large.sha256;
    house_.add_interaction(one);
    erase_customer(house_.store(), ann.id, "console", at(20));
    EXPECT_EQ(finish_erasures(house_.store(), at(21)), 0);
    house_.write([&](Tx& tx) { keep_blob(tx, large); });  // staged before, named now
    EXPECT_EQ(finish_erasures(house_.store(), at(22)), 1);
    EXPECT_TRUE(house_.store().load_blob(large.sha256));
}

}  // namespace
}  // namespace tributary::test
