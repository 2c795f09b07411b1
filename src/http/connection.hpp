// One accepted connection: reads requests one after another, has them answered, writes the replies.
#pragma once

#include <boost/system/error_code.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/task.hpp"
#include "http/deadlines.hpp"
#include "http/framing.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"
#include "http/web_socket_session.hpp"

namespace tributary::http {

class Connection;

// What the connections of one server share.
struct Shared {
    Shared(const asio::any_io_executor& executor, ServerOptions given, Router routes);

    // The Date field of this second.
    const std::string& date();

    ServerOptions options;
    Router router;
    Deadlines deadlines;
    Notifier changed;  // a connection has gone
    Server::Stats stats;
    std::unordered_set<Connection*> connections;
    std::list<Connection*> waiting;  // for a request's head, the longest first
    bool is_draining = false;

 private:
    std::int64_t date_second_ = 0;
    std::string date_;
};

class Connection {
 public:
    // `shared` is shared because a connection ends a turn after a server that goes. `on_gone` is
    // called last of all.
    Connection(std::shared_ptr<Shared> shared, std::unique_ptr<Stream> stream, std::string peer,
               std::function<void()> on_gone);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Until either side has had enough. Nothing escapes.
    awaitable<void> run();
    // Ends now when idle, else with the reply in the making; a WebSocket says 1001.
    void drain();
    void cut();
    // Of one that waits: makes room for somebody else.
    void give_way();

 private:
    enum class Phase { idle, reading, handling, writing, web_socket, lingering };
    // What becomes of the connection after a step.
    enum class Next { request, linger, gone };
    // One request's way through.
    struct Exchange {
        Exchange() = default;
        Request request;
        Framing framing;
        Router::Match match;
        bool is_head = false;  // known when the handler has taken the request away
    };

    awaitable<void> converse();
    awaitable<Next> serve_one();
    awaitable<bool> receive();
    // The length of the next head; an Error to be answered; nullopt when there is nobody to answer.
    awaitable<std::optional<Result<std::size_t>>> receive_head();
    Result<Exchange> read_exchange(std::string_view head);
    // Checks the body's length before its first byte is read.
    std::optional<Reply> refuse_body(const Exchange& exchange) const;
    awaitable<std::optional<Error>> receive_body(Exchange& exchange);
    awaitable<Reply> answer(Exchange& exchange);
    awaitable<Next> run_web_socket(Exchange& exchange);
    awaitable<void> run_stream(const Route& route, Request request);
    awaitable<Next> refuse(const Error& error);
    awaitable<Next> send(const Reply& reply, const Exchange& exchange);
    awaitable<bool> write(std::string_view head, std::string_view body);
    awaitable<void> linger();
    void on_deadline();
    void wait_in_line();
    void leave_line();
    std::string_view received() const { return std::string_view(inbox_).substr(consumed_); }

    std::shared_ptr<Shared> shared_;
    std::unique_ptr<Stream> stream_;
    std::string peer_;
    std::function<void()> on_gone_;
    Deadlines::Seat seat_;
    std::optional<std::list<Connection*>::iterator> place_;  // in the line of those who wait
    Phase phase_ = Phase::idle;
    bool is_late_ = false;  // a deadline has passed
    bool is_last_ = false;  // no request after this one
    std::string inbox_;
    std::size_t consumed_ = 0;  // of inbox_
    std::string outbox_;
    std::unique_ptr<WebSocketSession> web_socket_;
};

}  // namespace tributary::http
