#include "connectors/webhook/jmespath_parser.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "connectors/webhook/jmespath_functions.hpp"
#include "connectors/webhook/jmespath_lexer.hpp"

namespace tributary::webhook {
namespace {

using Type = Token::Type;

constexpr int kMaxDepth = 256;  // of the tree, and of the recursion that builds it

// How strongly an operator binds. A projection's right side ends at anything weaker than
// kProjectionEnd (specification, "Projections").
constexpr int kNothing = 0;
constexpr int kProjectionEnd = 10;
constexpr int kStar = 20;
constexpr int kFilter = 21;
constexpr int kDot = 40;
constexpr int kNegation = 45;

int binding_power(Type type) {
    switch (type) {
        case Type::pipe: return 1;
        case Type::either: return 2;
        case Type::both: return 3;
        case Type::equal:
        case Type::not_equal:
        case Type::less:
        case Type::less_or_equal:
        case Type::greater:
        case Type::greater_or_equal: return 5;
        case Type::flatten: return 9;
        case Type::star: return kStar;
        case Type::filter: return kFilter;
        case Type::dot: return kDot;
        case Type::negation: return kNegation;
        case Type::open_brace: return 50;
        case Type::open_bracket: return 55;
        case Type::open_paren: return 60;
        default: return kNothing;
    }
}

std::optional<Comparison> comparison_of(Type type) {
    switch (type) {
        case Type::equal: return Comparison::equal;
        case Type::not_equal: return Comparison::not_equal;
        case Type::less: return Comparison::less;
        case Type::less_or_equal: return Comparison::less_or_equal;
        case Type::greater: return Comparison::greater;
        case Type::greater_or_equal: return Comparison::greater_or_equal;
        default: return std::nullopt;
    }
}

// After the first fault every token reads as `end`, so that each rule unwinds by itself.
class Parser {
 public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    Result<Node> run() {
        Node root = expression(kNothing);
        if (!error_ && peek().type != Type::end) fail("unexpected symbol");
        if (error_) return *error_;
        return root;
    }

 private:
    const Token& peek(std::size_t ahead = 0) const {
        if (error_) return tokens_.back();
        return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
    }
    Token take() {
        Token token = peek();
        if (at_ + 1 < tokens_.size()) ++at_;
        return token;
    }
    bool take_if(Type type) {
        if (peek().type != type) return false;
        take();
        return true;
    }
    void expect(Type type, const char* what) {
        if (!take_if(type)) fail(what);
    }
    Node fail(std::string what) { return fail(syntax_error(peek().position, std::move(what))); }
    Node fail(Error error) {
        if (!error_) error_ = std::move(error);
        return Node(Node::Type::current);
    }

    Node make(Node::Type type, std::vector<Node> children) {
        Node node(type);
        node.children = std::move(children);
        return measured(std::move(node));
    }
    Node make(Node::Type type, Node left, Node right) {
        std::vector<Node> children;
        children.push_back(std::move(left));
        children.push_back(std::move(right));
        return make(type, std::move(children));
    }
    Node measured(Node node) {
        for (const Node& child : node.children)
            node.depth = std::max(node.depth, child.depth + 1);
        if (node.depth > kMaxDepth) fail("nested too deeply");
        return node;
    }
    static Node current() { return Node(Node::Type::current); }

    Node expression(int power) {
        if (nesting_ >= kMaxDepth) return fail("nested too deeply");
        ++nesting_;
        Node left = prefix();
        while (!error_ && power < binding_power(peek().type))
            left = infix(std::move(left));
        --nesting_;
        return left;
    }

    // What an expression may begin with.
    Node prefix() {
        const Token token = take();
        switch (token.type) {
            case Type::literal: {
                Node node(Node::Type::literal);
                node.literal = token.literal;
                return node;
            }
            case Type::identifier:
                return peek().type == Type::open_paren ? call(token) : field(token);
            case Type::quoted_identifier:
                if (peek().type == Type::open_paren) return fail("a function's name is not quoted");
                return field(token);
            case Type::star: return project_values(current());
            case Type::filter: return filter(current());
            case Type::flatten: return flatten(current());
            case Type::open_brace: return select_object();
            case Type::open_bracket: return bracket_prefix();
            case Type::open_paren: return group();
            case Type::negation: return make(Node::Type::negation, one(expression(kNegation)));
            case Type::current: return current();
            case Type::end: return fail("the expression ends too early");
            default: return fail(syntax_error(token.position, "unexpected symbol"));
        }
    }

    // What may follow a complete expression.
    Node infix(Node left) {
        const Token token = take();
        if (auto comparison = comparison_of(token.type)) {
            const int power = binding_power(token.type);
            Node node = make(Node::Type::comparison, std::move(left), expression(power));
            node.comparison = *comparison;
            return node;
        }
        switch (token.type) {
            case Type::dot:
                if (take_if(Type::star)) return project_values(std::move(left));
                return make(Node::Type::chain, std::move(left), after_dot(kDot));
            case Type::pipe: return binary(Node::Type::chain, std::move(left), token);
            case Type::either: return binary(Node::Type::either, std::move(left), token);
            case Type::both: return binary(Node::Type::both, std::move(left), token);
            case Type::filter: return filter(std::move(left));
            case Type::flatten: return flatten(std::move(left));
            case Type::open_bracket: return bracket_after(std::move(left));
            default: return fail(syntax_error(token.position, "unexpected symbol"));
        }
    }

