// What the store costs: rows a second and CPU a row, beside the same engine driven bare and beside
// what the disk does, all in one run. Usage: bench_store [folder]
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <random>

#include "base/crypto.hpp"
#include "store/changes.hpp"
#include "store/customers.hpp"
#include "store/housekeeping.hpp"
#include "store/interactions.hpp"
#include "store/search.hpp"
#include "store/sql.hpp"
#include "store/sqlite.hpp"
#include "store/store.hpp"
#include "store/tickets.hpp"

namespace tributary {
namespace {

namespace fs = std::filesystem;

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Wall and CPU time of `rows` rows, printed as one line.
class Measurement {
 public:
    explicit Measurement(std::string name) : name_(std::move(name)) {}
    void print(int rows) const {
        const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - began_;
        const double cpu = cpu_seconds() - cpu_began_;
        std::printf("%-44s %8d rows %10.0f rows/s %8.1f us CPU/row\n", name_.c_str(), rows,
                    rows / wall.count(), cpu / rows * 1e6);
        std::fflush(stdout);
    }

 private:
    std::string name_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    double cpu_began_ = cpu_seconds();
};

void probe_disk(const fs::path& folder) {
    const fs::path path = folder / "probe";
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::string block(4096, 'x');
    std::vector<double> times;
    for (int turn = 0; turn < 300; ++turn) {
        const auto began = std::chrono::steady_clock::now();
        if (::write(file, block.data(), block.size()) < 0 || ::fdatasync(file) != 0) break;
        times.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began)
                .count());
    }
    ::close(file);
    std::sort(times.begin(), times.end());
    std::printf("%-44s %8zu       p50 %6.0f us  p99 %6.0f us\n", "disk: append 4 KiB + fdatasync",
                times.size(), times[times.size() / 2], times[times.size() * 99 / 100]);
}

// --- on one connection: what the statements cost -------------------------------------------------

using Work = std::function<void(Tx&, int row)>;
constexpr const char* bare_table = "CREATE TABLE bare (seq INTEGER PRIMARY KEY, body BLOB)";
constexpr const char* bare_insertion = "INSERT INTO bare (seq, body) VALUES ($1, $2)";

// Exactly `per_commit` steps share each commit, whatever else the machine does.
void bench_steps(const std::string& name, Connection& connection, const Work& work, int rows,
                 int per_commit) {
    const Measurement measurement(name + ", " + std::to_string(per_commit) + " a commit");
    for (int row = 0; row < rows;) {
        connection.begin_write();
        for (int turn = 0; turn < per_commit; ++turn) {
            connection.begin_step();
            Tx tx(connection);
            work(tx, row++);
            connection.end_step();
        }
        connection.commit();
        connection.checkpoint_if_due();
    }
    measurement.print(rows);
}

// --- the store -----------------------------------------------------------------------------------

awaitable<void> write_rows(Store& store, const Work& work, int& next, int rows) {
    while (next < rows) {
        const int row = next++;
        auto step = [&work, row](Tx& tx) { work(tx, row); };
        co_await store.write(step);
    }
}

// `writers` coroutines, each with one step in flight: that many share a commit.
void bench_store(const std::string& name, Store& store, asio::io_context& io, const Work& work,
                 int rows, int writers) {
    const StoreStats before = store.stats();
    const Measurement measurement(name + ", " + std::to_string(writers) + " waiting");
    int next = 0;
    for (int writer = 0; writer < writers; ++writer) {
        spawn(io.get_executor(), "writer", write_rows(store, work, next, rows));
    }
    io.restart();
    io.run();
    measurement.print(rows);
    const StoreStats after = store.stats();
    std::printf("%-44s %8.1f steps a commit, worst commit %.1f ms, failed %llu\n", "",
                static_cast<double>(after.steps - before.steps) /
                    static_cast<double>(after.commits - before.commits),
                after.worst_commit_ms,
                static_cast<unsigned long long>(after.failed_steps - before.failed_steps));
}

