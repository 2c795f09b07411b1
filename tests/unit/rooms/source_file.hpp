// The sources of the house as text, for tests that hold it to its own rules.
#pragma once

#include <string>
#include <vector>

namespace tributary::test {

struct SourceFile {
    SourceFile(std::string p, std::string t) : path(std::move(p)), text(std::move(t)) {}
    std::string path;  // from the repository's root: "src/base/id.hpp"
    std::string text;

    bool is_header() const { return path.ends_with(".hpp"); }
    bool is_in(const std::string& folder) const { return path.starts_with(folder + "/"); }
};

// Every .hpp and .cpp below `folder`, sorted by path.
std::vector<SourceFile> read_sources(const std::string& folder);

struct Include {
    Include(std::string t, bool q) : target(std::move(t)), is_quoted(q) {}
    std::string target;
    bool is_quoted;
};
std::vector<Include> includes_of(const SourceFile& file);

// The text without its comments; strings and line breaks stay. Raw strings count as strings.
std::string without_comments(const std::string& text);

// Words as identifiers are made of: "find_email_address(x)" has find, email, address and x.
std::vector<std::string> words_of(const std::string& text);

}  // namespace tributary::test
