#include "tests/unit/rooms/source_file.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.hpp"

namespace tributary::test {
namespace {

// Where the string or character that opens at `at` ends (one past it).
std::size_t end_of_literal(const std::string& text, std::size_t at) {
    const bool is_raw = text[at] == '"' && at > 0 && text[at - 1] == 'R';
    if (is_raw) {
        const std::size_t open = text.find('(', at);
        const std::string close = ")" + text.substr(at + 1, open - at - 1) + "\"";
        const std::size_t end = text.find(close, open);
        return end == std::string::npos ? text.size() : end + close.size();
    }
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == text[at])
            return i + 1;
    }
    return text.size();
}

bool is_word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

std::vector<SourceFile> read_sources(const std::string& folder) {
    namespace fs = std::filesystem;
    const fs::path root = TRIBUTARY_SOURCE_DIR;
    std::vector<SourceFile> files;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
        const auto extension = entry.path().extension();
        if (extension != ".hpp" && extension != ".cpp") continue;
        std::ifstream in(entry.path(), std::ios::binary);
        files.emplace_back(fs::relative(entry.path(), root).generic_string(),
                           std::string(std::istreambuf_iterator<char>(in), {}));
    }
    std::sort(files.begin(), files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
    return files;
}

std::vector<Include> includes_of(const SourceFile& file) {
    std::vector<Include> includes;
    for (const std::string_view line : split(file.text, '\n')) {
        if (!line.starts_with("#include ")) continue;
        const std::size_t open = line.find_first_of("<\"");
        const std::size_t close = line.find_first_of(">\"", open + 1);
        if (close == std::string_view::npos) continue;
        includes.emplace_back(std::string(line.substr(open + 1, close - open - 1)),
                              line[open] == '"');
    }
    return includes;
}

std::string without_comments(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        // An apostrophe between digits parts them ("1'000") and opens nothing.
        const bool is_digit_separator =
            text[i] == '\'' && i > 0 && std::isxdigit(static_cast<unsigned char>(text[i - 1])) != 0;
        if (text.compare(i, 2, "//") == 0) {
            i = std::min(text.find('\n', i), text.size());
        } else if ((text[i] == '"' || text[i] == '\'') && !is_digit_separator) {
            const std::size_t end = end_of_literal(text, i);
            out += text.substr(i, end - i);
            i = end;
        } else {
            out += text[i++];
        }
    }
    return out;
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text + " ") {
        if (is_word_character(c)) {
            word += c;
        } else if (!word.empty()) {
            words.push_back(ascii_lower(word));
            word.clear();
        }
    }
    return words;
}

}  // namespace tributary::test
