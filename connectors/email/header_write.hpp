// Header fields for outgoing mail: folded, ASCII, and closed to injection. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/interaction.hpp"

namespace tributary::email {

class HeaderWriter {
 public:
    // Unstructured text: encoded words (RFC 2047) where it is not plain ASCII.
    void text(std::string_view name, std::string_view value);
    // Left out when no party has a plain address.
    void addresses(std::string_view name, const std::vector<Party>& parties);
    // Ids that could not stand in a header are left out, and so is a field without ids.
    void message_ids(std::string_view name, const std::vector<std::string>& ids);
    void date(std::string_view name, Timestamp at);
    void verbatim(std::string_view name, std::string_view value);  // ours, known to be clean

    std::string take() { return std::move(out_); }

 private:
    void begin(std::string_view name);
    // Adds a word that must not be cut, in a new line when the current one is full.
    void word(std::string_view word);
    void end() { out_ += "\r\n"; }

    std::string out_;
    std::size_t column_ = 0;
};

// "; filename=..." as RFC 2231 writes it, with a plain twin for programs that know no better; ""
// without a name.
std::string filename_parameter(std::string_view name);

}  // namespace tributary::email
