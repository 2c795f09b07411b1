// UUIDv7 ids (RFC 9562, section 5.7): sortable by the millisecond they were made, unguessable
// after. Id<Tag> keeps a ticket's id from being passed where a customer's is meant.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tributary {

using IdBytes = std::array<std::uint8_t, 16>;

// Makes a UUIDv7 for `unix_ms`; ids made by one process in one millisecond still ascend.
// Thread-safe.
IdBytes make_id_bytes(std::int64_t unix_ms);
std::int64_t id_milliseconds(const IdBytes& bytes);
std::string id_text(const IdBytes& bytes);
std::optional<IdBytes> parse_id_bytes(std::string_view text);

template <class Tag>
class Id {
 public:
    Id() = default;  // the nil id: "none yet"
    explicit Id(const IdBytes& bytes) : bytes_(bytes) {}

    static Id make(std::int64_t unix_ms) { return Id(make_id_bytes(unix_ms)); }
    static std::optional<Id> parse(std::string_view text) {
        if (auto bytes = parse_id_bytes(text)) return Id(*bytes);
        return std::nullopt;
    }

    bool is_nil() const { return bytes_ == IdBytes{}; }
    std::string text() const { return id_text(bytes_); }
    const IdBytes& bytes() const { return bytes_; }
    auto operator<=>(const Id&) const = default;

 private:
    IdBytes bytes_{};
};

}  // namespace tributary

template <class Tag>
struct std::hash<tributary::Id<Tag>> {
    std::size_t operator()(const tributary::Id<Tag>& id) const noexcept {
        std::size_t word = 0;
        std::memcpy(&word, id.bytes().data() + 8, sizeof word);
        return word;
    }
};
