#include "connectors/chat/refusal.hpp"

#include <boost/json/object.hpp>

namespace tributary::chat {
namespace {

struct Sentence {
    int status;
    const char* title;
    const char* code;
    const char* message;
};

Sentence sentence_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::malformed:
            return {400, "Bad Request", "BadArgument",
                    "The request is not a well-formed activity."};
        case Refusal::text_too_long:
            return {400, "Bad Request", "MessageSizeTooBig", "The text is too long."};
        case Refusal::activity_too_large:
            return {413, "Content Too Large", "MessageSizeTooBig", "The activity is too large."};
        case Refusal::upload_too_large:
            return {413, "Content Too Large", "MessageSizeTooBig", "Too many files, or too large."};
        case Refusal::empty_file: return {400, "Bad Request", "BadArgument", "A file is empty."};
        case Refusal::empty_message:
            return {400, "Bad Request", "MissingProperty", "The message says nothing."};
        case Refusal::not_multipart:
            return {415, "Unsupported Media Type", "BadArgument",
                    "An upload is multipart/form-data with one activity and its files."};
        case Refusal::unauthorized:
            return {401, "Unauthorized", "Unauthorized", "A valid secret or token is needed."};
        case Refusal::token_expired:
            return {403, "Forbidden", "TokenExpired", "The token has expired."};
        case Refusal::wrong_origin:
            return {403, "Forbidden", "Forbidden", "This site may not use the chat."};
        case Refusal::not_found: return {404, "Not Found", "NotFound", "There is nothing here."};
        case Refusal::wrong_method:
            return {405, "Method Not Allowed", "NotSupported", "The method is not supported here."};
        case Refusal::too_many_requests:
            return {429, "Too Many Requests", "RateLimited", "Too many requests; please wait."};
        case Refusal::too_many_streams:
            return {503, "Service Unavailable", "ServiceError", "Too many streams are open."};
    }
    return {500, "Internal Server Error", "ServiceError", "Something went wrong."};
}

}  // namespace

http::Reply refuse(Refusal refusal, std::optional<Seconds> retry_after) {
    const auto sentence = sentence_of(refusal);
    boost::json::object body;
    body["type"] = "about:blank";
    body["title"] = sentence.title;
    body["status"] = sentence.status;
    body["detail"] = sentence.message;
    auto& error = body["error"].emplace_object();
    error["code"] = sentence.code;
    error["message"] = sentence.message;
    auto reply = http::Reply::json(sentence.status, body);
    reply.headers.set("Content-Type", "application/problem+json");
    if (refusal == Refusal::unauthorized) reply.headers.set("WWW-Authenticate", "Bearer");
    if (retry_after) reply.headers.set("Retry-After", std::to_string(retry_after->count()));
    return reply;
}

}  // namespace tributary::chat
