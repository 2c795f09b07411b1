// Log lines with stable names: info("connector.restarted", "connector", name, "reason", why).
//
// info: state changes an operator cares about. warn: we cope. error: somebody must act, and the
// line says what to do. debug: the rest. Never a body, a secret or a session token; addresses at
// debug only. Thread-safe; the writer is asynchronous and drops (and counts) rather than block.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::log {

enum class Level { debug, info, warn, error, off };
enum class Format { text, json };

// Once, before the first line; again changes level and format.
void configure(Level level, Format format);
Level parse_level(std::string_view name);  // info when unknown
void flush();                              // waits until what was logged is written
std::uint64_t dropped();                   // lines nobody will see: the writer was too slow

// One line under construction. Values are escaped, so no control character reaches the log raw, and
// cut after 4 KiB.
class Fields {
 public:
    void add(std::string_view key, std::string_view value);
    void add(std::string_view key, const char* value) { add(key, std::string_view(value)); }
    void add(std::string_view key, bool value);
    void add(std::string_view key, std::integral auto value) {
        add_number(key, std::to_string(value));
    }
    void add(std::string_view key, std::floating_point auto value) {
        add_number(key, std::to_string(value));
    }
    const std::string& text() const { return text_; }

 private:
    void add_number(std::string_view key, std::string_view digits);
    std::string text_;
};

bool enabled(Level level);
void write(Level level, std::string_view event, const Fields& fields);

inline void collect(Fields&) {}
template <class Value, class... Rest>
void collect(Fields& fields, std::string_view key, const Value& value, const Rest&... rest) {
    fields.add(key, value);
    collect(fields, rest...);
}

template <class... Pairs>
void event(Level level, std::string_view name, const Pairs&... pairs) {
    if (!enabled(level)) return;
    Fields fields;
    collect(fields, pairs...);
    write(level, name, fields);
}

template <class... Pairs>
void debug(std::string_view name, const Pairs&... pairs) {
    event(Level::debug, name, pairs...);
}
template <class... Pairs>
void info(std::string_view name, const Pairs&... pairs) {
    event(Level::info, name, pairs...);
}
template <class... Pairs>
void warn(std::string_view name, const Pairs&... pairs) {
    event(Level::warn, name, pairs...);
}
template <class... Pairs>
void error(std::string_view name, const Pairs&... pairs) {
    event(Level::error, name, pairs...);
}

}  // namespace tributary::log