// Mail-like text: words of a vocabulary of 30,000, the common ones most often.
class TextMaker {
 public:
    explicit TextMaker(std::uint32_t seed) : random_(seed) {
        for (int word = 0; word < 30'000; ++word) {
            std::string letters;
            const auto length = 2 + random_() % 9;
            for (std::size_t at = 0; at < length; ++at) {
                letters += static_cast<char>('a' + random_() % 26);
            }
            words_.push_back(std::move(letters));
        }
    }
    std::string make(std::size_t bytes) {
        std::uniform_real_distribution<double> uniform(0, std::log(30'000.0));
        std::string text;
        while (text.size() < bytes) {
            const auto rank = static_cast<std::size_t>(std::exp(uniform(random_)));
            text.append(words_[std::min(rank, words_.size() - 1)]);
            text += random_() % 12 == 0 ? '\n' : ' ';
        }
        return text;
    }
    const std::string& word(std::size_t rank) const { return words_[rank]; }
    std::uint32_t number() { return random_(); }

 private:
    std::mt19937 random_;
    std::vector<std::string> words_;
};

// All rows of one ingested mail, as desk writes them.
class MailIngest {
 public:
    MailIngest() : texts_(1), bodies_(64) {
        for (auto& body : bodies_) {
            body = texts_.make(2000);
            StagedBlob& raw = raws_.emplace_back();
            raw.bytes = "Received: by mx.example.com\r\n" + body + texts_.make(4000);
            raw.size = raw.bytes.size();
        }
    }

    void operator()(Tx& tx, int row) {
        const Timestamp now = from_unix_ms(1'772'357'400'000 + row * 1000);
        Interaction mail = make_mail(row, now);
        LedgerEntry entry;
        entry.subject = mail.id.bytes();
        if (claim_dedupe_key(tx, "support", mail.content.message_id, "INBOX;uid=1", entry, now)) {
            return;
        }
        // Another raw mail each time: same size, its own hash.
        StagedBlob raw = raws_[static_cast<std::size_t>(row) % raws_.size()];
        raw.sha256 = sha256("raw" + std::to_string(row));
        keep_blob(tx, raw);
        mail.raw_sha256 = raw.sha256;
        const Handle handle("email", "", mail.content.from.address);
        mail.customer = find_or_add_customer(tx, handle, now);
        const auto referenced = find_by_message_ids(tx, mail.content.references);
        Ticket ticket = join_ticket(tx, mail, referenced, now);
        mail.ticket = ticket.id;
        insert_interaction(tx, mail);
        note_party(tx, ticket.id, handle);
        append_change(tx, "interaction.created",
                      {mail.id.text(), ticket.id.text(), mail.customer.text()}, now);
        ticket.last_change =
            append_change(tx, "ticket.updated", {ticket.id.text(), mail.customer.text()}, now);
        update_ticket(tx, ticket);
        set_cursor(tx, "support", "7:" + std::to_string(row), now);
    }
    const TextMaker& texts() const { return texts_; }

 private:
    static std::string message_id(int row) {
        return to_hex(sha256("id" + std::to_string(row))).substr(0, 32) + "@mail.example.com";
    }

    Interaction make_mail(int row, Timestamp now) {
        Interaction mail;
        mail.id = InteractionId::make(unix_ms(now));
        mail.connector = "support";
        mail.channel = "email";
        mail.occurred_at = now;
        mail.received_at = now;
        Content& content = mail.content;
        content.from = Party("Customer Name " + std::to_string(row % 2000),
                             "customer" + std::to_string(row % 2000) + "@example.com");
        content.from_proof = Proof::channel;
        content.to = {Party("Support", "support@example.com")};
        content.subject = "About " + texts_.make(30);
        content.text = bodies_[static_cast<std::size_t>(row) % bodies_.size()] + texts_.make(100);
        content.reply_text = content.text;
        content.message_id = message_id(row);
        if (row % 3 != 0) content.references = {message_id(row - 1), message_id(row - row % 3)};
        content.sent_at = now;
        mail.why.customer = "e-mail " + content.from.address + ", proven by the channel";
        return mail;
    }

    static CustomerId find_or_add_customer(Tx& tx, const Handle& handle, Timestamp now) {
        const auto owners = find_handle_owners(tx, handle);
        if (!owners.empty()) return owners.front().customer;
        Customer customer;
        customer.id = CustomerId::make(unix_ms(now));
        customer.display_name = "Customer";
        customer.created_at = now;
        customer.identities.emplace_back(handle, Proof::channel, handle.value);
        insert_customer(tx, customer);
        return customer.id;
    }

    static Ticket join_ticket(Tx& tx, const Interaction& mail,
                              const std::vector<Referenced>& referenced, Timestamp now) {
        if (!referenced.empty() && referenced.front().ticket) {
            Ticket ticket = find_ticket(tx, *referenced.front().ticket).value();
            ticket.updated_at = now;
            ticket.waiting_since = now;
            return ticket;
        }
        Ticket ticket;
        ticket.id = TicketId::make(unix_ms(now));
        ticket.customer = mail.customer;
        ticket.connector = mail.connector;
        ticket.subject = mail.content.subject;
        ticket.created_at = now;
        ticket.updated_at = now;
        insert_ticket(tx, ticket);
        return ticket;
    }

    TextMaker texts_;
    std::vector<std::string> bodies_;
    std::vector<StagedBlob> raws_;
};

void bench_search(Store& store, const std::string& name, const std::string& query) {
    std::vector<double> times;
    std::size_t hits = 0;
    for (int turn = 0; turn < 100; ++turn) {
        const auto began = std::chrono::steady_clock::now();
        store.read_now([&](const Tx& tx) {
            hits = search(tx, Scope::everything(), query, PageRequest()).items.size();
        });
        times.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
                .count());
    }
    std::sort(times.begin(), times.end());
    std::printf("%-44s %8zu hits  p50 %6.2f ms  p99 %6.2f ms\n", name.c_str(), hits, times[50],
                times[99]);
}

void bench_connection(const fs::path& folder, const Work& take_mail, int mails) {
    const auto connection = open_sqlite(folder / "store.db", Duty::writer);
    connection->run_script(bare_table);
    const std::string body = random_bytes(1024);
    int seq = 0;
    const Work insert = [&](Tx& tx, int) { tx.exec(bare_insertion, ++seq, Bytes(body)); };
    bench_steps("engine: 1 KiB rows", *connection, insert, 20'000, 100);
    bench_steps("engine: 1 KiB rows", *connection, insert, 1'000, 1);
    bench_steps("engine: 6 KB mails, whole ingest", *connection, take_mail, mails, 100);
    bench_steps("engine: 6 KB mails, whole ingest", *connection, take_mail, 500, 1);
}

void bench_threads(asio::io_context& io, Store& store, const Work& take_mail, int mails) {
    const std::string body = random_bytes(1024);
    int seq = 1'000'000;
    const Work insert = [&](Tx& tx, int) { tx.exec(bare_insertion, ++seq, Bytes(body)); };
    bench_store("store: 1 KiB rows", store, io, insert, 20'000, 100);
    bench_store("store: 1 KiB rows", store, io, insert, 1'000, 1);
    bench_store("store: 6 KB mails, whole ingest", store, io, take_mail, mails, 100);
    bench_store("store: 6 KB mails, whole ingest", store, io, take_mail, 500, 1);
}

void bench_searches(Store& store, const TextMaker& texts) {
    bench_search(store, "search: a common word", texts.word(3));
    bench_search(store, "search: two words", texts.word(50) + " " + texts.word(900));
    bench_search(store, "search: a rare word", texts.word(29'000));
    bench_search(store, "search: a one-letter prefix", "q");
    bench_search(store, "search: a three-letter prefix", texts.word(3).substr(0, 3));
}

void run(const fs::path& folder, int mails) {
    probe_disk(folder);
    asio::io_context io;
    StoreOptions options;
    options.url = "sqlite:" + (folder / "store.db").string();
    options.state = folder;
    Store::open(io, options);  // makes the tables
    MailIngest ingest;
    int row = 0;
    const Work take_mail = [&](Tx& tx, int) { ingest(tx, row++); };
    bench_connection(folder, take_mail, mails);
    const auto store = Store::open(io, options);
    bench_threads(io, *store, take_mail, mails);
    bench_searches(*store, ingest.texts());
    const auto size = fs::file_size(folder / "store.db");
    std::printf("%-44s %8.1f MiB for %d mails\n", "database", static_cast<double>(size) / (1 << 20),
                row);
}

}  // namespace
}  // namespace tributary

int main(int argc, char** argv) {
    const std::filesystem::path parent =
        argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
    const auto folder = parent / ("bench-store-" + tributary::random_token(6));
    std::filesystem::create_directories(folder);
    tributary::run(folder, argc > 2 ? std::atoi(argv[2]) : 10'000);
    std::filesystem::remove_all(folder);
    return 0;
}
