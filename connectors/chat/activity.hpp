// Direct Line activities (Bot Framework activity schema, version 3): what clients send in, and how
// the conversation's log looks to them. Pure; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/chat/refusal.hpp"
#include "model/interaction.hpp"

namespace tributary::chat {

// What becomes of a client's activity.
enum class Purpose {
    message,    // the visitor's words
    profile,    // an `event` named "profile": details the visitor typed
    notice,     // another type that says something: joins the timeline as a system entry
    transient,  // typing: shown to who is there, never stored
    nothing,    // says nothing to anybody
};

// The parts of a client's activity that are believed. Who wrote it is the token's to say: `from` is
// read only where no token names a user.
struct Activity {
    Activity() = default;
    Purpose purpose = Purpose::nothing;
    std::string type;
    std::string name;  // of an event
    std::string text;
    boost::json::value value;
    std::string client_id;  // channelData.clientActivityID, else the activity's own id; may be ""
    std::string from_id;
    std::string from_name;
    std::string conversation;  // conversation.id, for bare activities
    std::string timestamp;
};

// Wrong types and a missing type are refused, unknown members are left alone. A message with
// `files` beside it needs no text.
Checked<Activity> read_activity(const boost::json::value& json, std::size_t files = 0);

// Details a visitor typed: claims, never proofs.
struct Claims {
    Claims() = default;
    std::string name;
    std::string email;
    std::string phone;
    bool operator==(const Claims&) const = default;
};
Claims read_claims(const boost::json::object& fields);
boost::json::object write_claims(const Claims& claims);
// The claims a stored interaction made, where it was a profile.
bool is_profile(const Content& content);
Claims claims_of(const Content& content);

// "{conversation}|{seq}": ids and watermarks follow from the log, so they survive a restart.
std::string activity_id(std::string_view conversation, std::int64_t seq);
// "" is the beginning.
Checked<std::int64_t> read_watermark(std::string_view text);

// Where an attachment of this conversation can be fetched.
using FileAddress = std::function<std::string(const Attachment&)>;

// One entry of the log as its activity.
boost::json::object to_activity(const Interaction& interaction, const FileAddress& address_of);
// {activities, watermark}; the watermark is `after` when the log holds nothing newer.
std::string activity_set(const std::vector<Interaction>& log, std::int64_t after,
                         const FileAddress& address_of);

}  // namespace tributary::chat
