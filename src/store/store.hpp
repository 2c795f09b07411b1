// The one durable place. Business steps are plain functions of a Tx, run on the store's own
// threads, many of them per commit; a transaction never awaits and a coroutine never holds one.
//
//   const auto ticket = co_await store.read([&](const Tx& tx) { return find_ticket(tx, id); });
//
// write() resolves after the commit that holds the step is durable (WAL, synchronous=FULL); the
// steps that wait together share one commit. A step that throws is undone alone (savepoint), and
// its exception reaches its caller. A step may run again after a serialisation conflict: it touches
// only its Tx and its captures, and assigns its captures rather than adding to them.
//
// A store call is not cancellable: it resolves when its step has run, so captures by reference are
// safe. Thread: call from the I/O thread; steps run elsewhere.
#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/error.hpp"
#include "base/histogram.hpp"
#include "base/task.hpp"
#include "base/time.hpp"

namespace tributary {

class Tx;  // one transaction; store/sql.hpp is for this room only

struct StoreOptions {
    // One daemon holds the store; commands (token create, verify) work beside it, in processes of
    // their own. They neither checkpoint nor sweep, and an older schema they migrate only when no
    // daemon runs.
    enum class Use { daemon, command };

    std::string url;              // "sqlite:/path/tributary.db"
    std::filesystem::path state;  // large blobs live below <state>/blobs
    int readers = 2;
    std::size_t max_queued_writes = 10'000;  // beyond: Failure(unavailable), nothing happened
    Use use = Use::daemon;
};

// Bytes made ready for a transaction: hashed and, when large, already in an fsynced file. A file
// that no commit ever names is swept at the next start.
struct StagedBlob {
    StagedBlob() = default;
    std::string sha256;  // raw 32 bytes
    std::uint64_t size = 0;
    std::string bytes;  // small ones travel in the row
    bool is_file = false;
};

struct StoreStats {
    std::uint64_t commits = 0;
    std::uint64_t steps = 0;
    std::uint64_t failed_steps = 0;
    std::uint64_t queued = 0;  // now
    double worst_commit_ms = 0;
    Histogram commit_seconds = duration_histogram();
    Histogram batch_steps{{1, 2, 4, 8, 16, 32, 64, 128, 256}};
};

class Store {
 public:
    // Opens or creates, migrates, checks. Throws Failure with one clear line: newer schema, locked
    // by another process (names its pid), damaged file.
    static std::unique_ptr<Store> open(asio::io_context& io, const StoreOptions& options);
    virtual ~Store();

    template <class F>
    awaitable<std::invoke_result_t<F&, const Tx&>> read(F step) {
        return run<std::invoke_result_t<F&, const Tx&>, const Tx&>(Access::read, std::move(step));
    }
    template <class F>
    awaitable<std::invoke_result_t<F&, Tx&>> write(F step) {
        return run<std::invoke_result_t<F&, Tx&>, Tx&>(Access::write, std::move(step));
    }

    // For commands without an event loop (token create, verify): blocks this thread until the step
    // has run and, when it writes, is durable. Never from the I/O thread.
    virtual void write_now(const std::function<void(Tx&)>& step) = 0;
    virtual void read_now(const std::function<void(const Tx&)>& step) = 0;

    // Deleted content leaves the search index, the pages and the log; `rebuild` writes every page
    // anew, which takes as long as writing the whole store, and writers wait. False when a reader
    // held the log for too long: try again. The daemon's own store only; blocks like write_now().
    enum class Scour { clear, rebuild };
    virtual bool scour_now(Scour how) = 0;
    // Where its files are; "blobs" and the list of erasures lie below.
    virtual const std::filesystem::path& state() const = 0;
    virtual std::filesystem::path database() const = 0;

    // Any thread. Writes and fsyncs large bytes; call it from Workers, not from the I/O thread.
    virtual StagedBlob stage(std::string bytes) = 0;
    // Any thread. nullopt when no such blob, Failure when its bytes no longer match its hash.
    virtual std::optional<std::string> load_blob(std::string_view sha256) = 0;

    // Called on the I/O thread after each commit that appended changes, with the newest seq.
    virtual void on_change(std::function<void(std::int64_t)> listener) = 0;
    virtual StoreStats stats() const = 0;
    // Runs what is queued, then refuses. The destructor does it too.
    virtual void stop() = 0;

 protected:
    enum class Access { read, write };
    // Runs `step` on the proper thread, then calls `done` on the I/O thread, after the commit.
    virtual void submit(Access access, std::function<void(Tx&)> step,
                        std::function<void(std::exception_ptr)> done) = 0;
    virtual asio::any_io_executor executor() = 0;

 private:
    template <class R, class TxRef, class F>
    awaitable<R> run(Access access, F step);
};

template <class R, class TxRef, class F>
awaitable<R> Store::run(Access access, F step) {
    std::optional<std::conditional_t<std::is_void_v<R>, std::monostate, R>> result;
    auto initiate = [this, access, &step, &result](auto handler) {
        // std::function wants copies; the handler is move-only.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        auto body = [&step, &result](Tx& tx) {
            if constexpr (std::is_void_v<R>) {
                step(static_cast<TxRef>(tx));
                result.emplace();
            } else {
                result.emplace(step(static_cast<TxRef>(tx)));
            }
        };
        auto done = [shared](std::exception_ptr error) { std::move (*shared)(error); };
        submit(access, std::move(body), std::move(done));
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
        initiate, use_awaitable);
    if constexpr (!std::is_void_v<R>) co_return std::move(*result);
}

}  // namespace tributary
