// What holds for every mail, good or broken: no part is left behind, everything is valid text, and
// the answer comes in time. TRIBUTARY_MUTATED_MAILS=10000 tries more broken ones than CI does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "connectors/email/charset.hpp"
#include "connectors/email/mime_read.hpp"
#include "connectors/email/normalize.hpp"
#include "connectors/email/transfer.hpp"
#include "html/text.hpp"
#include "mail_corpora.hpp"

namespace tributary::email {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

std::string without_whitespace(std::string_view text) {
    std::string bare;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) > ' ' && c != 127) bare += c;
    }
    return bare;
}

// --- no part left behind
// -------------------------------------------------------------------------------------

void collect_leaves(const Part& part, std::vector<const Part*>& leaves) {
    if (!part.is_multipart()) leaves.push_back(&part);
    for (const auto& child : part.children)
        collect_leaves(child, leaves);
}

// A second, literal reading of RFC 2046: how many leaves with contents lie between delimiters.
std::size_t count_leaves(std::string_view entity, int depth = 0) {
    const auto split = split_part(entity);
    const Headers headers(split.header);
    const auto raw_type = headers.find("Content-Type");
    const auto type = raw_type ? parse_parameterized(*raw_type) : ParameterizedValue();
    const auto boundary = std::string(type.parameter("boundary"));
    if (!type.value.starts_with("multipart/") || boundary.empty() || depth > 20) {
        return trim(split.body).empty() ? 0 : 1;
    }
    std::size_t count = 0;
    std::optional<std::size_t> start;
    const auto& body = split.body;
    for (std::size_t at = 0; at < body.size();) {
        const auto end = std::min(body.find('\n', at), body.size());
        auto line = body.substr(at, end - at);
        while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ')
            line.remove_suffix(1);
        const bool opens = line == "--" + boundary, closes = line == "--" + boundary + "--";
        if (opens || closes) {
            if (start) count += count_leaves(body.substr(*start, at - *start), depth + 1);
            start = opens ? std::optional(std::min(end + 1, body.size())) : std::nullopt;
            if (closes) break;
        }
        at = end + 1;
    }
    if (start) count += count_leaves(body.substr(*start), depth + 1);
    return count;
}

bool is_named(const Content& content, std::string_view code) {
    return std::find(content.warnings.begin(), content.warnings.end(), code) !=
           content.warnings.end();
}

bool is_shown_as_text(const Part& leaf, const Content& content) {
    auto text =
        normalize_line_ends(decode_charset(leaf.decoded_body(), leaf.type.parameter("charset")));
    take_uuencoded(text);
    auto wanted = without_whitespace(text), shown = without_whitespace(content.text);
    // Flowed text is unstuffed and joined; its words are all there.
    std::erase(wanted, '>');
    std::erase(shown, '>');
    return shown.find(wanted) != std::string::npos;
}

bool is_shown_as_html(const Part& leaf, const Content& content) {
    if (!content.html) return false;
    const auto words = [](std::string_view html) {
        HtmlText text;
        read_html(html, {&text});
        return without_whitespace(text.text());
    };
    const auto wanted = words(decode_charset(leaf.decoded_body(), leaf.type.parameter("charset")));
    // Sanitising may end foreign contents elsewhere than the text does; the beginning tells.
    return words(*content.html).find(wanted.substr(0, 40)) != std::string::npos ||
           is_named(content, "html_too_large");
}

bool is_attached(const Part& leaf, const Content& content) {
    const auto digest = sha256(leaf.decoded_body());
    return std::any_of(content.attachments.begin(), content.attachments.end(),
                       [&](const Attachment& file) { return file.sha256 == digest; });
}

bool is_accounted_for(const Part& leaf, const Content& content) {
    const bool is_signature = leaf.type.value.ends_with("-signature");
    const bool is_package = leaf.type.value.ends_with("ms-tnef") ||
                            equals_ignoring_case(leaf.filename(), "winmail.dat");
    return trim(leaf.decoded_body()).empty() || is_attached(leaf, content) ||
           is_shown_as_text(leaf, content) || is_shown_as_html(leaf, content) ||
           (is_signature && is_named(content, "signature_not_checked")) ||
           (is_package && (!content.attachments.empty() || !content.text.empty()));
}

