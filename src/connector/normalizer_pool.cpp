#include "connector/normalizer_pool.hpp"

#include <algorithm>
#include <boost/asio/write.hpp>
#include <csignal>
#include <list>

#include "base/child.hpp"
#include "base/log.hpp"
#include "base/together.hpp"
#include "connector/inbound_codec.hpp"
#include "connector/normalizer_wire.hpp"

namespace tributary {

using wire::FrameKind;

namespace {

// What one process is given at a time: enough to hide the way there and back, little enough for
// two processes to share a batch.
constexpr std::size_t portion_messages = 16;
constexpr std::size_t portion_bytes = 1'000'000;
// A message's answer: its parts again, decoded, as text and as HTML.
constexpr std::size_t read_size = 65'536;
constexpr std::uint64_t max_answer = 268'435'456;

// The messages [next, end) of one run.
struct Portion {
    Portion(const std::vector<std::string>& o, std::vector<InboundMessage>& m, std::size_t first,
            std::size_t behind)
        : originals(o), messages(m), next(first), end(behind) {}
    bool is_done() const { return next == end; }
    const std::vector<std::string>& originals;
    std::vector<InboundMessage>& messages;
    std::size_t next;  // the first without an answer
    std::size_t end;
    bool is_alone = false;  // they go one by one, because a process has died
};

std::size_t portion_end(const std::vector<std::string>& originals, std::size_t first) {
    std::size_t end = first;
    std::size_t bytes = 0;
    while (end < originals.size() && end - first < portion_messages && bytes < portion_bytes)
        bytes += originals[end++].size();
    return end;
}

void append_part(std::string& to, const std::string& part) {
    const std::uint64_t size = part.size();
    to.append(reinterpret_cast<const char*>(&size), sizeof size);
    to += part;
}

Error trouble_of(const ChildEnd& end, bool was_silent) {
    if (was_silent || end.signal == SIGPROF)
        return Error(Outcome::rejected, "Reading it took too long.").with_reason("parser_timeout");
    if (end.exit_code == wire::exit_memory)
        return Error(Outcome::rejected, "Reading it took too much memory.")
            .with_reason("parser_memory");
    return Error(Outcome::rejected, "Reading it made the parser crash.",
                 end.signal != 0 ? "signal " + std::to_string(end.signal)
                                 : "exit " + std::to_string(end.exit_code))
        .with_reason("parser_crash");
}

}  // namespace

// One helper process and what it is bound to.
struct Helper {
    Helper(const asio::any_io_executor& executor, const std::string& executable)
        : child(executor, executable, {"tributary", kNormalizerArgument}) {}

    awaitable<void> bind(const NormalizerBinding& binding, std::chrono::seconds patience);
    // Until the portion is done, or the process is: `portion.next` is then the culprit.
    awaitable<void> answer(Portion& portion, std::chrono::seconds patience);

    Child child;
    NormalizerBinding bound;
    std::size_t served = 0;
    bool was_silent = false;
    std::chrono::steady_clock::time_point idle_since;

