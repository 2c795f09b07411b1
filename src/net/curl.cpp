#include "net/curl.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <csignal>
#include <new>
#include <stdexcept>
#include <unordered_map>

namespace tributary::net {

namespace {

struct FreeMulti {
    void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};

void initialise_once() {
    static const CURLcode code = [] {
        std::signal(SIGPIPE, SIG_IGN);
        return curl_global_init(CURL_GLOBAL_DEFAULT);
    }();
    if (code != CURLE_OK) throw std::runtime_error("libcurl could not be initialised");
}

const std::string& system_ca_bundle() {
    static const std::string path = [] {
        const char* built_in = curl_version_info(CURLVERSION_NOW)->cainfo;
        return std::string(built_in ? built_in : "/etc/ssl/certs/ca-certificates.crt");
    }();
    return path;
}

// What perform() waits on.
struct Pending {
    explicit Pending(const asio::any_io_executor& executor) : done(executor) {}
    Notifier done;
    std::optional<CURLcode> result;
};

}  // namespace

class Curl::Multi : public std::enable_shared_from_this<Curl::Multi> {
 public:
    explicit Multi(asio::io_context& context) : io(context), timer_(context) {
        handle_.reset(curl_multi_init());
        if (!handle_) throw std::bad_alloc();
        curl_multi_setopt(handle_.get(), CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
        curl_multi_setopt(handle_.get(), CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(handle_.get(), CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
        curl_multi_setopt(handle_.get(), CURLMOPT_TIMERDATA, this);
    }

    void add(CURL* easy, const std::shared_ptr<Pending>& pending) {
        pending_[easy] = pending;
        if (curl_multi_add_handle(handle_.get(), easy) != CURLM_OK) {
            pending_.erase(easy);
            throw std::bad_alloc();
        }
    }

    void remove(CURL* easy) {
        pending_.erase(easy);
        curl_multi_remove_handle(handle_.get(), easy);
    }

    asio::io_context& io;

 private:
    // libcurl owns the socket; the descriptor only lends it to the reactor and is released, never
    // closed.
    struct Watch {
        explicit Watch(asio::io_context& context, curl_socket_t socket)
            : descriptor(context, socket) {}
        ~Watch() { descriptor.release(); }
        asio::posix::stream_descriptor descriptor;
        int wanted = 0;  // CURL_POLL_IN | CURL_POLL_OUT
        bool waits_in = false;
        bool waits_out = false;
    };

    // Both callbacks run inside libcurl, which must not be entered again: they only arm the
    // reactor.
    static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
        auto& multi = *static_cast<Multi*>(self);
        if (what == CURL_POLL_REMOVE) {
            multi.watches_.erase(socket);
            return 0;
        }
        auto& watch = multi.watches_[socket];
        if (!watch) watch = std::make_shared<Watch>(multi.io, socket);
        watch->wanted = what;
        multi.arm(socket, watch);
        return 0;
    }

    static int on_timer(CURLM*, long milliseconds, void* self) {
        auto& multi = *static_cast<Multi*>(self);
        if (milliseconds < 0) {
            multi.timer_.cancel();
            return 0;
        }
        multi.timer_.expires_after(std::chrono::milliseconds(milliseconds));
        auto on_expiry = [weak = multi.weak_from_this()](boost::system::error_code error) {
            auto alive = weak.lock();
            if (!error && alive) alive->act(CURL_SOCKET_TIMEOUT, 0);
        };
        multi.timer_.async_wait(std::move(on_expiry));
        return 0;
    }

    void arm(curl_socket_t socket, const std::shared_ptr<Watch>& watch) {
        using Descriptor = asio::posix::stream_descriptor;
        if ((watch->wanted & CURL_POLL_IN) && !watch->waits_in)
            wait(socket, watch, Descriptor::wait_read, &Watch::waits_in, CURL_CSELECT_IN);
        if ((watch->wanted & CURL_POLL_OUT) && !watch->waits_out)
            wait(socket, watch, Descriptor::wait_write, &Watch::waits_out, CURL_CSELECT_OUT);
    }

    void wait(curl_socket_t socket, const std::shared_ptr<Watch>& watch,
              asio::posix::stream_descriptor::wait_type type, bool Watch::*waits, int ready) {
        (*watch).*waits = true;
        auto on_ready = [weak = weak_from_this(), seen = std::weak_ptr<Watch>(watch), socket, waits,
                         ready](boost::system::error_code error) {
            auto multi = weak.lock();
            auto same = seen.lock();
            if (!multi || !same) return;  // released: the number may be another socket by now
            (*same).*waits = false;
            const bool is_wanted = (same->wanted & ready) != 0;
            if (is_wanted) multi->act(socket, error ? CURL_CSELECT_ERR : ready);
            auto still = multi->watches_.find(socket);
            if (still != multi->watches_.end() && still->second == same) multi->arm(socket, same);
        };
        watch->descriptor.async_wait(type, std::move(on_ready));
    }

    void act(curl_socket_t socket, int ready) {
        int running = 0;
        curl_multi_socket_action(handle_.get(), socket, ready, &running);
        int left = 0;
        while (CURLMsg* message = curl_multi_info_read(handle_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            auto found = pending_.find(message->easy_handle);
            if (found == pending_.end()) continue;
            found->second->result = message->data.result;
            found->second->done.notify_all();
            pending_.erase(found);
        }
    }

    asio::steady_timer timer_;
    std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
    std::unordered_map<CURL*, std::shared_ptr<Pending>> pending_;
    // Last: its cleanup still calls on_socket and on_timer.
    std::unique_ptr<CURLM, FreeMulti> handle_;
};

static_assert(CURL_POLL_IN == CURL_CSELECT_IN && CURL_POLL_OUT == CURL_CSELECT_OUT,
              "Multi::wait compares one with the other");

Curl::Curl(asio::io_context& io) {
    initialise_once();
    multi_ = std::make_shared<Multi>(io);
}

Curl::~Curl() = default;

asio::io_context& Curl::io() {
    return multi_->io;
}

Transfer::Transfer(Curl& curl) : multi_(curl.multi_), easy_(curl_easy_init()) {
    if (!easy_) throw std::bad_alloc();
    set(CURLOPT_ERRORBUFFER, error_text_);
    set(CURLOPT_NOSIGNAL, 1L);
    // Without this, removing a handle that still resolves a name joins the resolver's thread.
    set(CURLOPT_QUICK_EXIT, 1L);
    set(CURLOPT_PROXY, "");
    trust(system_ca_bundle());
}

Transfer::~Transfer() {
    if (auto multi = multi_.lock()) multi->remove(easy_.get());
}

void Transfer::trust(const std::string& ca_file) {
    set(CURLOPT_CAINFO, ca_file.c_str());
    // A certificate directory makes every connection parse all of its files anew (0.8 MB each).
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
}

void Transfer::throw_unless_ok(CURLcode code) {
    if (code != CURLE_OK) throw std::invalid_argument(curl_easy_strerror(code));
}

awaitable<CURLcode> Transfer::perform() {
    auto pending = std::make_shared<Pending>(co_await asio::this_coro::executor);
    auto multi = multi_.lock();
    if (!multi) throw Failure(Outcome::unavailable, "Shutting down.");
    multi->add(easy_.get(), pending);
    multi.reset();
    try {
        while (!pending->result)
            co_await pending->done.wait();
    } catch (...) {
        if (auto alive = multi_.lock()) alive->remove(easy_.get());
        throw;
    }
    co_return *pending->result;
}

std::string Transfer::failure_text(CURLcode code) const {
    return error_text_[0] ? error_text_ : curl_easy_strerror(code);
}

}  // namespace tributary::net
