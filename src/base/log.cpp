#include "base/log.hpp"

#include "base/text.hpp"
#include "base/thread_name.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>

namespace tributary::log {
namespace {

// Of one value: what others chose must not fill the log.
constexpr std::size_t kLongestValue = 4096;

// Counts the lines it has written, so that flush() can wait for the last one.
class CountingSink final : public spdlog::sinks::stderr_sink_mt {
 public:
    void log(const spdlog::details::log_msg& message) override {
        spdlog::sinks::stderr_sink_mt::log(message);
        ++written_;
    }
    std::size_t written() const { return written_; }

 private:
    std::atomic<std::size_t> written_{0};
};

std::atomic<Level> threshold{Level::info};
std::atomic<Format> format{Format::text};
std::atomic<std::size_t> handed_over{0};
std::mutex logger_guard;
std::shared_ptr<CountingSink> sink;
std::shared_ptr<spdlog::logger> logger;

spdlog::level::level_enum spdlog_level(Level level) {
    switch (level) {
        case Level::debug: return spdlog::level::debug;
        case Level::info: return spdlog::level::info;
        case Level::warn: return spdlog::level::warn;
        case Level::error: return spdlog::level::err;
        case Level::off: return spdlog::level::off;
    }
    return spdlog::level::info;
}

void append_code(std::string& out, unsigned point) {
    char code[8];
    std::snprintf(code, sizeof code, "\\u%04x", point);
    out += code;
}

// JSON string escapes (RFC 8259, section 7), which also keep a text line one line. The C1 controls
// are escaped too, for terminals obey some of them.
void append_escaped(std::string& out, std::string_view raw) {
    const bool is_cut = raw.size() > kLongestValue;
    const std::string value = to_valid_utf8(is_cut ? truncate_utf8(raw, kLongestValue) : raw);
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto byte = static_cast<unsigned char>(value[i]);
        const auto next = static_cast<unsigned char>(i + 1 < value.size() ? value[i + 1] : 0);
        switch (byte) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default:
                if (byte < 0x20 || byte == 0x7f) {
                    append_code(out, byte);
                } else if (byte == 0xc2 && next < 0xa0) {
                    append_code(out, next);
                    ++i;
                } else {
                    out += value[i];
                }
        }
    }
    if (is_cut) out += "…";
}

std::shared_ptr<spdlog::logger> current() {
    std::lock_guard lock(logger_guard);
    if (!logger) {
        spdlog::init_thread_pool(8192, 1, [] { name_this_thread("log"); });
        sink = std::make_shared<CountingSink>();
        logger =
            std::make_shared<spdlog::async_logger>("tributary", sink, spdlog::thread_pool(),
                                                   spdlog::async_overflow_policy::overrun_oldest);
        logger->set_level(spdlog::level::debug);
        logger->flush_on(spdlog::level::info);
        logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    }
    return logger;
}

}  // namespace

void configure(Level level, Format chosen) {
    flush();  // earlier lines keep the form they were made for
    threshold = level;
    format = chosen;
    current()->set_pattern(chosen == Format::json
                               ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                               : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                           spdlog::pattern_time_type::utc);
}

Level parse_level(std::string_view name) {
    if (name == "debug") return Level::debug;
    if (name == "warn") return Level::warn;
    if (name == "error") return Level::error;
    if (name == "off") return Level::off;
    return Level::info;
}

void flush() {
    // spdlog's own flush only asks for one. What it dropped is not waited for.
    constexpr auto kPatience = std::chrono::seconds(2);
    current();
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (sink->written() + spdlog::thread_pool()->overrun_counter() < handed_over &&
           std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    sink->flush();
}

std::uint64_t dropped() {
    current();
    return spdlog::thread_pool()->overrun_counter();
}

void Fields::add(std::string_view key, std::string_view value) {
    const bool json = format.load(std::memory_order_relaxed) == Format::json;
    text_ += json ? ",\"" : " ";
    text_ += key;
    text_ += json ? "\":\"" : "=\"";
    append_escaped(text_, value);
    text_ += '"';
}

void Fields::add(std::string_view key, bool value) {
    add_number(key, value ? "true" : "false");
}

void Fields::add_number(std::string_view key, std::string_view digits) {
    const bool json = format.load(std::memory_order_relaxed) == Format::json;
    text_ += json ? ",\"" : " ";
    text_ += key;
    text_ += json ? "\":" : "=";
    text_ += digits;
}

bool enabled(Level level) {
    return level >= threshold.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view event, const Fields& fields) {
    std::string line;
    if (format.load(std::memory_order_relaxed) == Format::json) {
        line = "\"event\":\"";
        line += event;
        line += '"';
    } else {
        line = event;
    }
    line += fields.text();
    ++handed_over;
    current()->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace tributary::log
