#include "net/http_client.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "base/text.hpp"
#include "net/address.hpp"

namespace tributary::net {

namespace {

constexpr std::size_t max_header_bytes = 256 * 1024;
// Below 1024 only the web's own ports: nobody posts events to a mail or shell port.
constexpr long first_unprivileged_port = 1024;

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

void append(List& list, const std::string& line) {
    curl_slist* grown = curl_slist_append(list.get(), line.c_str());
    if (!grown) throw std::bad_alloc();
    (void)list.release();
    list.reset(grown);
}

// RFC 9110, section 5.6.2: methods and field names.
bool is_token(std::string_view text) {
    auto is_token_char = [](unsigned char c) {
        return std::isalnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) !=
                                      std::string_view::npos;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_field_value(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

Error refusal(std::string why) {
    return Error(Outcome::rejected, "That address cannot be called.", std::move(why));
}

// Nothing is sent for a request that fails here.
std::optional<Error> find_fault(const ClientRequest& request) {
    if (!is_token(request.method)) return refusal("not a method");
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name) || !is_field_value(value))
            return refusal("header " + name + " malformed");
    }
    std::unique_ptr<CURLU, FreeUrl> url(curl_url());
    if (!url) throw std::bad_alloc();
    if (request.url.find('\0') != std::string::npos ||
        curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0) != CURLUE_OK)
        return refusal("not a URL");
    auto part = [&url](CURLUPart which, unsigned flags) {
        char* text = nullptr;
        if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return std::string();
        std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
        return std::string(owned.get());
    };
    const std::string scheme = part(CURLUPART_SCHEME, 0);
    if (scheme != "http" && scheme != "https") return refusal("scheme " + scheme);
    if (!part(CURLUPART_USER, 0).empty()) return refusal("user name in the URL");
    const long port = std::stol(part(CURLUPART_PORT, CURLU_DEFAULT_PORT));
    const bool is_web_port = port == 80 || port == 443 || port >= first_unprivileged_port;
    if (request.reach == Reach::public_only && !is_web_port)
        return refusal("port " + std::to_string(port));
    return std::nullopt;
}

// One request under way: the target of libcurl's callbacks.
struct Exchange {
    Exchange(Curl& curl, ClientRequest asked) : request(std::move(asked)), transfer(curl) {}

    ClientRequest request;
    ClientReply reply;
    std::size_t header_bytes = 0;
    bool is_too_large = false;
    bool is_private = false;
    List headers;
    Transfer transfer;  // last: it stops calling back before the rest goes

    bool may_reach(std::string_view ip) {
        if (request.reach == Reach::private_too || !is_private_address(ip)) return true;
        is_private = true;
        return false;
    }
};

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* target) {
    auto& exchange = *static_cast<Exchange*>(target);
    std::string& body = exchange.reply.body;
    if (count > exchange.request.max_reply - body.size()) {
        exchange.is_too_large = true;
        return 0;
    }
    body.append(bytes, count);
    return count;
}

std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* target) {
    auto& exchange = *static_cast<Exchange*>(target);
    exchange.header_bytes += count;
    if (exchange.header_bytes > max_header_bytes) {
        exchange.is_too_large = true;
        return 0;
    }
    const std::string_view line = trim(std::string_view(bytes, count));
    if (line.starts_with("HTTP/")) {
        exchange.reply.headers.clear();  // a 1xx came before
        return count;
    }
    const auto colon = line.find(':');
    if (colon != std::string_view::npos)
        exchange.reply.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    return count;
}

// Every new socket passes here with the resolved address, so what the name resolved to earlier
// does not matter.
curl_socket_t open_socket(void* target, curlsocktype, curl_sockaddr* address) {
    auto& exchange = *static_cast<Exchange*>(target);
    const auto ip = ip_text(&address->addr, address->addrlen);
    if (!ip || !exchange.may_reach(*ip)) return CURL_SOCKET_BAD;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// A connection that is used again was judged for another request, with another reach perhaps.
int before_request(void* target, char* ip, char*, int, int) {
    auto& exchange = *static_cast<Exchange*>(target);
    return exchange.may_reach(ip ? ip : "") ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

void prepare_headers(Exchange& exchange) {
    const auto& given = exchange.request.headers;
    auto is_content_type = [](const auto& field) {
        return equals_ignoring_case(field.first, "Content-Type");
    };
    // A name with nothing behind the colon keeps libcurl from adding its own.
    append(exchange.headers, "Expect:");
    if (std::none_of(given.begin(), given.end(), is_content_type))
        append(exchange.headers, "Content-Type:");
    for (const auto& [name, value] : given)
        append(exchange.headers, value.empty() ? name + ";" : name + ": " + value);
}

void prepare(Exchange& exchange) {
    const ClientRequest& request = exchange.request;
    Transfer& transfer = exchange.transfer;
    const std::chrono::milliseconds timeout = request.timeout;
    prepare_headers(exchange);
    transfer.set(CURLOPT_URL, request.url.c_str());
    transfer.set(CURLOPT_PROTOCOLS_STR, "http,https");
    transfer.set(CURLOPT_FOLLOWLOCATION, 0L);
    transfer.set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    transfer.set(CURLOPT_HTTPHEADER, exchange.headers.get());
    if (request.method == "HEAD") {
        transfer.set(CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET" || !request.body.empty()) {
        transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        transfer.set(CURLOPT_POSTFIELDS, request.body.data());
        transfer.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    transfer.set(CURLOPT_WRITEFUNCTION, &on_body);
    transfer.set(CURLOPT_WRITEDATA, &exchange);
    transfer.set(CURLOPT_HEADERFUNCTION, &on_header);
    transfer.set(CURLOPT_HEADERDATA, &exchange);
    transfer.set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    transfer.set(CURLOPT_OPENSOCKETDATA, &exchange);
    transfer.set(CURLOPT_PREREQFUNCTION, &before_request);
    transfer.set(CURLOPT_PREREQDATA, &exchange);
}

Error explain(const Exchange& exchange, CURLcode code) {
    const std::string said = exchange.transfer.failure_text(code);
    if (exchange.is_private) return refusal("private address").with_reason("private_address");
    if (exchange.is_too_large)
        return Error(Outcome::rejected, "The reply was too large.", said).with_reason("too_large");
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) return refusal(said);
    return Error(Outcome::unavailable, "The other side could not be reached.", said);
}

}  // namespace

awaitable<Result<ClientReply>> HttpClient::request(ClientRequest request) {
    if (auto fault = find_fault(request)) co_return std::move(*fault);
    Exchange exchange(curl_, std::move(request));
    prepare(exchange);
    const CURLcode code = co_await exchange.transfer.perform();
    if (code != CURLE_OK) co_return explain(exchange, code);
    long status = 0;
    curl_easy_getinfo(exchange.transfer.easy(), CURLINFO_RESPONSE_CODE, &status);
    exchange.reply.status = static_cast<int>(status);
    co_return std::move(exchange.reply);
}

}  // namespace tributary::net
