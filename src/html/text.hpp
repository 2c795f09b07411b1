// HTML as readable plain text: list items get their marks, cells of a row stand side by side, links
// show where they lead unless their words do, and quotes get "> ".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "html/tokens.hpp"

namespace tributary {

class HtmlText final : public HtmlSink {
 public:
    void on_tag(const HtmlTag& tag) override;
    void on_text(std::string_view text) override;

    // The whole text; line feeds, no blank lines at the ends.
    std::string text() const;
    // The same without what stands in a mail program's quote containers.
    std::string unquoted_text() const;

 private:
    struct Line {
        std::string text;
        bool is_quoted = false;  // by a mail program's container
        std::size_t depth = 0;   // of block quotes
    };
    struct List {
        bool is_numbered = false;
        int next = 1;
    };

    void open(const HtmlTag& tag);
    void open_list(const HtmlTag& tag);
    void open_item(const HtmlTag& tag);
    void close(std::string_view name);
    void enter_quote(const HtmlTag& tag);
    void write(std::string_view text);
    void write_blank();
    void break_line();
    void break_paragraph();
    void end_link();
    Line as_line(std::string text) const;

    std::vector<Line> lines_;
    std::string line_;          // being written
    std::string mark_;          // of a list item, until its first word
    bool wants_space_ = false;  // a blank was seen and may matter
    bool wants_blank_line_ = false;
    std::size_t preformatted_ = 0;
    bool in_head_ = false;
    std::size_t skipped_ = 0;  // depth inside elements without prose
    std::vector<List> lists_;
    // Open containers of the kinds that can quote, with whether they do.
    std::vector<std::pair<std::string, bool>> containers_;
    std::size_t quotes_ = 0;
    std::size_t block_quotes_ = 0;
    std::string link_;            // the href of the open link
    std::size_t link_start_ = 0;  // where its text began in line_
};

// The whole text of one string.
std::string html_to_text(std::string_view html);

}  // namespace tributary