TEST(MailProperty, NoPartIsLeftBehind) {
    std::size_t leaves_seen = 0;
    for (const auto& path : all_messages()) {
        const auto raw = slurp(path);
        const auto result = normalize_mail(MailSettings(), raw);
        const auto root = read_mime(raw);
        if (!result || !root) continue;
        std::vector<const Part*> leaves;
        collect_leaves(*root, leaves);
        const auto& message = split_message(raw);
        const std::string_view entity(
            message.header.data(),
            static_cast<std::size_t>(raw.data() + raw.size() - message.header.data()));
        EXPECT_GE(leaves.size(), count_leaves(entity)) << path;
        for (const auto* leaf : leaves) {
            EXPECT_TRUE(is_accounted_for(*leaf, result->content))
                << path << " " << leaf->type.value << " " << leaf->decoded_body().substr(0, 80);
        }
        leaves_seen += leaves.size();
    }
    EXPECT_GE(leaves_seen, 3U);
    std::printf("%zu parts accounted for\n", leaves_seen);
}

// --- broken mail
// ---------------------------------------------------------------------------------------------

json::array texts(const std::vector<std::string>& list) {
    return json::array(list.begin(), list.end());
}

json::array parties(const std::vector<Party>& list) {
    json::array array;
    for (const auto& party : list)
        array.push_back({{"name", party.name}, {"address", party.address}});
    return array;
}

json::object to_json(const Content& content) {
    json::object object{{"from", parties({content.from})},
                        {"to", parties(content.to)},
                        {"cc", parties(content.cc)},
                        {"reply_to", parties(content.reply_to)},
                        {"subject", content.subject},
                        {"text", content.text},
                        {"reply_text", content.reply_text},
                        {"html", content.html.value_or("")},
                        {"message_id", content.message_id},
                        {"in_reply_to", texts(content.in_reply_to)},
                        {"references", texts(content.references)},
                        {"warnings", texts(content.warnings)}};
    json::array files;
    for (const auto& file : content.attachments) {
        files.push_back({{"filename", file.filename},
                         {"content_type", file.content_type},
                         {"content_id", file.content_id},
                         {"size", file.size}});
    }
    object["attachments"] = std::move(files);
    return object;
}

// The JSON parser refuses what is no UTF-8.
void expect_valid(const Result<InboundMessage>& result, const std::string& name) {
    if (!result) {
        EXPECT_FALSE(result.error().reason.empty()) << name;
        return;
    }
    const auto written = json::serialize(to_json(result->content));
    boost::system::error_code error;
    EXPECT_EQ(json::parse(written, error), to_json(result->content)) << name;
    EXPECT_FALSE(error) << name << " " << error.message();
    EXPECT_EQ(result->content.subject.find_first_of(std::string("\r\n\0", 3)), std::string::npos)
        << name;
    EXPECT_EQ(result->content.attachments.size(), result->files.size()) << name;
}

Clock::duration read_timed(const std::string& raw, const std::string& name) {
    const auto start = Clock::now();
    const auto result = normalize_mail(MailSettings(), raw);
    const auto took = Clock::now() - start;
    EXPECT_LT(took, mail_deadline) << name;
    expect_valid(result, name);
    return took;
}

class Mutator {
 public:
    explicit Mutator(std::uint64_t seed) : random_(seed) {}

    std::string mutate(std::string mail, const std::string& other) {
        for (auto rounds = below(4) + 1; rounds > 0; --rounds) {
            switch (below(7)) {
                case 0: mail.resize(below(mail.size() + 1)); break;
                case 1: flip_bytes(mail); break;
                case 2: shuffle_header(mail); break;
                case 3: damage_boundary(mail); break;
                case 4: mail = splice(mail, other); break;
                case 5: repeat_piece(mail); break;
                default: insert_token(mail); break;
            }
        }
        return mail;
    }

    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

