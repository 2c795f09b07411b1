// Cuts a JMESPath expression into tokens.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tributary::webhook {

struct Token {
    enum class Type {
        end,
        identifier,         // foo
        quoted_identifier,  // "foo bar"
        number,
        literal,  // `…` or '…'
        dot,
        comma,
        colon,
        star,
        current,
        reference,
        negation,
        pipe,
        either,
        both,
        equal,
        not_equal,
        less,
        less_or_equal,
        greater,
        greater_or_equal,
        open_bracket,
        close_bracket,
        open_brace,
        close_brace,
        open_paren,
        close_paren,
        flatten,  // []
        filter,   // [?
    };

    Token(Type t, std::size_t p) : type(t), position(p) {}
    Type type;
    std::size_t position;
    std::string text;  // of identifiers
    std::int64_t number = 0;
    boost::json::value literal;
};

Error syntax_error(std::size_t position, std::string what);

// The tokens, ending in one of type `end`. Throws nothing.
Result<std::vector<Token>> tokenize(std::string_view text);

}  // namespace tributary::webhook
