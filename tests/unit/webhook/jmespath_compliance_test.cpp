// The official compliance suite of JMESPath, read where TRIBUTARY_CORPORA (or the folder beside the
// clone) holds it.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "connectors/webhook/jmespath.hpp"
#include "connectors/webhook/json_text.hpp"

namespace tributary::webhook {
namespace {

namespace json = boost::json;

std::filesystem::path suite_folder() {
    const char* corpora = std::getenv("TRIBUTARY_CORPORA");
    const std::filesystem::path root =
        corpora ? std::filesystem::path(corpora)
                : std::filesystem::path(TRIBUTARY_SOURCE_DIR).parent_path() / "shared" / "corpora";
    return root / "jmespath";
}

json::value read_json(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return json::parse(text.str());
}

// "" when the case holds, else what was wrong.
std::string judge(const json::value& given, const json::object& test) {
    const std::string expression(test.at("expression").as_string());
    const auto compiled = Expression::compile(expression);
    const Result<json::value> found =
        compiled ? compiled->search(given) : Result<json::value>(compiled.error());
    if (test.contains("error")) {
        if (!found && found.error().reason == std::string_view(test.at("error").as_string()))
            return "";
        return expression + ": expected " + json_text(test.at("error")) + ", got " +
               (found ? json_text(*found) : describe(found.error()));
    }
    if (!found) return expression + ": " + describe(found.error());
    if (test.contains("result") && !is_equal(*found, test.at("result")))
        return expression + ": expected " + json_text(test.at("result")) + ", got " +
               json_text(*found);
    return "";
}

TEST(Jmespath, PassesTheOfficialSuite) {
    const auto folder = suite_folder();
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no compliance suite at " << folder;
    int passed = 0;
    int total = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".json") continue;
        const json::value groups = read_json(entry.path());
        for (const auto& group : groups.as_array()) {
            for (const auto& test : group.at("cases").as_array()) {
                ++total;
                const std::string fault = judge(group.at("given"), test.as_object());
                EXPECT_EQ(fault, "") << entry.path().filename();
                passed += fault.empty() ? 1 : 0;
            }
        }
    }
    EXPECT_GT(total, 0);
    std::cout << "JMESPath compliance: " << passed << " of " << total << "\n";
}

}  // namespace
}  // namespace tributary::webhook