 private:
    void flip_bytes(std::string& mail) {
        for (auto count = below(20) + 1; count > 0 && !mail.empty(); --count)
            mail[below(mail.size())] = static_cast<char>(random_());
    }

    void shuffle_header(std::string& mail) {
        const auto end = std::min(mail.find("\n\n"), mail.find("\n\r\n"));
        if (end == std::string::npos) return;
        auto lines = split(std::string_view(mail).substr(0, end), '\n');
        std::shuffle(lines.begin(), lines.end(), random_);
        std::string shuffled;
        for (const auto line : lines)
            (shuffled += line) += '\n';
        mail = shuffled + mail.substr(end + 1);
    }

    void damage_boundary(std::string& mail) {
        const auto at = mail.find("--", below(mail.size() + 1));
        if (at == std::string::npos) return;
        switch (below(4)) {
            case 0: mail.erase(at, below(8) + 1); break;
            case 1: mail.insert(at, "-"); break;
            case 2: mail.insert(at, "\r\n"); break;
            default: mail.insert(std::min(mail.find('\n', at), mail.size()), "--"); break;
        }
    }

    std::string splice(const std::string& one, const std::string& two) {
        return one.substr(0, below(one.size() + 1)) + two.substr(below(two.size() + 1));
    }

    void repeat_piece(std::string& mail) {
        const auto at = below(mail.size() + 1);
        const auto piece = mail.substr(at, below(200) + 1);
        const auto count = below(50);
        std::string repeated;
        for (std::size_t i = 0; i < count; ++i)
            repeated += piece;
        mail.insert(at, repeated);
    }

    void insert_token(std::string& mail) {
        static const std::vector<std::string> tokens = {
            "=?utf-8?B?",
            "?=",
            "\r\n\r\n",
            "\n",
            "\r",
            std::string(1, '\0'),
            "Content-Type: multipart/mixed; boundary=b\r\n",
            "Content-Type: message/rfc822\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            "Content-Type: text/html; charset=utf-7\r\n",
            "--b\r\n",
            "\x1B$B",
            "\xFF\xFE",
            "<table><svg><style>",
            "<a href='",
            "On 1 Jan 2026 Ann wrote:\r\n> ",
            "begin 644 x\r\n",
            "From: a <b",
            "(((((",
            ":;:;",
        };
        mail.insert(below(mail.size() + 1), tokens[below(tokens.size())]);
    }

    std::mt19937_64 random_;
};

TEST(MailProperty, EveryMessageIsAnsweredInTime) {
    Clock::duration slowest{};
    for (const auto& path : all_messages())
        slowest = std::max(slowest, read_timed(slurp(path), path.string()));
    std::printf("slowest: %lld ms\n",
                static_cast<long long>(
                    std::chrono::duration_cast<std::chrono::milliseconds>(slowest).count()));
}

TEST(MailProperty, EveryBrokenMessageIsAnsweredInTime) {
    constexpr std::size_t ci_count = 2'000;
    const auto* wanted = std::getenv("TRIBUTARY_MUTATED_MAILS");
    const auto count = wanted == nullptr ? ci_count : std::strtoul(wanted, nullptr, 10);
    const auto paths = all_messages();
    ASSERT_FALSE(paths.empty());
    Clock::duration slowest{}, total{};
    for (std::size_t i = 0; i < count; ++i) {
        Mutator mutator(i);
        const auto& path = paths[mutator.below(paths.size())];
        const auto other = slurp(paths[mutator.below(paths.size())]);
        const auto mail = mutator.mutate(slurp(path), other);
        const auto took = read_timed(mail, "seed " + std::to_string(i) + " " + path.string());
        slowest = std::max(slowest, took);
        total += took;
        if (HasFailure()) return;  // one seed is enough to look at
    }
    const auto in_ms = [](Clock::duration time) {
        return static_cast<long long>(
            std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
    };
    std::printf("%zu broken mails in %lld ms, slowest %lld ms\n", count, in_ms(total),
                in_ms(slowest));
}

}  // namespace
}  // namespace tributary::email
