#include "connectors/chat/streams.hpp"

namespace tributary::chat {
namespace {

constexpr std::size_t max_transients = 8;

}  // namespace

void Stream::wake() {
    is_stale_ = true;
    news_.notify_all();
}

void Stream::show(std::string transient) {
    if (transients_.size() >= max_transients) return;
    transients_.push_back(std::move(transient));
    news_.notify_all();
}

awaitable<void> Stream::wait(std::chrono::steady_clock::duration at_most) {
    if (is_stale_ || has_transient()) co_return;
    co_await news_.wait_for(at_most);
}

std::string Stream::take_transient() {
    auto text = std::move(transients_.front());
    transients_.pop_front();
    return text;
}

void Streams::add(const std::string& conversation, Stream& stream) {
    auto& place = streams_[conversation];
    if (place) place->socket().close(close_replaced, "replaced by a newer connection");
    place = &stream;
}

void Streams::remove(const std::string& conversation, const Stream& stream) {
    const auto place = streams_.find(conversation);
    if (place != streams_.end() && place->second == &stream) streams_.erase(place);
}

Stream* Streams::find(const std::string& conversation) {
    const auto place = streams_.find(conversation);
    return place == streams_.end() ? nullptr : place->second;
}

void Streams::wake(const std::string& conversation) {
    if (auto* stream = find(conversation)) stream->wake();
}

void Streams::close_all() {
    for (auto& [conversation, stream] : streams_)
        stream->socket().close(close_going_away, "closing");
}

}  // namespace tributary::chat