    Node binary(Node::Type type, Node left, const Token& token) {
        return make(type, std::move(left), expression(binding_power(token.type)));
    }

    static std::vector<Node> one(Node child) {
        std::vector<Node> children;
        children.push_back(std::move(child));
        return children;
    }

    static Node field(const Token& token) {
        Node node(Node::Type::field);
        node.name = token.text;
        return node;
    }

    Node group() {
        Node inner = expression(kNothing);
        expect(Type::close_paren, "expected ')'");
        return inner;
    }

    Node project_values(Node left) {
        return make(Node::Type::project_values, std::move(left), projected(kStar));
    }
    Node project_list(Node left) {
        return make(Node::Type::project_list, std::move(left), projected(kStar));
    }
    Node flatten(Node left) {
        Node flat = make(Node::Type::flatten, one(std::move(left)));
        return make(Node::Type::project_list, std::move(flat),
                    projected(binding_power(Type::flatten)));
    }
    Node filter(Node left) {
        Node condition = expression(kNothing);
        expect(Type::close_bracket, "expected ']'");
        Node right = peek().type == Type::flatten ? current() : projected(kFilter);
        std::vector<Node> children;
        children.push_back(std::move(left));
        children.push_back(std::move(condition));
        children.push_back(std::move(right));
        return make(Node::Type::project_matching, std::move(children));
    }

    // The right side of a projection: what is done to each element. "[0]" and "[?x]" begin an
    // expression of their own there.
    Node projected(int power) {
        const Type next = peek().type;
        if (binding_power(next) < kProjectionEnd) return current();
        if (next == Type::open_bracket || next == Type::filter) return expression(power);
        if (take_if(Type::dot)) return after_dot(power);
        return fail("unexpected symbol after a projection");
    }

    Node after_dot(int power) {
        switch (peek().type) {
            case Type::identifier:
            case Type::quoted_identifier:
            case Type::star: return expression(power);
            case Type::open_bracket: take(); return select_list();
            case Type::open_brace: take(); return select_object();
            default: return fail("expected a name, '*', '[' or '{' after '.'");
        }
    }

    Node bracket_prefix() {
        const Type next = peek().type;
        if (next == Type::number || next == Type::colon) return index_or_slice(std::nullopt);
        if (next == Type::star && peek(1).type == Type::close_bracket) {
            take();
            take();
            return project_list(current());
        }
        return select_list();
    }

    Node bracket_after(Node left) {
        const Type next = peek().type;
        if (next == Type::number || next == Type::colon) return index_or_slice(std::move(left));
        expect(Type::star, "expected a number, ':' or '*' in brackets");
        expect(Type::close_bracket, "expected ']'");
        return project_list(std::move(left));
    }

    Node index_or_slice(std::optional<Node> left) {
        Node node = peek().type == Type::number && peek(1).type != Type::colon ? index() : slice();
        const bool is_slice = node.type == Node::Type::slice;
        if (left) node = make(Node::Type::chain, std::move(*left), std::move(node));
        return is_slice ? project_list(std::move(node)) : node;
    }

    Node index() {
        Node node(Node::Type::index);
        node.index = take().number;
        expect(Type::close_bracket, "expected ']'");
        return node;
    }

    Node slice() {
        Node node(Node::Type::slice);
        for (std::size_t part = 0; part < 3; ++part) {
            if (peek().type == Type::number) node.slice[part] = take().number;
            if (take_if(Type::close_bracket)) return node;
            if (part < 2) expect(Type::colon, "expected ':' or ']' in a slice");
        }
        return fail("expected ']' after a slice");
    }

    Node select_list() {
        std::vector<Node> children;
        do {
            children.push_back(expression(kNothing));
        } while (take_if(Type::comma));
        expect(Type::close_bracket, "expected ',' or ']'");
        return make(Node::Type::select_list, std::move(children));
    }

    Node select_object() {
        Node node(Node::Type::select_object);
        do {
            const Token key = take();
            if (key.type != Type::identifier && key.type != Type::quoted_identifier)
                return fail(syntax_error(key.position, "expected a key"));
            expect(Type::colon, "expected ':'");
            node.keys.push_back(key.text);
            node.children.push_back(expression(kNothing));
        } while (take_if(Type::comma));
        expect(Type::close_brace, "expected ',' or '}'");
        return measured(std::move(node));
    }

    Node call(const Token& name) {
        take();
        Node node(Node::Type::call);
        node.name = name.text;
        if (!take_if(Type::close_paren)) {
            do {
                node.children.push_back(argument());
            } while (take_if(Type::comma));
            expect(Type::close_paren, "expected ',' or ')'");
        }
        if (error_) return node;
        node.function = find_function(node.name);
        if (!node.function) {
            return fail(Error(Outcome::invalid, "there is no function " + node.name + "()")
                            .with_reason("unknown-function"));
        }
        if (!node.function->takes(node.children.size())) {
            return fail(Error(Outcome::invalid, node.name + "() takes another number of arguments")
                            .with_reason("invalid-arity"));
        }
        return measured(std::move(node));
    }

    Node argument() {
        if (!take_if(Type::reference)) return expression(kNothing);
        return make(Node::Type::reference, one(expression(kNothing)));
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int nesting_ = 0;
    std::optional<Error> error_;
};

}  // namespace

Result<Node> parse_expression(std::string_view text) {
    auto tokens = tokenize(text);
    if (!tokens) return tokens.error();
    return Parser(std::move(*tokens)).run();
}

}  // namespace tributary::webhook
