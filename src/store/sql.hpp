// The room's own driver interface: connections, cached prepared statements, typed parameters.
//
// SQL is written once, in the subset both engines take; parameters are bound, never pasted. A
// Connection belongs to one thread at a time. Only this room includes this header.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/time.hpp"

namespace tributary {

// Marks text that is bound as BYTEA.
struct Bytes {
    explicit Bytes(std::string_view v) : view(v) {}
    std::string_view view;
};

// A value as a driver binds it. It views what it was made from.
class Param {
 public:
    enum class Type { null, number, text, bytes };

    Param(std::nullopt_t) {}
    Param(std::integral auto value)
        : type_(Type::number), number_(static_cast<std::int64_t>(value)) {}
    template <class E>
    requires std::is_enum_v<E> Param(E value)
        : type_(Type::number), number_(static_cast<std::int64_t>(value)) {}
    Param(Timestamp at) : type_(Type::number), number_(unix_ms(at)) {}
    Param(std::string_view value) : type_(Type::text), view_(value) {}
    Param(const std::string& value) : Param(std::string_view(value)) {}
    Param(const char* value) : Param(std::string_view(value)) {}
    Param(Bytes value) : type_(Type::bytes), view_(value.view) {}
    Param(const IdBytes& id)
        : type_(Type::bytes), view_(reinterpret_cast<const char*>(id.data()), id.size()) {}
    template <class Tag>
    Param(const Id<Tag>& id) : Param(id.bytes()) {}
    template <class T>
    Param(const std::optional<T>& value) {
        if (value) *this = Param(*value);
    }

    Type type() const { return type_; }
    std::int64_t number() const { return number_; }
    std::string_view view() const { return view_; }

 private:
    Type type_ = Type::null;
    std::int64_t number_ = 0;
    std::string_view view_;
};

// "" as NULL, for columns where absence is the rule.
inline std::optional<std::string_view> null_if_empty(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return text;
}

inline std::optional<Bytes> null_if_empty(Bytes bytes) {
    if (bytes.view.empty()) return std::nullopt;
    return bytes;
}

// A statement put together from fixed pieces, for lists with filters: each value becomes the next
// parameter. It views the values.
class SqlBuilder {
 public:
    explicit SqlBuilder(std::string_view begin) : text_(begin) {}
    SqlBuilder& add(std::string_view piece) {
        text_ += piece;
        return *this;
    }
    SqlBuilder& add(std::string_view piece, Param value) {
        return add(piece).add(parameter(value));
    }
    std::string parameter(Param value) {
        params_.push_back(value);
        return "$" + std::to_string(params_.size());
    }
    const std::string& text() const { return text_; }
    std::span<const Param> params() const { return params_; }

 private:
    std::string text_;
    std::vector<Param> params_;
};

// One prepared statement; its connection owns it.
class Statement {
 public:
    // `fleeting` values are copied; `lasting` ones outlive the statement's run.
    enum class Values { fleeting, lasting };

    virtual ~Statement() = default;
    virtual void start(std::span<const Param> params, Values values) = 0;
    virtual bool step() = 0;  // true: a row stands
    virtual void reset() noexcept = 0;
    virtual std::int64_t rows_changed() const = 0;

    virtual bool is_null(int column) const = 0;
    virtual std::int64_t number(int column) const = 0;
    virtual std::string_view bytes(int column) const = 0;  // of TEXT, too; until the next step
};

// The rows of a running statement. next() first, then read() the columns in their order.
class Rows {
 public:
    explicit Rows(Statement& statement) : statement_(&statement) {}
    Rows(Rows&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    Rows& operator=(Rows&&) = delete;
    ~Rows() {
        if (statement_) statement_->reset();
    }

    bool next() { return statement_->step(); }
    template <class... T>
    void read(T&... fields) const {
        int column = 0;
        (get(column++, fields), ...);
    }

 private:
    void get(int column, std::string& field) const { field = statement_->bytes(column); }
    void get(int column, std::integral auto& field) const {
        field = static_cast<std::remove_reference_t<decltype(field)>>(statement_->number(column));
    }
    template <class E>
    requires std::is_enum_v<E>
    void get(int column, E& field) const { field = static_cast<E>(statement_->number(column)); }
    void get(int column, Timestamp& field) const {
        field = from_unix_ms(statement_->number(column));
    }
    void get(int column, IdBytes& field) const;
    template <class Tag>
    void get(int column, Id<Tag>& field) const {
        IdBytes bytes;
        get(column, bytes);
        field = Id<Tag>(bytes);
    }
    template <class T>
    void get(int column, std::optional<T>& field) const {
        field.reset();
        if (!statement_->is_null(column)) get(column, field.emplace());
    }

    Statement* statement_;
};

// The disk would not take or keep what was written: nothing after this may be acknowledged.
class DiskFault : public Failure {
 public:
    explicit DiskFault(std::string detail)
        : Failure(Outcome::unavailable, "The store cannot write.", std::move(detail)) {}
};

// The file is not what we wrote.
class DamagedFile : public Failure {
 public:
    explicit DamagedFile(std::string detail)
        : Failure(Outcome::unavailable, "The store's file is damaged; restore it from a backup.",
                  std::move(detail)) {}
};

enum class Corpus { customer, ticket, interaction };

struct QueryWord;  // words.hpp

class Connection {
 public:
    virtual ~Connection() = default;

