#include "store/store.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "store/blob_files.hpp"
#include "store/migrations.hpp"
#include "store/readers.hpp"
#include "store/sqlite.hpp"
#include "store/store_files.hpp"
#include "store/writer.hpp"

namespace tributary {
namespace {

namespace fs = std::filesystem;

// Only the holder of the lock may change the schema; a command takes it for that moment.
void prepare_schema(Connection& connection, const fs::path& database, StoreOptions::Use use) {
    switch (check_schema(connection)) {
        case SchemaState::current: return;
        case SchemaState::newer:
            throw Failure(Outcome::conflict,
                          "The store " + database.string() +
                              " is newer than this program: " + describe_schema(connection) + ".");
        case SchemaState::older: break;
    }
    std::optional<LockFile> lock;
    if (use == StoreOptions::Use::command) lock = take_lock(database);
    migrate(connection);
}

// Lets one thread wait for a step's end on another.
class BlockingEnd {
 public:
    void tell(std::exception_ptr error) {
        const std::lock_guard lock(mutex_);
        error_ = std::move(error);
        has_ended_ = true;
        told_.notify_one();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        told_.wait(lock, [this] { return has_ended_; });
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

 private:
    std::mutex mutex_;
    std::condition_variable told_;
    bool has_ended_ = false;
    std::exception_ptr error_;
};

class SqlStore final : public Store {
 public:
    SqlStore(asio::io_context& io, const StoreOptions& options, std::optional<LockFile> lock)
        : lock_(std::move(lock)),
          io_(io.get_executor()),
          options_(options),
          blobs_(blob_folder(options)),
          listener_(std::make_shared<ChangeListener>()) {
        const fs::path file = database_file(options);
        const bool is_daemon = options.use == StoreOptions::Use::daemon;
        auto connection = open_sqlite(file, is_daemon ? Duty::writer : Duty::command);
        prepare_schema(*connection, file, options.use);
        std::vector<std::unique_ptr<Connection>> reading;
        for (int index = 0; index < std::max(options.readers, 1); ++index) {
            reading.push_back(open_sqlite(file, Duty::reader));
        }
        writer_ = std::make_unique<Writer>(std::move(connection), io_, listener_,
                                           options.max_queued_writes);
        readers_ = std::make_unique<Readers>(std::move(reading), io_);
        if (is_daemon) sweep_blobs();
    }
    ~SqlStore() override { SqlStore::stop(); }

    void write_now(const std::function<void(Tx&)>& step) override {
        run_now([this](Job job) { writer_->submit(std::move(job)); }, step);
    }
    void read_now(const std::function<void(const Tx&)>& step) override {
        run_now([this](Job job) { readers_->submit(std::move(job)); },
                [&step](Tx& tx) { step(tx); });
    }

    bool scour_now(Scour how) override {
        bool is_clear = false;
        const auto work = [&](Connection& connection) {
            is_clear = connection.scour(how == Scour::rebuild ? Connection::Scour::rebuild
                                                              : Connection::Scour::clear);
        };
        wait_for([&](Done done) {
            Job job{nullptr, std::move(done), Tell::on_this_thread, nullptr, nullptr};
            job.alone = work;
            writer_->submit(std::move(job));
        });
        return is_clear;
    }
    const fs::path& state() const override { return options_.state; }
    fs::path database() const override { return database_file(options_); }

    StagedBlob stage(std::string bytes) override {
        StagedBlob blob;
        blob.sha256 = sha256(bytes);
        blob.size = bytes.size();
        blob.is_file = bytes.size() >= blob_file_from_bytes;
        if (blob.is_file) {
            blobs_.write(blob.sha256, bytes);
        } else {
            blob.bytes = std::move(bytes);
        }
        return blob;
    }

    std::optional<std::string> load_blob(std::string_view sha) override;

    void on_change(std::function<void(std::int64_t)> listener) override {
        listener_->notify = std::move(listener);
    }
    StoreStats stats() const override { return writer_->stats(); }

    // Readers first: their connections must be idle when the writer's closes and checkpoints.
    void stop() override {
        readers_->stop();
        writer_->stop();
    }

 protected:
    void submit(Access access, Step step, Done done) override {
        Job job{std::move(step), std::move(done), Tell::on_io, nullptr};
        if (access == Access::read) {
            readers_->submit(std::move(job));
        } else {
            writer_->submit(std::move(job));
        }
    }
    asio::any_io_executor executor() override { return io_; }

 private:
    template <class Submit>
    static void run_now(Submit submit, Step step) {
        wait_for([&](Done done) {
            Job job{std::move(step), std::move(done), Tell::on_this_thread, nullptr, nullptr};
            submit(std::move(job));
        });
    }
    template <class Start>
    static void wait_for(Start start) {
        // Shared: whoever tells the end may still be inside notify_one() when the waiter has gone.
        const auto end = std::make_shared<BlockingEnd>();
        start([end](std::exception_ptr error) { end->tell(std::move(error)); });
        end->wait();
    }

    void sweep_blobs() {
        blobs_.sweep([this](std::string_view sha) {
            bool is_named = false;
            read_now([&](const Tx& tx) {
                is_named =
                    tx.query_one<int>(R"sql(SELECT 1 FROM blob WHERE sha256 = $1)sql", Bytes(sha))
                        .has_value();
            });
            return is_named;
        });
    }

    std::optional<LockFile> lock_;  // goes last
    asio::any_io_executor io_;
    StoreOptions options_;
    BlobFiles blobs_;
    std::shared_ptr<ChangeListener> listener_;
    std::unique_ptr<Writer> writer_;  // closes after the readers
    std::unique_ptr<Readers> readers_;
};

std::optional<std::string> SqlStore::load_blob(std::string_view sha) {
    bool is_known = false;
    std::optional<std::string> bytes;
    read_now([&](const Tx& tx) {
        Rows rows = tx.query(R"sql(SELECT bytes FROM blob WHERE sha256 = $1)sql", Bytes(sha));
        is_known = rows.next();
        if (is_known) rows.read(bytes);
    });
    if (!is_known) return std::nullopt;
    if (!bytes) bytes = blobs_.read(sha);
    if (bytes && equal_in_constant_time(sha256(*bytes), sha)) return bytes;
    log::error("store.blob_damaged", "sha256", to_hex(sha), "do", "restore it from a backup");
    throw Failure(Outcome::unavailable, "This file is damaged in the store.",
                  (bytes ? "wrong hash: " : "missing: ") + to_hex(sha));
}

}  // namespace

Store::~Store() = default;

std::unique_ptr<Store> Store::open(asio::io_context& io, const StoreOptions& options) {
    const fs::path file = database_file(options);
    std::error_code failed;
    if (file.has_parent_path()) fs::create_directories(file.parent_path(), failed);
    std::optional<LockFile> lock;
    if (options.use == StoreOptions::Use::daemon) {
        lock = take_lock(file);
        finish_restore(file);
    }
    return std::make_unique<SqlStore>(io, options, std::move(lock));
}

}  // namespace tributary
