#include "base/seal.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace tributary {
namespace {

constexpr char format = 2;        // first byte of what is sealed; then the key's id
constexpr char first_format = 1;  // without an id
constexpr std::size_t key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t id_size = 4;
constexpr std::size_t most_keys = 8;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

class File {
 public:
    explicit File(int number) : number_(number) {}
    ~File() {
        if (number_ >= 0) ::close(number_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int number() const { return number_; }

 private:
    int number_;
};

[[noreturn]] void fail(const std::filesystem::path& file) {
    throw Failure(Outcome::unavailable, "The sealing key cannot be read or made.",
                  file.string() + ": " + std::strerror(errno));
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
    const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file.number() < 0 ||
        ::write(file.number(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        ::fsync(file.number()) != 0)
        fail(path);
}

void sync_folder_of(const std::filesystem::path& path) {
    const File folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.number() < 0 || ::fsync(folder.number()) != 0) fail(path);
}

std::filesystem::path aside_of(const std::filesystem::path& path) {
    return path.string() + '.' + std::to_string(::getpid()) + ".new";
}

// Linked into place: of two processes one wins, and both read the winner's.
void make_key_file(const std::filesystem::path& path) {
    const std::filesystem::path aside = aside_of(path);
    write_file(aside, random_bytes(key_size));
    const bool is_linked = ::link(aside.c_str(), path.c_str()) == 0 || errno == EEXIST;
    const int link_error = errno;
    ::unlink(aside.c_str());
    errno = link_error;
    if (!is_linked) fail(path);
    sync_folder_of(path);
}

// All keys, one behind the other.
Secret read_keys(const std::filesystem::path& key_file) {
    const File file(::open(key_file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0) fail(key_file);
    if ((status.st_mode & 077) != 0)
        throw Failure(Outcome::invalid, "The sealing key may be read by others.",
                      key_file.string() + " must have mode 0600");
    const auto size = static_cast<std::size_t>(status.st_size);
    std::string keys(std::min(size, most_keys * key_size), '\0');
    if (size == 0 || size % key_size != 0 || size > most_keys * key_size ||
        ::read(file.number(), keys.data(), size) != static_cast<ssize_t>(size))
        throw Failure(Outcome::invalid, "The sealing key is damaged.", key_file.string());
    return Secret(std::move(keys));
}

// Tells a key by; tells nothing of it.
std::string id_of(std::string_view key) {
    return hmac(HashAlgorithm::sha256, key, "tributary sealing key id").substr(0, id_size);
}

std::optional<Secret> open_with(const Secret& key, std::string_view nonced,
                                std::string_view context) {
    if (nonced.size() < nonce_size + tag_size) return std::nullopt;
    const std::string_view nonce = nonced.substr(0, nonce_size);
    const std::string_view box = nonced.substr(nonce_size);
    std::string plain(box.size() - tag_size, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(plain), nullptr, nullptr, bytes_of(box),
                                                   box.size(), bytes_of(context), context.size(),
                                                   bytes_of(nonce), bytes_of(key.reveal())) != 0)
        return std::nullopt;
    return Secret(std::move(plain));
}

}  // namespace

Sealer::Sealer(const std::filesystem::path& key_file, MissingKey missing) {
    if (::access(key_file.c_str(), F_OK) != 0) {
        if (missing == MissingKey::is_an_error)
            throw Failure(Outcome::invalid, "The sealing key is missing.", key_file.string());
        make_key_file(key_file);
    }
    const Secret keys = read_keys(key_file);
    for (std::size_t at = 0; at < keys.reveal().size(); at += key_size) {
        std::string key = keys.reveal().substr(at, key_size);
        std::string id = id_of(key);
        keys_.emplace_back(std::move(id), Secret(std::move(key)));
    }
}

std::string Sealer::seal(const Secret& secret, std::string_view context) const {
    const Key& key = keys_.front();
    const std::string nonce = random_bytes(nonce_size);
    const std::string& plain = secret.reveal();  // to be sealed
    std::string sealed(plain.size() + tag_size, '\0');
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes_of(sealed), nullptr, bytes_of(plain), plain.size(), bytes_of(context), context.size(),
        nullptr, bytes_of(std::string_view(nonce)), bytes_of(key.bytes.reveal()));
    return format + key.id + nonce + sealed;
}

std::optional<Secret> Sealer::open(std::string_view sealed, std::string_view context) const {
    if (sealed.empty()) return std::nullopt;
    const bool has_id = sealed.front() == format && sealed.size() > id_size;
    if (!has_id && sealed.front() != first_format) return std::nullopt;
    for (const Key& key : keys_) {
        if (has_id && sealed.substr(1, id_size) != key.id) continue;
        auto secret = open_with(key.bytes, sealed.substr(has_id ? 1 + id_size : 1), context);
        if (secret) return secret;
    }
    return std::nullopt;
}

bool Sealer::is_current(std::string_view sealed) const {
    return sealed.size() > id_size && sealed.front() == format &&
           sealed.substr(1, id_size) == keys_.front().id;
}

void add_sealing_key(const std::filesystem::path& key_file) {
    const Secret before = read_keys(key_file);
    const Secret both(random_bytes(key_size) + before.reveal().substr(0, key_size));
    const std::filesystem::path aside = aside_of(key_file);
    write_file(aside, both.reveal());
    if (::rename(aside.c_str(), key_file.c_str()) != 0) fail(key_file);
    sync_folder_of(key_file);
}

}  // namespace tributary
