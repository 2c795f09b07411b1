// A house in memory for the chat: a log, a clock to turn, and a socket whose other end is the test.
#pragma once

#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "connector/connector.hpp"
#include "connectors/chat/chat.hpp"
#include "net/curl.hpp"

namespace tributary::chat {

class MemoryHouse final : public ConnectorHost {
 public:
    explicit MemoryHouse(asio::io_context& io) : io_(io) {}

    const std::string& connector_name() const override { return name; }
    const std::string& public_url() const override { return url; }

    awaitable<std::vector<Receipt>> accept(std::vector<InboundMessage> messages,
                                           std::optional<std::string>) override {
        if (is_away) throw Failure(Outcome::unavailable, "The store is away.");
        std::vector<Receipt> receipts;
        for (auto& message : messages)
            receipts.push_back(store(std::move(message)));
        co_return receipts;
    }
    awaitable<std::optional<std::string>> cursor() override { co_return std::nullopt; }

    awaitable<std::vector<Interaction>> conversation_log(std::string conversation,
                                                         std::int64_t after,
                                                         std::size_t limit) override {
        ++reads;
        if (is_away) throw Failure(Outcome::unavailable, "The store is away.");
        std::vector<Interaction> found;
        for (const auto& interaction : log) {
            if (interaction.conversation != conversation || interaction.seq <= after) continue;
            if (found.size() < limit) found.push_back(interaction);
        }
        co_return found;
    }
    awaitable<Result<std::string>> conversation_attachment(std::string conversation,
                                                           AttachmentId id) override {
        const auto found = files.find({conversation, id.text()});
        if (found == files.end()) co_return Error(Outcome::not_found, "There is no such file.");
        co_return found->second;
    }
    awaitable<std::vector<InboundMessage>> normalize(std::vector<std::string>) override {
        throw std::logic_error("this host has no helper processes");
    }
    std::string sign(std::string_view purpose, std::string_view payload) const override {
        return hmac(HashAlgorithm::sha256, "key of " + name + std::string(purpose), payload);
    }

    net::HttpClient& http() override { throw std::logic_error("the chat fetches nothing"); }
    net::Curl& curl() override { throw std::logic_error("the chat fetches nothing"); }
    Workers& workers() override { throw std::logic_error("the chat burns nothing"); }
    const Clock& clock() const override { return time; }
    asio::any_io_executor executor() const override { return io_.get_executor(); }
    void report(Health::State, std::string) override {}
    void report_backlog(std::int64_t) override {}

    // An agent's answer, as the desk writes it before it calls send().
    OutboundMessage answer(const std::string& conversation, const std::string& text) {
        auto& entry = log.emplace_back();
        entry.seq = ++last_seq;
        entry.connector = name;
        entry.conversation = conversation;
        entry.direction = Direction::out;
        entry.occurred_at = time.now();
        entry.author = "Ann Agent";
        entry.content.text = text;
        OutboundMessage message;
        message.conversation = conversation;
        message.text = text;
        message.to.emplace_back("", "dl_visitor");
        return message;
    }

    std::string name = "site-chat";
    std::string url = "https://desk.example.com";
    TurnableClock time{from_unix_ms(1'772'357'400'000)};
    bool is_away = false;
    int reads = 0;
    std::int64_t last_seq = 100;
    std::vector<Interaction> log;
    std::vector<InboundMessage> accepted;
    std::map<std::pair<std::string, std::string>, std::string> files;

 private:
    Receipt store(InboundMessage message) {
        Receipt receipt;
        const auto [known, is_new] = seen_.try_emplace(message.dedupe_key, last_seq + 1);
        receipt.seq = known->second;
        if (!is_new) {
            receipt.fate = Fate::duplicate;
            return receipt;
        }
        auto& entry = log.emplace_back();
        entry.seq = ++last_seq;
        entry.connector = name;
        entry.conversation = message.conversation;
        entry.occurred_at = message.received_at;
        entry.content = message.content;
        for (std::size_t i = 0; i < message.files.size(); ++i) {
            auto& attachment = entry.content.attachments[i];
            attachment.id = AttachmentId::make(unix_ms(time.now()));
            files[{message.conversation, attachment.id.text()}] = message.files[i].bytes;
        }
        accepted.push_back(std::move(message));
        return receipt;
    }

    asio::io_context& io_;
    std::map<std::string, std::int64_t> seen_;
};

// The server's end of a WebSocket; the test types and reads at the other.
class TestSocket final : public http::WebSocket {
 public:
    explicit TestSocket(asio::io_context& io) : arrived_(io.get_executor()) {}

