// Responses of a mail server that may say anything.
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"
#include "connectors/email/imap_parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    // As the client collects a response: lines, and literals where a line announces one.
    email::ImapLines lines;
    while (true) {
        const std::size_t end = std::min(rest.find("\r\n"), rest.size());
        lines.lines.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 2, rest.size()));
        const auto literal = email::find_literal(lines);
        if (!literal || lines.lines.size() > 50) break;
        const std::size_t taken = std::min<std::uint64_t>(*literal, rest.size());
        if (*literal > 4096) lines.skipped = lines.literals.size();
        lines.literals.emplace_back(lines.skipped ? "" : rest.substr(0, taken));
        rest.remove_prefix(taken);
    }
    while (lines.literals.size() >= lines.lines.size())
        lines.lines.emplace_back();
    auto response = email::parse_response(std::move(lines));
    if (!response) return 0;
    email::read_numbers(response->values);
    if (const auto fetch = email::take_fetch(*response); fetch && fetch->body) {
        if (fetch->is_body_skipped) std::abort();
    }
    const std::string name(reinterpret_cast<const char*>(data), size);
    if (is_valid_utf8(name)) {
        const std::string quoted = email::quote_folder(name);
        if (quoted.size() < 2 || quoted.find_first_of("\r\n") != std::string::npos) std::abort();
    }
    return 0;
}
