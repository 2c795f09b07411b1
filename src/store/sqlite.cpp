#include "store/sqlite.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/sqlite_search.hpp"

namespace tributary {
namespace {

constexpr int busy_patience_ms = 10'000;
constexpr int checkpoint_after_pages = 4000;  // 16 MiB of log; hot pages are carried over once
constexpr const char* writer_cache = "PRAGMA cache_size = -16384";  // KiB
constexpr const char* reader_cache = "PRAGMA cache_size = -4096";

struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

// Reading may fail for one page only, and the shared-memory file holds nothing durable; every other
// I/O error means that a write or an fsync did not do what it said.
bool is_write_fault(int code) {
    if ((code & 0xff) != SQLITE_IOERR) return false;
    switch (code) {
        case SQLITE_IOERR_READ:
        case SQLITE_IOERR_SHORT_READ:
        case SQLITE_IOERR_NOMEM:
        case SQLITE_IOERR_SHMOPEN:
        case SQLITE_IOERR_SHMSIZE:
        case SQLITE_IOERR_SHMLOCK:
        case SQLITE_IOERR_SHMMAP: return false;
        default: return true;
    }
}

[[noreturn]] void throw_code(sqlite3* database, int code, std::string_view during) {
    std::string detail = sqlite3_errstr(code);
    detail.append(" (").append(std::to_string(code)).append("): ");
    detail.append(sqlite3_errmsg(database)).append(" in ").append(during);
    if (is_write_fault(code)) throw DiskFault(std::move(detail));
    switch (code & 0xff) {
        case SQLITE_CONSTRAINT:
            throw Failure(Outcome::conflict, "This is stored already or contradicts what is.",
                          std::move(detail));
        case SQLITE_FULL:
            throw Failure(Outcome::unavailable, "The store's disk is full.", std::move(detail));
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw Failure(Outcome::unavailable, "The store is busy.", std::move(detail));
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            if (const char* file = sqlite3_db_filename(database, "main"))
                detail.append(" of ").append(file);
            throw DamagedFile(std::move(detail));
        default: throw Failure(Outcome::unavailable, "The store failed.", std::move(detail));
    }
}

class SqliteStatement final : public Statement {
 public:
    SqliteStatement(sqlite3* database, std::string_view sql) : database_(database) {
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        statement_.reset(statement);
        if (code != SQLITE_OK) throw_code(database, code, sql);
        number_parameters();
    }

    void start(std::span<const Param> params, Values values) override {
        const auto destructor = values == Values::lasting ? SQLITE_STATIC : SQLITE_TRANSIENT;
        for (std::size_t index = 0; index < numbers_.size(); ++index) {
            const auto at = static_cast<std::size_t>(numbers_[index]) - 1;
            if (at >= params.size()) throw std::logic_error("a parameter is missing");
            bind(static_cast<int>(index) + 1, params[at], destructor);
        }
    }

    bool step() override {
        const int code = sqlite3_step(get());
        if (code == SQLITE_ROW) return true;
        if (code == SQLITE_DONE) return false;
        throw_code(database_, code, sqlite3_sql(get()));
    }

    void reset() noexcept override { sqlite3_reset(get()); }
    std::int64_t rows_changed() const override { return sqlite3_changes64(database_); }
    bool is_null(int column) const override {
        return sqlite3_column_type(get(), column) == SQLITE_NULL;
    }
    std::int64_t number(int column) const override { return sqlite3_column_int64(get(), column); }
    std::string_view bytes(int column) const override {
        const void* data = sqlite3_column_blob(get(), column);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(get(), column));
        if (data == nullptr) return {};
        return {static_cast<const char*>(data), size};
    }

 private:
    sqlite3_stmt* get() const { return statement_.get(); }

    // SQLite takes $2 for a name and numbers parameters as they come; ours are numbers.
    void number_parameters() {
        const int count = sqlite3_bind_parameter_count(get());
        for (int index = 1; index <= count; ++index) {
            const std::string_view name = sqlite3_bind_parameter_name(get(), index);
            int number = 0;
            std::from_chars(name.data() + 1, name.data() + name.size(), number);
            if (number < 1) throw std::logic_error("parameters are $1, $2, ...");
            numbers_.push_back(number);
        }
    }