    virtual Statement& prepare(std::string_view sql) = 0;  // from the cache when seen before
    virtual void run_script(std::string_view sql) = 0;     // several statements, no parameters
    virtual void begin_write() = 0;
    virtual void begin_read() = 0;
    virtual void commit() = 0;
    virtual bool is_in_transaction() const = 0;
    // One step among several of a transaction, which can be undone alone.
    virtual void begin_step() = 0;
    virtual void end_step() = 0;
    virtual void undo_step() = 0;
    // Carries committed pages into the database file when enough of them wait. The writer's only.
    virtual void checkpoint_if_due() = 0;
    // Writes one consistent snapshot, without what was deleted, into the empty file `to`. Not yet
    // flushed. Outside of transactions.
    virtual void copy_into(const std::filesystem::path& to) = 0;
    // Takes deleted content out of the search index, the log and, with `rebuild`, out of every
    // page: it then writes all of them anew. False when a reader still needs the log. Outside of
    // transactions, the writer's only; others wait for it.
    enum class Scour { clear, rebuild };
    virtual bool scour(Scour how) = 0;
    // What the engine itself finds wrong with its pages, in its words; empty when all is well.
    virtual std::vector<std::string> find_damage() = 0;

    // --- what differs between dialects ----------------------------------------------------------
    virtual std::string translate_schema(std::string_view migration) const = 0;
    virtual bool has_table(std::string_view name) = 0;
    // Creates what the search index is kept in.
    virtual void create_search_index() = 0;
    // `words` are the row's distinct search words, one blank between them (words.hpp).
    virtual void index_words(Corpus corpus, std::int64_t seq, std::string_view words) = 0;
    virtual void forget_words(Corpus corpus, std::int64_t seq, std::string_view words) = 0;
    // Every word of the search index with the row it leads to.
    using SeeWord = std::function<void(std::int64_t seq, std::string_view word)>;
    virtual void see_indexed_words(Corpus corpus, const SeeWord& see) = 0;
    // A subquery for the seqs of the rows that match `parameter` ("$2"), a text made by
    // match_text().
    virtual std::string matching_seqs(Corpus corpus, std::string_view parameter) const = 0;
    // A query for the newest such seqs: $1 the text, $2 seqs below it, $3 how many.
    virtual std::string newest_matches(Corpus corpus) const = 0;
    // That text for all of `words`. Also makes findable what this transaction has indexed so far.
    virtual std::string match_text(std::span<const QueryWord> words) = 0;

    void run(std::string_view sql);
    void rollback() noexcept;  // quiet when none is open
};

// One transaction. `const Tx&` reads, `Tx&` writes, too.
class Tx {
 public:
    explicit Tx(Connection& connection) : connection_(connection) {}
    Tx(const Tx&) = delete;
    Tx& operator=(const Tx&) = delete;

    // Runs to the end; how many rows it touched.
    template <class... V>
    std::int64_t exec(std::string_view sql, const V&... values) {
        const std::array<Param, sizeof...(V)> params{Param(values)...};
        return exec_with(sql, params);
    }
    template <class... V>
    Rows query(std::string_view sql, const V&... values) const {
        const std::array<Param, sizeof...(V)> params{Param(values)...};
        return query_with(sql, params);
    }
    Rows query(const SqlBuilder& sql) const { return query_with(sql.text(), sql.params()); }
    Rows query_with(std::string_view sql, std::span<const Param> params) const;
    // The first column of the first row.
    template <class T, class... V>
    std::optional<T> query_one(std::string_view sql, const V&... values) const {
        Rows rows = query(sql, values...);
        std::optional<T> field;
        if (rows.next()) rows.read(field.emplace());
        return field;
    }

    // The next value of a counter row; rolled back with the step.
    std::int64_t next_number(std::string_view counter);
    void note_change(std::int64_t seq) { newest_change_ = seq; }
    std::int64_t newest_change() const { return newest_change_; }  // 0: none in this step
    Connection& connection() const { return connection_; }

 private:
    std::int64_t exec_with(std::string_view sql, std::span<const Param> params);

    Connection& connection_;
    std::int64_t newest_change_ = 0;
};

}  // namespace tributary
