// Live chat over Bot Framework Direct Line 3.0.
//
// The conversation's durable log is the one truth: what a client reads, by request or by stream, is
// the log after its watermark. Sockets hold no messages; they are woken and read.
#pragma once

#include <string>
#include <unordered_map>

#include "base/bucket.hpp"
#include "connector/connector.hpp"
#include "connectors/chat/endpoint.hpp"
#include "connectors/chat/gate.hpp"
#include "connectors/chat/normalize.hpp"
#include "connectors/chat/options.hpp"
#include "connectors/chat/streams.hpp"

namespace tributary::chat {

class Chat final : public Connector {
 public:
    // `host` outlives the connector.
    Chat(Options options, ConnectorHost& host);

    awaitable<void> run() override;
    awaitable<http::Reply> receive(http::Request request) override;
    awaitable<std::optional<http::Reply>> admit_stream(const http::Request& request) override;
    awaitable<void> stream(http::Request request, http::WebSocket& socket) override;
    awaitable<SendReceipt> send(OutboundMessage message) override;
    awaitable<std::vector<CheckStep>> check() override;

 private:
    awaitable<http::Reply> dispatch(const http::Request& request, const Place& place);
    http::Reply with_cors(const http::Request& request, http::Reply reply) const;
    http::Reply preflight() const;

    // Conversations and tokens.
    http::Reply generate_token(const http::Request& request);
    http::Reply refresh_token(const http::Request& request);
    awaitable<http::Reply> start_conversation(const http::Request& request);
    http::Reply reconnect(const http::Request& request, const Place& place);
    Checked<Visit> visit_of_starter(const http::Request& request);
    http::Reply conversation_reply(int status, const Pass& pass, std::int64_t watermark) const;
    std::optional<http::Reply> refuse_if_hasty(Buckets& buckets, const std::string& key);

    // Activities.
    awaitable<http::Reply> list_activities(const http::Request& request, const Place& place);
    awaitable<http::Reply> post_activity(const http::Request& request, const Place& place);
    awaitable<http::Reply> post_upload(const http::Request& request, const Place& place);
    awaitable<http::Reply> take_activity(const http::Request& request, Visit visit,
                                         Activity activity, std::string content_type);
    void show_transient(const Pass& pass, const Activity& activity);
    awaitable<Claims> find_claims(std::string conversation);
    awaitable<http::Reply> fetch_attachment(const http::Request& request, const Place& place);
    FileAddress address_in(const std::string& conversation) const;

    // Streams.
    awaitable<void> push(std::string conversation, Stream& stream);
    awaitable<void> push_log(const std::string& conversation, Stream& stream);
    awaitable<void> listen(http::WebSocket& socket);

    Options options_;
    ConnectorHost& host_;
    Gate gate_;
    Streams streams_;
    Buckets visitors_;                                // writes, by conversation
    Buckets readers_;                                 // reads, by conversation
    Buckets addresses_;                               // new anonymous visitors, by subscriber
    std::unordered_map<std::string, Claims> claims_;  // a cache of what the log says
};

const ConnectorType& connector_type();

}  // namespace tributary::chat