    awaitable<std::optional<std::string>> read() override {
        while (typed_.empty() && open_)
            co_await arrived_.wait();
        if (typed_.empty()) co_return std::nullopt;
        auto text = std::move(typed_.front());
        typed_.pop_front();
        co_return text;
    }
    awaitable<void> write(std::string text) override {
        if (!open_) throw Failure(Outcome::unavailable, "The socket is closed.");
        sent.push_back(std::move(text));
        co_return;
    }
    void close(int code, std::string_view) override {
        if (!open_) return;
        open_ = false;
        close_code = code;
        arrived_.notify_all();
    }
    bool is_open() const override { return open_; }
    const std::string& peer() const override { return peer_; }

    void type(std::string text) {
        typed_.push_back(std::move(text));
        arrived_.notify_all();
    }
    void leave() { close(1000, ""); }

    // The texts of all messages that were pushed, in order.
    std::vector<std::string> texts() const {
        std::vector<std::string> found;
        for (const auto& set : sent) {
            const auto json = boost::json::parse(set);
            for (const auto& activity : json.at("activities").as_array()) {
                if (activity.at("type") == "message")
                    found.emplace_back(activity.at("text").as_string());
            }
        }
        return found;
    }

    std::vector<std::string> sent;
    int close_code = 0;

 private:
    Notifier arrived_;
    std::deque<std::string> typed_;
    bool open_ = true;
    std::string peer_ = "192.0.2.7";
};

inline constexpr std::string_view site = "https://www.example.com";
inline constexpr std::string_view site_secret = "a-secret-of-the-site";

inline Options usual_options() {
    ConfigNode::Table table;
    const auto put = [&table](const std::string& key, auto value) { table[key].value = value; };
    ConfigNode origin;
    origin.value = std::string(site);
    put("allowed_origins", ConfigNode::Array{origin});
    put("secret", std::string(site_secret));
    put("region", std::string("DE"));
    put("greeting", std::string("Hello!"));
    ConfigNode root;
    root.value = table;
    return *read_options(*Settings::read(options_schema(), root, InlineSecrets::allowed));
}

// A chat with its house, and requests to it.
class ChatRoom {
 public:
    explicit ChatRoom(Options options = usual_options())
        : house(io), chat(std::make_unique<Chat>(options, house)), options_(options) {}

    // As after a restart: what is not in the house's log is gone.
    void restart() { chat = std::make_unique<Chat>(options_, house); }

    template <class T>
    T run(awaitable<T> task) {
        auto future = asio::co_spawn(io, std::move(task), asio::use_future);
        io.restart();
        while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
            io.run_one();
        return future.get();
    }
    // Lets everything that can go on go on.
    void settle() {
        io.restart();
        io.poll();
    }

    http::Reply get(const std::string& path, const std::string& token,
                    std::string_view origin = site) {
        return run(chat->receive(request(http::Method::get, path, token, origin)));
    }
    http::Reply post(const std::string& path, const std::string& token, const std::string& body,
                     std::string_view origin = site) {
        auto posted = request(http::Method::post, path, token, origin);
        posted.headers.set("Content-Type", "application/json");
        posted.body = body;
        return run(chat->receive(std::move(posted)));
    }

    static http::Request request(http::Method method, const std::string& target,
                                 const std::string& token, std::string_view origin) {
        http::Request made;
        made.method = method;
        made.target = target;
        const auto query = target.find('?');
        made.path = target.substr(0, query);
        if (query != std::string::npos)
            made.query = *http::parse_urlencoded(std::string_view(target).substr(query + 1));
        if (!token.empty()) made.headers.set("Authorization", "Bearer " + token);
        if (!origin.empty()) made.headers.set("Origin", std::string(origin));
        made.peer = "192.0.2.7";
        return made;
    }

    struct Visitor {
        std::string token;
        std::string conversation;
        std::string path() const { return "/v3/directline/conversations/" + conversation; }
    };
    Visitor visitor() {
        const auto reply = post("/v3/directline/tokens/generate", "", "");
        const auto json = boost::json::parse(reply.body);
        Visitor made;
        made.token = json.at("token").as_string();
        made.conversation = json.at("conversationId").as_string();
        return made;
    }
    http::Reply say(const Visitor& who, const std::string& text, const std::string& id = {}) {
        boost::json::object activity{{"type", "message"}, {"text", text}};
        if (!id.empty()) activity["channelData"] = {{"clientActivityID", id}};
        return post(who.path() + "/activities", who.token, boost::json::serialize(activity));
    }

    asio::io_context io;
    MemoryHouse house;
    std::unique_ptr<Chat> chat;

 private:
    Options options_;
};

inline std::string text_at(const http::Reply& reply, std::string_view key) {
    const auto json = boost::json::parse(reply.body);
    return std::string(json.at(key).as_string());
}

}  // namespace tributary::chat
