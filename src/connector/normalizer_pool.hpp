// Helper processes that normalise: the one place where foreign bytes meet big parsers. What
// crashes, hangs or takes over such a process costs one message and nobody else anything.
//
// Processes start when there is work, serve any connector in turn, are replaced after some thousand
// messages, and end when there was nothing to do for a while. I/O thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "connector/connector.hpp"

namespace tributary {

inline constexpr std::chrono::milliseconds kNormalizerCpu{2'000};  // a message may use
inline constexpr std::size_t kNormalizerMemory = 268'435'456;      // a process may have

// Whose normalizer it is: what a helper process needs to bind it.
struct NormalizerBinding {
    NormalizerBinding() = default;
    NormalizerBinding(std::string c, const Settings& given, std::string k)
        : channel(std::move(c)), settings(given.pack()), key(std::move(k)) {}
    bool operator==(const NormalizerBinding&) const = default;
    std::string channel;
    std::string settings;  // packed
    std::string key;
};

struct NormalizerPoolOptions {
    NormalizerPoolOptions() = default;
    std::size_t processes = 2;
    std::size_t messages_a_process = 5'000;
    std::chrono::seconds idle{60};
    // A process that says nothing for so long is killed; its own limit on CPU strikes first.
    std::chrono::seconds silence{20};
    // It must call serve_normalizers() when its first argument is kNormalizerArgument.
    std::string executable = "/proc/self/exe";
};
inline constexpr const char* kNormalizerArgument = "normalizer";

class NormalizerPool {
 public:
    explicit NormalizerPool(asio::any_io_executor executor,
                            const NormalizerPoolOptions& options = NormalizerPoolOptions());

    // As ConnectorHost::normalize. Throws Failure(unavailable) when no process can be started or
    // bound; then nothing is known of any of them.
    awaitable<std::vector<InboundMessage>> run(NormalizerBinding binding,
                                               std::vector<std::string> originals);
    std::size_t live_processes() const;

    struct Stats {
        std::uint64_t started = 0;
        std::map<std::string, std::uint64_t> died;  // by the trouble's reason
    };
    const Stats& stats() const;

 private:
    struct Shared;  // outlives the pool while coroutines use it
    std::shared_ptr<Shared> shared_;
};

// The helper process: confines itself, then binds and normalises what stands on descriptor 0 and
// answers on 1, until the other side closes. `find` knows the channels. Returns the exit code.
int serve_normalizers(const std::function<const ConnectorType*(std::string_view channel)>& find);

}  // namespace tributary