    void bind(int index, const Param& param, sqlite3_destructor_type destructor) {
        const std::string_view view = param.view();
        const char* data = view.data() ? view.data() : "";
        int code = SQLITE_OK;
        switch (param.type()) {
            case Param::Type::null: code = sqlite3_bind_null(get(), index); break;
            case Param::Type::number:
                code = sqlite3_bind_int64(get(), index, param.number());
                break;
            case Param::Type::text:
                code =
                    sqlite3_bind_text64(get(), index, data, view.size(), destructor, SQLITE_UTF8);
                break;
            case Param::Type::bytes:
                code = sqlite3_bind_blob64(get(), index, data, view.size(), destructor);
                break;
        }
        if (code != SQLITE_OK) throw_code(database_, code, sqlite3_sql(get()));
    }

    sqlite3* database_;
    std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
    std::vector<int> numbers_;  // of the parameter at each of SQLite's places
};

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

class SqliteConnection final : public Connection {
 public:
    SqliteConnection(const std::filesystem::path& file, Duty duty) {
        open(file, duty);
        sqlite3_busy_timeout(get(), busy_patience_ms);
        set_up(duty);
    }

    Statement& prepare(std::string_view sql) override {
        const auto found = statements_.find(sql);
        if (found != statements_.end()) return *found->second;
        auto statement = std::make_unique<SqliteStatement>(get(), sql);
        return *statements_.emplace(sql, std::move(statement)).first->second;
    }

    void run_script(std::string_view sql) override {
        const int code = sqlite3_exec(get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) throw_code(get(), sqlite3_extended_errcode(get()), sql);
    }

    void begin_write() override {
        words_.clear();
        run("BEGIN IMMEDIATE");
    }
    void begin_read() override { run("BEGIN"); }
    void commit() override {
        flush_words();
        run("COMMIT");
    }
    void begin_step() override {
        words_before_step_ = words_.size();
        run("SAVEPOINT step");
    }
    void end_step() override { run("RELEASE step"); }
    void undo_step() override {
        words_.resize(std::min(words_before_step_, words_.size()));
        run("ROLLBACK TO step");
        run("RELEASE step");
    }
    bool is_in_transaction() const override { return sqlite3_get_autocommit(get()) == 0; }

