#include "base/seal.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace tributary {
namespace {

constexpr char format = 1;  // first byte of what is sealed
constexpr std::size_t key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;

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

// Written aside and linked into place: of two processes one wins, and both read the winner's.
void make_key_file(const std::filesystem::path& path) {
    const std::filesystem::path aside = path.string() + '.' + std::to_string(::getpid()) + ".new";
    {
        const File file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        const std::string key = random_bytes(key_size);
        if (file.number() < 0 ||
            ::write(file.number(), key.data(), key.size()) != static_cast<ssize_t>(key.size()) ||
            ::fsync(file.number()) != 0)
            fail(path);
    }
    const bool is_linked = ::link(aside.c_str(), path.c_str()) == 0 || errno == EEXIST;
    const int link_error = errno;
    ::unlink(aside.c_str());
    errno = link_error;
    if (!is_linked) fail(path);
    const File folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.number() < 0 || ::fsync(folder.number()) != 0) fail(path);
}

}  // namespace

Sealer::Sealer(const std::filesystem::path& key_file) {
    if (::access(key_file.c_str(), F_OK) != 0) make_key_file(key_file);
    const File file(::open(key_file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0) fail(key_file);
    if ((status.st_mode & 077) != 0)
        throw Failure(Outcome::invalid, "The sealing key may be read by others.",
                      key_file.string() + " must have mode 0600");
    std::string key(key_size, '\0');
    if (status.st_size != static_cast<off_t>(key_size) ||
        ::read(file.number(), key.data(), key_size) != static_cast<ssize_t>(key_size))
        throw Failure(Outcome::invalid, "The sealing key is damaged.", key_file.string());
    key_ = Secret(std::move(key));
}

std::string Sealer::seal(const Secret& secret, std::string_view context) const {
    const std::string nonce = random_bytes(nonce_size);
    const std::string& plain = secret.reveal();  // to be sealed
    std::string sealed(plain.size() + tag_size, '\0');
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes_of(sealed), nullptr, bytes_of(plain), plain.size(), bytes_of(context), context.size(),
        nullptr, bytes_of(std::string_view(nonce)), bytes_of(key_.reveal()));
    return format + nonce + sealed;
}

std::optional<Secret> Sealer::open(std::string_view sealed, std::string_view context) const {
    if (sealed.size() < 1 + nonce_size + tag_size || sealed.front() != format) return std::nullopt;
    const std::string_view nonce = sealed.substr(1, nonce_size);
    const std::string_view box = sealed.substr(1 + nonce_size);
    std::string plain(box.size() - tag_size, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(plain), nullptr, nullptr, bytes_of(box),
                                                   box.size(), bytes_of(context), context.size(),
                                                   bytes_of(nonce), bytes_of(key_.reveal())) != 0)
        return std::nullopt;
    return Secret(std::move(plain));
}

}  // namespace tributary
