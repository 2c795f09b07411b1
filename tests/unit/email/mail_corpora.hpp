// The messages tests may read: our own, and those of other projects that lie beside the repository.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tributary::email {

inline const std::filesystem::path mail_corpora =
    std::filesystem::path(TRIBUTARY_SOURCE_DIR) / "../shared/corpora/email";

// What one mail may take; sanitizers take several times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::chrono::seconds mail_deadline{20};
#else
inline constexpr std::chrono::seconds mail_deadline{2};
#endif

inline std::string slurp(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

// Every message there is, with or without expectations, in a stable order.
inline std::vector<std::filesystem::path> all_messages() {
    namespace fs = std::filesystem;
    std::vector<fs::path> found;
    const fs::path own = fs::path(TRIBUTARY_SOURCE_DIR) / "tests/data/email";
    for (const auto& root : {own, mail_corpora / "cases", mail_corpora / "raw"}) {
        if (!fs::is_directory(root)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root)) {
            const auto extension = entry.path().extension();
            const bool is_own = root == own;
            if (!entry.is_regular_file() || extension == ".json") continue;
            if (!is_own || extension == ".eml") found.push_back(entry.path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace tributary::email
