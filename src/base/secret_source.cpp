#include "base/secret_source.hpp"

#include "base/log.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace tributary {
namespace {

constexpr std::size_t kMaxSecretBytes = 65'536;

Error unusable(const std::string& source, const char* why) {
    return Error(Outcome::invalid, "refers to the " + source + ", which " + why);
}

}  // namespace

Result<Secret> secret_from_environment(const std::string& variable) {
    const char* value = std::getenv(variable.c_str());
    if (!value) return unusable("environment variable " + variable, "is not set");
    if (!*value) return unusable("environment variable " + variable, "is empty");
    return Secret(value);
}

Result<Secret> secret_from_file(const std::string& path) {
    const std::string source = "file " + path;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return unusable(source, "does not exist or cannot be reached");
    if (!S_ISREG(status.st_mode)) return unusable(source, "is not a regular file");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > kMaxSecretBytes) return unusable(source, "is too large for a secret");
    std::ifstream file(path, std::ios::binary);
    std::string bytes(size, '\0');
    if (!file.read(bytes.data(), static_cast<std::streamsize>(size)))
        return unusable(source, "cannot be read");
    // Editors and `echo` end the file with a line break that is no part of the secret.
    while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r'))
        bytes.pop_back();
    if (bytes.empty()) return unusable(source, "is empty");
    if ((status.st_mode & S_IROTH) != 0) log::warn("settings.secret_readable_by_all", "file", path);
    return Secret(std::move(bytes));
}

}  // namespace tributary
