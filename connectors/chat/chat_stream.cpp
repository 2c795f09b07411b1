// Chat's streams: one socket a conversation, fed from the log.
#include <exception>

#include "base/log.hpp"
#include "connectors/chat/chat.hpp"

namespace tributary::chat {
namespace {

constexpr std::size_t page_size = 100;
// What another process wrote into the log wakes nobody here; so each stream looks by itself, too.
constexpr std::chrono::seconds look_again_after{30};
// Clients send nothing but an empty keep-alive, every 20 s or so.
const BucketRate frame_rate(20, 1);

}  // namespace

awaitable<std::optional<http::Reply>> Chat::admit_stream(const http::Request& request) {
    const auto place = find_place(request.path);
    if (place.endpoint != Endpoint::stream) co_return refuse(Refusal::not_found);
    if (streams_.size() >= options_.max_sockets) co_return refuse(Refusal::too_many_streams, Seconds(5));
    const auto watermark =
        read_watermark(http::find_field(request.query, "watermark").value_or(""));
    if (!watermark) co_return refuse(watermark.error());
    const auto conversation = gate_.open_stream(request, place);
    if (!conversation) co_return refuse(conversation.error());
    co_return std::nullopt;
}

// The request has passed admit_stream().
awaitable<void> Chat::stream(http::Request request, http::WebSocket& socket) {
    const auto place = find_place(request.path);
    const auto watermark =
        read_watermark(http::find_field(request.query, "watermark").value_or(""));
    Stream stream(socket, host_.executor(), watermark ? *watermark : 0);
    streams_.add(place.conversation, stream);
    auto pusher = spawn(host_.executor(), "chat.push", push(place.conversation, stream));

    std::exception_ptr thrown;
    try {
        co_await listen(socket);
    } catch (...) {
        thrown = std::current_exception();
    }
    // The pusher uses this frame and the socket: it ends first, even when we are being cancelled.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    streams_.remove(place.conversation, stream);
    pusher.cancel();
    co_await pusher.join();
    if (thrown) std::rethrow_exception(thrown);
}

awaitable<void> Chat::listen(http::WebSocket& socket) {
    Bucket frames(frame_rate, host_.clock().now());
    for (;;) {
        const auto frame = co_await socket.read();
        if (!frame) co_return;
        if (!frames.take(frame_rate, host_.clock().now())) continue;
        socket.close(close_policy, "too many frames");
        co_return;
    }
}

awaitable<void> Chat::push(std::string conversation, Stream& stream) {
    try {
        co_await push_log(conversation, stream);
    } catch (const std::exception& error) {
        // Store away, or a reader too slow for its buffer: the client comes back with its
        // watermark.
        if (is_cancellation(error)) co_return;
        log::debug("chat.stream_ended", "connector", host_.connector_name(), "reason",
                   error.what());
        stream.socket().close(close_internal_error, "please reconnect");
    }
}

awaitable<void> Chat::push_log(const std::string& conversation, Stream& stream) {
    const auto address_of = address_in(conversation);
    while (stream.socket().is_open()) {
        while (stream.has_transient()) {
            auto transient = stream.take_transient();
            co_await stream.socket().write(std::move(transient));
        }
        stream.begin_read();
        const auto log = co_await host_.conversation_log(conversation, stream.after(), page_size);
        if (log.empty()) {
            co_await stream.wait(look_again_after);
            continue;
        }
        auto text = activity_set(log, stream.after(), address_of);
        stream.advance(log.back().seq);
        co_await stream.socket().write(std::move(text));
    }
}

}  // namespace tributary::chat
