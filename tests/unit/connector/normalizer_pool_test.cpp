// Helper processes that die, hang and grow, as hostile mail would make them. The helper is this
// very program: main() below turns into one when it is asked to.
#include "connector/normalizer_pool.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>

#include "connector/inbound_codec.hpp"
#include "tests/support/coroutines.hpp"

namespace tributary {
namespace {

std::string what_is_allowed() {
    std::string able;
    if (::open("/etc/passwd", O_RDONLY) >= 0) able += "open ";
    if (::socket(AF_INET, SOCK_STREAM, 0) >= 0) able += "socket ";
    if (::fork() >= 0) able += "fork ";
    if (::kill(::getppid(), 0) == 0) able += "kill ";
    return able;
}

// Does what the message says.
Result<InboundMessage> obey(const Settings& settings, const std::string& key,
                            std::string_view raw) {
    if (raw == "crash") ::raise(SIGSEGV);
    if (raw == "exit") ::_exit(0);
    if (raw == "throw") throw std::runtime_error("foreign bytes threw");
    if (raw == "spin")
        for (std::atomic<int> i = 0;; ++i) {
        }
    if (raw == "eat")
        for (std::vector<std::string> food;; food.emplace_back(10'000'000, 'x')) {
        }
    if (raw == "lie") {
        const std::string nonsense = "m\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F";
        if (::write(STDOUT_FILENO, nonsense.data(), nonsense.size()) > 0) ::_exit(0);
    }
    if (raw == "refuse") return Error(Outcome::invalid, "No.", "never").with_reason("malformed");
    InboundMessage message;
    message.content.text = raw == "what may you?" ? what_is_allowed() : std::string(raw);
    message.content.subject = settings.text("greeting") + key;
    return message;
}

ConnectorType make_type() {
    ConnectorType type;
    type.channel = "obedient";
    type.schema.push_back(Setting("greeting", SettingType::text, "Said first.").defaults_to(""));
    type.schema.push_back(Setting("password", SettingType::secret, "Not for helpers."));
    type.normalizer = [](const Settings& settings, const std::string& key) -> Normalizer {
        return [settings, key](std::string_view raw) { return obey(settings, key, raw); };
    };
    return type;
}

const ConnectorType& obedient() {
    static const ConnectorType type = make_type();
    return type;
}

NormalizerBinding binding(const std::string& greeting = "hello ") {
    ConfigNode table;
    ConfigNode::Table values;
    values["greeting"].value = greeting;
    values["password"].value = std::string("secret");
    table.value = values;
    const auto settings = Settings::read(obedient().schema, table, InlineSecrets::allowed);
    return NormalizerBinding(obedient().channel, *settings, "key");
}

class NormalizerPoolTest : public testing::Test {
 protected:
    // One word a message: its text, or its trouble.
    std::string normalize(std::vector<std::string> originals) {
        const auto messages = test::run(io, pool.run(binding(), std::move(originals)));
        std::string words;
        for (const InboundMessage& message : messages) {
            words += message.trouble ? message.trouble->reason : message.content.text;
            words += ' ';
        }
        return words;
    }
    static NormalizerPoolOptions options() {
        NormalizerPoolOptions options;
        options.silence = std::chrono::seconds(10);
        return options;
    }
    asio::io_context io;
    NormalizerPool pool{io.get_executor(), options()};
};

TEST_F(NormalizerPoolTest, GivesOneMessageEachInOrder) {
    std::vector<std::string> originals;
    for (int i = 0; i < 500; ++i)
        originals.push_back(std::to_string(i));
    originals[7] = std::string(3'000'000, 'x');
    originals[8].clear();
    const auto messages = test::run(io, pool.run(binding(), originals));
    ASSERT_EQ(messages.size(), originals.size());
    for (std::size_t i = 0; i < originals.size(); ++i) {
        EXPECT_EQ(messages[i].content.text, originals[i]);
        EXPECT_EQ(messages[i].raw, originals[i]);
        EXPECT_EQ(messages[i].content.subject, "hello key");
    }
    EXPECT_EQ(pool.live_processes(), 2u);
    EXPECT_TRUE(test::run(io, pool.run(binding(), {})).empty());
}

TEST_F(NormalizerPoolTest, DeathCostsOneMessage) {
    EXPECT_EQ(normalize({"a", "crash", "b", "exit", "c", "throw", "d", "lie", "e"}),
              "a parser_crash b parser_crash c parser_crash d parser_crash e ");
    EXPECT_EQ(normalize({"crash", "crash"}), "parser_crash parser_crash ");
    EXPECT_EQ(normalize({"refuse", "a"}), "malformed a ");
}

TEST_F(NormalizerPoolTest, CpuHasALimit) {
    EXPECT_EQ(normalize({"a", "spin", "b"}), "a parser_timeout b ");
}

TEST_F(NormalizerPoolTest, MemoryHasALimit) {
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "sanitizers need their memory";
#endif
    EXPECT_EQ(normalize({"a", "eat", "b"}), "a parser_memory b ");
}

TEST_F(NormalizerPoolTest, HelpersMayOnlyCompute) {
    SCOPED_TRACE("E49: what is packed is unpacked here only");
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "sanitizers need their system calls";
#endif
    EXPECT_EQ(normalize({"what may you?"}), " ");
}

TEST_F(NormalizerPoolTest, SecretsStayHere) {
    EXPECT_EQ(binding().settings.find("secret"), std::string::npos);
}

TEST_F(NormalizerPoolTest, OneHelperServesManyConnectors) {
    for (const char* greeting : {"one ", "two ", "one "}) {
        const auto messages = test::run(io, pool.run(binding(greeting), {"x"}));
        EXPECT_EQ(messages.front().content.subject, std::string(greeting) + "key");
    }
    EXPECT_EQ(pool.live_processes(), 1u);
}

TEST_F(NormalizerPoolTest, ACancelledRunLeavesNoHelperBusy) {
    auto hanging = [this]() -> awaitable<void> {
        std::vector<std::string> originals(1, "spin");
        co_await pool.run(binding(), std::move(originals));
    };
    TaskHandle task = spawn(io.get_executor(), "hanging", hanging());
    const auto began = std::chrono::steady_clock::now();
    while (pool.live_processes() == 0)
        io.run_one_until(began + std::chrono::seconds(5));
    task.cancel();
    test::run(io, task.join());
    EXPECT_EQ(pool.live_processes(), 0u);
    EXPECT_EQ(normalize({"a"}), "a ");
}

TEST(NormalizerPool, HelpersAreReplacedAndEndWhenIdle) {
    asio::io_context io;
    NormalizerPoolOptions options;
    options.messages_a_process = 3;
    options.idle = std::chrono::seconds(0);
    NormalizerPool pool(io.get_executor(), options);
    const auto messages = test::run(io, pool.run(binding(), {"1", "2", "3", "4", "5"}));
    EXPECT_EQ(messages.back().content.text, "5");
    io.restart();
    io.run();
    EXPECT_EQ(pool.live_processes(), 0u);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "every helper is reaped";
}

TEST(NormalizerPool, AHelperThatCannotStartIsNoVerdictOnAMessage) {
    asio::io_context io;
    NormalizerPoolOptions options;
    for (const char* executable : {"/nowhere/tributary", "/bin/false"}) {
        options.executable = executable;
        NormalizerPool pool(io.get_executor(), options);
        try {
            test::run(io, pool.run(binding(), {"1"}));
            ADD_FAILURE() << executable;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.error().outcome, Outcome::unavailable);
        }
    }
}

InboundMessage full_message() {
    InboundMessage message;
    message.dedupe_key = "key";
    message.source_ref = "INBOX;uid=1";
    message.raw_content_type = "message/rfc822";
    Content& content = message.content;
    content.kind = Kind::call;
    content.external_id = "x";
    content.sent_at = from_unix_ms(-5);
    content.sent_offset_minutes = -90;
    content.from = Party("Ann", "ann@example.com");
    content.from_proof = Proof::channel;
    content.to = {Party("", "a@example.com"), Party("B", "")};
    content.html = "";
    Attachment file;
    file.filename = "a\0b.txt";
    file.size = 7;
    file.sha256 = std::string(32, '\xFF');
    file.is_inline = true;
    content.attachments.push_back(file);
    InboundFile inbound;
    inbound.meta = file;
    inbound.bytes = std::string("\0\xFF", 2);
    message.files.push_back(inbound);
    content.auto_kind = AutoKind::bounce;
    content.bounce.emplace().recipients.emplace_back().is_permanent = true;
    content.references = {"1", "2"};
    message.identities.emplace_back(Handle("email", "", "ann@example.com"), Proof::channel, "Ann");
    message.tickets = TicketPolicy::never;
    message.trouble = Error(Outcome::rejected, "message", "detail").with_reason("reason");
    return message;
}

TEST(InboundCodec, TakesAllOfAMessageThereAndBack) {
    const std::string bytes = encode_inbound(full_message());
    const auto message = decode_inbound(bytes);
    ASSERT_TRUE(message);
    EXPECT_EQ(encode_inbound(*message), bytes);
    EXPECT_EQ(message->content.sent_at, from_unix_ms(-5));
    EXPECT_EQ(message->content.html, "");
    EXPECT_EQ(message->files.at(0).bytes, std::string("\0\xFF", 2));
    EXPECT_EQ(message->identities.at(0).proof, Proof::channel);
    EXPECT_EQ(message->trouble->reason, "reason");
}

TEST(InboundCodec, RefusesWhatATakenOverHelperMakesUp) {
    const std::string bytes = encode_inbound(full_message());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decode_inbound(bytes.substr(0, size))) << size;
    EXPECT_FALSE(decode_inbound(bytes + "x"));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x80);
        decode_inbound(damaged);  // whatever it is, it ends
    }
}

}  // namespace
}  // namespace tributary

int main(int argc, char** argv) {
    using namespace tributary;
    if (argc > 1 && std::string(argv[1]) == kNormalizerArgument)
        return serve_normalizers([](std::string_view) { return &obedient(); });
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
