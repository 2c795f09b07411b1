// HTTP requests to the outside: limits, deadlines, no redirects, and no private addresses unless
// asked. The address is judged when the socket opens, after DNS, so rebinding gains nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/task.hpp"
#include "net/address.hpp"
#include "net/curl.hpp"

namespace tributary::net {

enum class Reach { public_only, private_too };

struct ClientRequest {
    ClientRequest() = default;
    std::string method = "GET";
    std::string url;  // http or https only
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::chrono::seconds timeout{15};
    std::size_t max_reply = 4'000'000;
    Reach reach = Reach::public_only;
};

struct ClientReply {
    ClientReply() = default;
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

class HttpClient {
 public:
    explicit HttpClient(Curl& curl) : curl_(curl) {}
    // An Error (unavailable or rejected) when no complete reply came; any status is a reply.
    awaitable<Result<ClientReply>> request(ClientRequest request);

 private:
    Curl& curl_;
};

}  // namespace tributary::net