 private:
    awaitable<void> write(std::vector<asio::const_buffer> buffers);
    awaitable<bool> read(std::string& bytes, std::size_t count, std::chrono::seconds patience);
    awaitable<std::optional<InboundMessage>> read_answer(std::chrono::seconds patience);
    awaitable<void> read_answers(Portion& portion, std::chrono::seconds patience);
    std::string unread_;
    std::size_t start_ = 0;  // of what is unread
};

// A process that has died is found out by reading; what it said before counts.
awaitable<void> Helper::write(std::vector<asio::const_buffer> buffers) {
    boost::system::error_code ignored;
    co_await asio::async_write(child.socket(), buffers,
                               asio::redirect_error(use_awaitable, ignored));
}

// Moves the next `count` bytes to `bytes`; false when the process is dead or silent.
awaitable<bool> Helper::read(std::string& bytes, std::size_t count, std::chrono::seconds patience) {
    while (unread_.size() - start_ < count) {
        unread_.erase(0, std::exchange(start_, 0));
        const std::size_t had = unread_.size();
        unread_.resize(had + read_size);
        const asio::mutable_buffer room = asio::buffer(unread_) + had;
        boost::system::error_code error;
        std::size_t got = 0;
        try {
            awaitable<std::size_t> reading =
                child.socket().async_read_some(room, asio::redirect_error(use_awaitable, error));
            got = co_await with_timeout(patience, std::move(reading), "helper process");
        } catch (const Failure&) {
            was_silent = true;
        }
        unread_.resize(had + got);
        if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
        if (error || was_silent) co_return false;
    }
    bytes.assign(unread_, start_, count);
    start_ += count;
    co_return true;
}

awaitable<void> Helper::bind(const NormalizerBinding& binding, std::chrono::seconds patience) {
    if (bound == binding) co_return;
    std::string body;
    append_part(body, binding.channel);
    append_part(body, binding.key);
    append_part(body, binding.settings);
    const std::string frame = wire::frame_header(FrameKind::bind, body.size()) + body;
    std::vector<asio::const_buffer> buffers(1, asio::buffer(frame));
    co_await write(std::move(buffers));
    std::string header;
    const bool is_good = co_await read(header, wire::header_size, patience);
    if (!is_good || header != wire::frame_header(FrameKind::bound, 0)) {
        const ChildEnd end = child.end();
        throw Failure(
            Outcome::unavailable, "A helper process for reading messages did not start.",
            "signal " + std::to_string(end.signal) + ", exit " + std::to_string(end.exit_code));
    }
    bound = binding;
}

awaitable<void> Helper::read_answers(Portion& portion, std::chrono::seconds patience) {
    while (!portion.is_done()) {
        std::optional<InboundMessage> message = co_await read_answer(patience);
        if (!message) break;
        portion.messages[portion.next++] = std::move(*message);
        ++served;
    }
    // One that does not read would keep us writing.
    if (!portion.is_done()) child.end();
}

awaitable<std::optional<InboundMessage>> Helper::read_answer(std::chrono::seconds patience) {
    std::string bytes;
    bool is_good = co_await read(bytes, wire::header_size, patience);
    if (!is_good || bytes[0] != static_cast<char>(FrameKind::result)) co_return std::nullopt;
    const std::uint64_t size = wire::frame_size(bytes.data());
    if (size > max_answer) co_return std::nullopt;
    is_good = co_await read(bytes, size, patience);
    if (!is_good) co_return std::nullopt;
    co_return decode_inbound(bytes);
}

awaitable<void> Helper::answer(Portion& portion, std::chrono::seconds patience) {
    std::vector<std::string> headers;
    headers.reserve(portion.end - portion.next);
    std::vector<asio::const_buffer> buffers;
    for (std::size_t i = portion.next; i < portion.end; ++i) {
        const std::string& original = portion.originals[i];
        headers.push_back(wire::frame_header(FrameKind::message, original.size()));
        buffers.push_back(asio::buffer(headers.back()));
        buffers.push_back(asio::buffer(original));
    }
    awaitable<void> writing = write(std::move(buffers));
    awaitable<void> reading = read_answers(portion, patience);
    co_await together(std::move(writing), std::move(reading));
}

struct NormalizerPool::Shared : std::enable_shared_from_this<Shared> {
    Shared(asio::any_io_executor e, const NormalizerPoolOptions& o)
        : executor(e), options(o), freed(e), idle_timer(e) {}

    awaitable<std::unique_ptr<Helper>> acquire();
    void release(std::unique_ptr<Helper> helper, bool is_usable);
    void end_idle_ones();
    awaitable<void> run_portions(const NormalizerBinding& binding,
                                 const std::vector<std::string>& originals,
                                 std::vector<InboundMessage>& messages, std::size_t& next);
    awaitable<void> run_portion(const NormalizerBinding& binding, Portion& portion);