    void checkpoint_if_due() override {
        if (log_pages_ < checkpoint_after_pages) return;
        const int code =
            sqlite3_wal_checkpoint_v2(get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
        // Busy: a reader still needs the log; the next commit tries again.
        if (code != SQLITE_OK && code != SQLITE_BUSY && code != SQLITE_FULL) {
            throw_code(get(), code, "checkpoint");
        }
    }

    void copy_into(const std::filesystem::path& to) override {
        Tx tx(*this);
        tx.exec(R"sql(VACUUM INTO $1)sql", to.string());
    }

    bool scour(Scour how) override {
        run_script(sqlite_search::compaction);
        if (how == Scour::rebuild) {
            // Else the whole copy would be built in memory.
            run_script("PRAGMA temp_store = FILE");
            run_script("VACUUM");
            run_script("PRAGMA temp_store = MEMORY");
        }
        const int code =
            sqlite3_wal_checkpoint_v2(get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
        if (code == SQLITE_BUSY) return false;
        if (code != SQLITE_OK) throw_code(get(), code, "checkpoint");
        return true;
    }

    std::vector<std::string> find_damage() override {
        std::vector<std::string> found;
        const Tx tx(*this);
        Rows rows = tx.query(R"sql(PRAGMA integrity_check)sql");
        while (rows.next())
            rows.read(found.emplace_back());
        if (found.size() == 1 && found.front() == "ok") found.clear();
        return found;
    }

    std::string translate_schema(std::string_view migration) const override {
        std::string text(migration);
        replace_all(text, "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY");
        replace_all(text, "/* by key */", "WITHOUT ROWID");
        return text + append_only_triggers(migration);
    }

    bool has_table(std::string_view name) override {
        const Tx tx(*this);
        return tx
            .query_one<int>(
                R"sql(SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1)sql", name)
            .has_value();
    }

    void create_search_index() override { run_script(sqlite_search::schema); }
    void index_words(Corpus corpus, std::int64_t seq, std::string_view words) override {
        words_.push_back({sqlite_search::insertion(corpus), seq, std::string(words)});
    }
    void forget_words(Corpus corpus, std::int64_t seq, std::string_view words) override {
        words_.push_back({sqlite_search::deletion(corpus), seq, std::string(words)});
    }
    void see_indexed_words(Corpus corpus, const SeeWord& see) override {
        run_script(sqlite_search::vocabulary(corpus));
        const Tx tx(*this);
        Rows rows = tx.query(R"sql(SELECT doc, term FROM temp.vocabulary)sql");
        std::int64_t seq = 0;
        std::string word;
        while (rows.next()) {
            rows.read(seq, word);
            see(seq, word);
        }
    }
    std::string matching_seqs(Corpus corpus, std::string_view parameter) const override {
        return sqlite_search::matching_seqs(corpus, parameter);
    }
    std::string newest_matches(Corpus corpus) const override {
        return sqlite_search::newest_matches(corpus);
    }
    std::string match_text(std::span<const QueryWord> words) override {
        flush_words();
        return sqlite_search::match_text(words);
    }

 private:
    // A row of the search index that waits for the commit.
    struct PendingWords {
        std::string_view sql;
        std::int64_t seq;
        std::string words;
    };

    sqlite3* get() const { return database_.get(); }

    // FTS5 writes a segment of its own at every savepoint, which doubles its cost; so the words of
    // all steps go to it together, outside of the steps.
    void flush_words() {
        const auto waiting = std::exchange(words_, {});
        words_before_step_ = 0;
        Tx tx(*this);
        for (const PendingWords& row : waiting)
            tx.exec(row.sql, row.seq, row.words);
    }

    void open(const std::filesystem::path& file, Duty duty) {
        // SQLite gives its files the database's mode, so it must be private from the start.
        if (duty != Duty::archive) {
            const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
            if (descriptor >= 0) ::close(descriptor);
        }
        sqlite3* database = nullptr;
        const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                          (duty == Duty::archive ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
        const int code = sqlite3_open_v2(file.c_str(), &database, flags, nullptr);
        database_.reset(database);
        if (code != SQLITE_OK) throw_code(database, code, file.string());
    }

    void set_up(Duty duty) {
        if (duty == Duty::archive) {
            run_script("PRAGMA temp_store = MEMORY");
            return;
        }
        if (duty == Duty::draft) {
            run_script("PRAGMA journal_mode = MEMORY");
            run_script("PRAGMA synchronous = OFF");
            return;
        }
        run_script("PRAGMA journal_mode = WAL");
        run_script("PRAGMA synchronous = FULL");
        run_script("PRAGMA temp_store = MEMORY");  // savepoints' undo pages never touch the disk
        run_script("PRAGMA secure_delete = ON");   // what is deleted is overwritten
        run_script("PRAGMA journal_size_limit = 67108864");
        run_script(duty == Duty::reader ? reader_cache : writer_cache);
        if (duty == Duty::reader) run_script("PRAGMA query_only = ON");
        if (duty == Duty::writer) {
            // Replaces the automatic checkpoint, which would hide its errors.
            sqlite3_wal_hook(get(), &SqliteConnection::note_log, this);
        } else {
            run_script("PRAGMA wal_autocheckpoint = 0");
            sqlite3_db_config(get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        }
    }

    // For each table that is marked so.
    static std::string append_only_triggers(std::string_view migration) {
        constexpr std::string_view create = "CREATE TABLE ";
        std::string triggers;
        for (auto mark = migration.find("/* append only */"); mark != std::string_view::npos;
             mark = migration.find("/* append only */", mark + 1)) {
            const auto name = migration.rfind(create, mark) + create.size();
            const std::string table(migration.substr(name, migration.find(' ', name) - name));
            for (const std::string verb : {"UPDATE", "DELETE"})
                triggers += "CREATE TRIGGER " + table + "_no_" + verb + " BEFORE " + verb + " ON " +
                            table + " BEGIN SELECT RAISE(ABORT, '" + table +
                            " rows are only ever added'); END;\n";
        }
        return triggers;
    }

    static int note_log(void* self, sqlite3*, const char*, int pages) {
        static_cast<SqliteConnection*>(self)->log_pages_ = pages;
        return SQLITE_OK;
    }

    static void replace_all(std::string& text, std::string_view from, std::string_view to) {
        for (auto at = text.find(from); at != std::string::npos;
             at = text.find(from, at + to.size())) {
            text.replace(at, from.size(), to);
        }
    }

    std::unique_ptr<sqlite3, CloseDatabase> database_;
    std::unordered_map<std::string, std::unique_ptr<SqliteStatement>, TextHash, std::equal_to<>>
        statements_;  // goes before the database
    std::vector<PendingWords> words_;
    std::size_t words_before_step_ = 0;
    int log_pages_ = 0;
};

}  // namespace

std::unique_ptr<Connection> open_sqlite(const std::filesystem::path& file, Duty duty) {
    return std::make_unique<SqliteConnection>(file, duty);
}

}  // namespace tributary
