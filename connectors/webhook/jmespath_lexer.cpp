#include "connectors/webhook/jmespath_lexer.hpp"

#include <boost/json/parse.hpp>
#include <charconv>

#include "base/text.hpp"

namespace tributary::webhook {
namespace {

namespace json = boost::json;
using Type = Token::Type;

constexpr std::size_t kMaxLength = 65'536;

bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_name(char c) {
    return is_name_start(c) || is_digit(c);
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// One or two characters that stand for themselves. Longer ones first.
struct Symbol {
    std::string_view text;
    Type type;
};
constexpr Symbol kSymbols[] = {
    {"[?", Type::filter},
    {"[]", Type::flatten},
    {"||", Type::either},
    {"&&", Type::both},
    {"==", Type::equal},
    {"!=", Type::not_equal},
    {"<=", Type::less_or_equal},
    {">=", Type::greater_or_equal},
    {"[", Type::open_bracket},
    {"]", Type::close_bracket},
    {"{", Type::open_brace},
    {"}", Type::close_brace},
    {"(", Type::open_paren},
    {")", Type::close_paren},
    {".", Type::dot},
    {",", Type::comma},
    {":", Type::colon},
    {"*", Type::star},
    {"@", Type::current},
    {"&", Type::reference},
    {"!", Type::negation},
    {"|", Type::pipe},
    {"<", Type::less},
    {">", Type::greater},
};

class Lexer {
 public:
    explicit Lexer(std::string_view text) : text_(text) {}

    Result<std::vector<Token>> run() {
        while (at_ < text_.size()) {
            if (is_space(text_[at_])) {
                ++at_;
                continue;
            }
            if (auto fault = next()) return *fault;
        }
        tokens_.emplace_back(Type::end, text_.size());
        return std::move(tokens_);
    }

 private:
    using Fault = std::optional<Error>;

    Fault next() {
        const char c = text_[at_];
        if (is_name_start(c)) return identifier();
        if (is_digit(c) || c == '-') return number();
        if (c == '"') return quoted_identifier();
        if (c == '\'') return raw_string();
        if (c == '`') return literal();
        return symbol();
    }

    Token& add(Type type) { return tokens_.emplace_back(type, at_); }

    Fault identifier() {
        std::size_t end = at_;
        while (end < text_.size() && is_name(text_[end]))
            ++end;
        add(Type::identifier).text = text_.substr(at_, end - at_);
        at_ = end;
        return {};
    }

    Fault number() {
        std::int64_t value = 0;
        const auto [end, error] =
            std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error != std::errc()) return syntax_error(at_, "expected a whole number");
        add(Type::number).number = value;
        at_ = static_cast<std::size_t>(end - text_.data());
        return {};
    }

    Fault symbol() {
        for (const Symbol& symbol : kSymbols) {
            if (!text_.substr(at_).starts_with(symbol.text)) continue;
            add(symbol.type);
            at_ += symbol.text.size();
            return {};
        }
        return syntax_error(at_, "unknown character");
    }

    // The text between two `quote`s, escapes still in it; moves behind it.
    std::optional<std::string_view> delimited(char quote) {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote)
            end += text_[end] == '\\' ? 2 : 1;
        if (end >= text_.size()) return std::nullopt;
        const auto inner = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return inner;
    }

    // A quoted identifier has the escapes of a JSON string.
    Fault quoted_identifier() {
        const std::size_t start = at_;
        if (!delimited('"')) return syntax_error(start, "the quote is not closed");
        boost::system::error_code error;
        auto value = json::parse(std::string(text_.substr(start, at_ - start)), error);
        if (error) return syntax_error(start, "not a JSON string");
        Token token(Type::quoted_identifier, start);
        token.text = value.as_string();
        tokens_.push_back(std::move(token));
        return {};
    }

    Fault raw_string() {
        const std::size_t start = at_;
        const auto inner = delimited('\'');
        if (!inner) return syntax_error(start, "the quote is not closed");
        Token token(Type::literal, start);
        token.literal = unescape(*inner, '\'');
        tokens_.push_back(std::move(token));
        return {};
    }

    Fault literal() {
        const std::size_t start = at_;
        const auto inner = delimited('`');
        if (!inner) return syntax_error(start, "the backtick is not closed");
        boost::system::error_code error;
        Token token(Type::literal, start);
        token.literal = json::parse(unescape(*inner, '`'), error);
        if (error) return syntax_error(start, "not a JSON value");
        tokens_.push_back(std::move(token));
        return {};
    }

    // Only the quote itself can be escaped here; every other backslash stays.
    static std::string unescape(std::string_view text, char quote) {
        std::string out;
        out.reserve(text.size());
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == quote) ++i;
            out += text[i];
        }
        return out;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
};

}  // namespace

Error syntax_error(std::size_t position, std::string what) {
    return Error(Outcome::invalid,
                 "at character " + std::to_string(position + 1) + ": " + std::move(what))
        .with_reason("syntax");
}

Result<std::vector<Token>> tokenize(std::string_view text) {
    if (text.size() > kMaxLength) return syntax_error(kMaxLength, "the expression is too long");
    if (!is_valid_utf8(text)) return syntax_error(0, "the expression is not UTF-8");
    return Lexer(text).run();
}

}  // namespace tributary::webhook