    asio::any_io_executor executor;
    NormalizerPoolOptions options;
    std::list<std::unique_ptr<Helper>> idle;  // the latest used first
    std::size_t live = 0;
    Stats stats;
    Notifier freed;
    asio::steady_timer idle_timer;
};

namespace {

// A helper on loan; killed unless it is given back in good order.
template <class Shared>
class Loan {
 public:
    Loan(std::shared_ptr<Shared> shared, std::unique_ptr<Helper> helper)
        : shared_(std::move(shared)), helper_(std::move(helper)) {}
    ~Loan() { shared_->release(std::move(helper_), is_usable); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Helper& operator*() const { return *helper_; }
    Helper* operator->() const { return helper_.get(); }
    bool is_usable = false;

 private:
    std::shared_ptr<Shared> shared_;
    std::unique_ptr<Helper> helper_;
};

}  // namespace

awaitable<std::unique_ptr<Helper>> NormalizerPool::Shared::acquire() {
    while (idle.empty() && live >= options.processes) {
        co_await freed.wait();
    }
    if (idle.empty()) {
        auto helper = std::make_unique<Helper>(executor, options.executable);
        ++live;
        ++stats.started;
        co_return helper;
    }
    std::unique_ptr<Helper> helper = std::move(idle.front());
    idle.pop_front();
    co_return helper;
}

void NormalizerPool::Shared::release(std::unique_ptr<Helper> helper, bool is_usable) {
    if (is_usable && helper->served < options.messages_a_process) {
        helper->idle_since = std::chrono::steady_clock::now();
        idle.push_front(std::move(helper));
        if (idle.size() == 1) end_idle_ones();
    } else {
        --live;
    }
    freed.notify_all();
}

// Those too long without work, and looks again while there are any.
void NormalizerPool::Shared::end_idle_ones() {
    const auto too_old = std::chrono::steady_clock::now() - options.idle;
    while (!idle.empty() && idle.back()->idle_since <= too_old) {
        idle.pop_back();
        --live;
    }
    if (idle.empty()) return;
    idle_timer.expires_at(idle.back()->idle_since + options.idle);
    idle_timer.async_wait([shared = weak_from_this()](boost::system::error_code error) {
        if (const auto alive = shared.lock(); alive && !error) alive->end_idle_ones();
    });
}

// Answers a process had not yet sent die with it: what is left goes to others one by one, and only
// what a process dies of when it has nothing else is to blame.
awaitable<void> NormalizerPool::Shared::run_portion(const NormalizerBinding& binding,
                                                    Portion& portion) {
    const std::size_t end = portion.end;
    while (portion.next < end) {
        std::unique_ptr<Helper> helper = co_await acquire();
        Loan<Shared> loan(shared_from_this(), std::move(helper));
        co_await loan->bind(binding, options.silence);
        co_await loan->answer(portion, options.silence);
        loan.is_usable = portion.is_done();
        if (!portion.is_done()) {
            Error trouble = trouble_of(loan->child.end(), loan->was_silent);
            ++stats.died[trouble.reason];
            log::warn("normalizer.died", "channel", binding.channel, "reason", trouble.reason,
                      "detail", trouble.detail, "blamed", portion.is_alone);
            if (portion.is_alone) portion.messages[portion.next++].trouble = std::move(trouble);
            portion.is_alone = true;
        }
        if (portion.is_alone) portion.end = std::min(portion.next + 1, end);
    }
}

awaitable<void> NormalizerPool::Shared::run_portions(const NormalizerBinding& binding,
                                                     const std::vector<std::string>& originals,
                                                     std::vector<InboundMessage>& messages,
                                                     std::size_t& next) {
    while (next < originals.size()) {
        Portion portion(originals, messages, next, portion_end(originals, next));
        next = portion.end;
        co_await run_portion(binding, portion);
    }
}

NormalizerPool::NormalizerPool(asio::any_io_executor executor, const NormalizerPoolOptions& options)
    : shared_(std::make_shared<Shared>(std::move(executor), options)) {}

std::size_t NormalizerPool::live_processes() const {
    return shared_->live;
}

const NormalizerPool::Stats& NormalizerPool::stats() const {
    return shared_->stats;
}

awaitable<std::vector<InboundMessage>> NormalizerPool::run(NormalizerBinding binding,
                                                           std::vector<std::string> originals) {
    const std::shared_ptr<Shared> shared = shared_;
    std::vector<InboundMessage> messages(originals.size());
    std::size_t next = 0;
    if (portion_end(originals, 0) == originals.size()) {
        co_await shared->run_portions(binding, originals, messages, next);
    } else {
        awaitable<void> one = shared->run_portions(binding, originals, messages, next);
        awaitable<void> other = shared->run_portions(binding, originals, messages, next);
        co_await together(std::move(one), std::move(other));
    }
    for (std::size_t i = 0; i < messages.size(); ++i)
        messages[i].raw = std::move(originals[i]);
    co_return messages;
}

}  // namespace tributary
