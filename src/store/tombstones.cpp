#include "store/tombstones.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "store/file.hpp"

namespace tributary {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::string_view key_word = "key ";

[[noreturn]] void throw_damaged(const std::filesystem::path& file, std::size_t line) {
    throw Failure(Outcome::unavailable, "The list of erasures " + file.string() +
                                            " is damaged at line " + std::to_string(line) + ".");
}

// "<id> <ms> c:<hash> h:<hash> …"
std::optional<Tombstone> parse(std::string_view line) {
    const auto words = split(line, ' ');
    if (words.size() < 3) return std::nullopt;
    Tombstone stone;
    const auto id = ErasureId::parse(words[0]);
    std::int64_t ms = 0;
    const auto [end, error] =
        std::from_chars(words[1].data(), words[1].data() + words[1].size(), ms);
    if (!id || error != std::errc() || end != words[1].data() + words[1].size())
        return std::nullopt;
    stone.id = *id;
    stone.erased_at = from_unix_ms(ms);
    for (std::size_t index = 2; index < words.size(); ++index) {
        const std::string_view word = words[index];
        if (word.starts_with("c:")) {
            stone.customers.emplace(word.substr(2));
        } else if (word.starts_with("h:")) {
            stone.handles.emplace(word.substr(2));
        } else if (word != ".") {
            return std::nullopt;
        }
    }
    return words.back() == "." ? std::optional(stone) : std::nullopt;
}

std::string format(const Tombstone& stone) {
    std::string line = stone.id.text() + ' ' + std::to_string(unix_ms(stone.erased_at));
    for (const std::string& hash : stone.customers)
        line.append(" c:").append(hash);
    for (const std::string& hash : stone.handles)
        line.append(" h:").append(hash);
    return line + " .\n";
}

}  // namespace

std::filesystem::path tombstone_file(const std::filesystem::path& state) {
    return state / "erased";
}

// A last line without its end is an erasure that was cut off before it was acknowledged.
Tombstones::Tombstones(std::filesystem::path file) : file_(std::move(file)) {
    const std::string text = read_file(file_).value_or("");
    whole_bytes_ = text.rfind('\n') + 1;
    if (whole_bytes_ == 0) key_ = random_bytes(key_bytes);
    std::size_t number = 0;
    std::string_view rest = text;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        if (++number == 1) {
            const auto key =
                line.starts_with(key_word) ? from_hex(line.substr(key_word.size())) : std::nullopt;
            if (!key || key->size() != key_bytes) throw_damaged(file_, number);
            key_ = *key;
        } else if (auto stone = parse(line)) {
            all_.push_back(std::move(*stone));
        } else {
            throw_damaged(file_, number);
        }
    }
}

std::string Tombstones::hash(CustomerId customer) {
    const IdBytes& bytes = customer.bytes();
    return to_hex(sha256({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

std::string Tombstones::hash(const Handle& handle) const {
    return to_hex(
        hmac(HashAlgorithm::sha256, key_, handle.kind + '\n' + handle.scope + '\n' + handle.value));
}

bool Tombstones::holds(const Handle& handle) const {
    if (all_.empty()) return false;
    const std::string wanted = hash(handle);
    for (const Tombstone& stone : all_)
        if (stone.handles.contains(wanted)) return true;
    return false;
}

void Tombstones::add(const Tombstone& tombstone) {
    const FileDescriptor file(
        ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!file) throw_file_error("open", file_);
    if (::ftruncate(file.number(), static_cast<off_t>(whole_bytes_)) != 0)
        throw_file_error("truncate", file_);
    std::string lines = whole_bytes_ == 0 ? std::string(key_word) + to_hex(key_) + "\n" : "";
    lines += format(tombstone);
    write_all(file, lines, file_);
    sync_file(file, file_);
    sync_directory(file_.parent_path());
    whole_bytes_ += lines.size();
    all_.push_back(tombstone);
}

}  // namespace tributary
