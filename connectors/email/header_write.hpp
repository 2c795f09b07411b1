// Header fields for outgoing mail: folded, ASCII, and closed to injection. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/interaction.hpp"

namespace tributary::email {

// May addresses stand in UTF-8 (RFC 6532)? Only SMTPUTF8 servers and readers take that.
enum class Addressing { ascii, international };

// An address as it goes on the wire: its domain in A-labels (RFC 5890).
std::string wire_address(std::string_view address);

class HeaderWriter {
 public:
    explicit HeaderWriter(Addressing addressing = Addressing::ascii) : addressing_(addressing) {}

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

    Addressing addressing_;
    std::string out_;
    std::size_t column_ = 0;
};

// "; filename=..." as RFC 2231 writes it, in sections where it is long; "" without a name. A plain
// twin beside it would be what many readers show.
std::string filename_parameter(std::string_view name);
// "; name=..." for Content-Type, with encoded words: no standard knows it, but readers that know
// nothing of RFC 2231 do.
std::string name_parameter(std::string_view name);

}  // namespace tributary::email
