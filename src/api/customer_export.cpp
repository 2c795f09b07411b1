#include "api/customer_export.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <boost/json.hpp>

#include "api/download.hpp"
#include "api/names.hpp"
#include "base/crypto.hpp"
#include "store/audit.hpp"
#include "store/customers.hpp"
#include "store/interactions.hpp"

namespace tributary {
namespace {

namespace json = boost::json;
constexpr int page_size = 50;

struct FreeArchive {
    void operator()(archive* handle) const { archive_write_free(handle); }
};
struct FreeEntry {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

class ZipWriter {
 public:
    ZipWriter(const ArchiveSink& sink, Timestamp now)
        : sink_(sink), now_(now), archive_(archive_write_new()) {
        require(archive_write_set_format_zip(archive_.get()));
        require(archive_write_set_bytes_per_block(archive_.get(), 0));
        require(archive_write_open(archive_.get(), this, nullptr, &ZipWriter::take, nullptr));
    }

    // Of unknown length: add() follows.
    void begin(const std::string& name) {
        const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
        archive_entry_set_pathname(entry.get(), name.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0600);
        archive_entry_set_mtime(entry.get(), unix_ms(now_) / 1000, 0);
        require(archive_write_header(archive_.get(), entry.get()));
    }
    void add(std::string_view bytes) {
        while (!bytes.empty()) {
            const la_ssize_t taken = archive_write_data(archive_.get(), bytes.data(), bytes.size());
            if (taken <= 0) fail();
            bytes.remove_prefix(static_cast<std::size_t>(taken));
        }
    }
    void file(const std::string& name, std::string_view bytes) {
        begin(name);
        add(bytes);
    }
    void finish() { require(archive_write_close(archive_.get())); }

 private:
    // No exception may cross the library: it waits for the call to return.
    static la_ssize_t take(archive*, void* self, const void* bytes, std::size_t count) {
        auto* writer = static_cast<ZipWriter*>(self);
        try {
            writer->sink_({static_cast<const char*>(bytes), count});
            return static_cast<la_ssize_t>(count);
        } catch (...) {
            writer->thrown_ = std::current_exception();
            return -1;
        }
    }
    void require(int code) {
        if (code != ARCHIVE_OK) fail();
    }
    [[noreturn]] void fail() {
        if (thrown_) std::rethrow_exception(thrown_);
        const char* reason = archive_error_string(archive_.get());
        throw Failure(Outcome::unavailable, "The export could not be written.",
                      reason ? reason : "");
    }

    const ArchiveSink& sink_;
    Timestamp now_;
    std::exception_ptr thrown_;
    std::unique_ptr<archive, FreeArchive> archive_;
};

class Exporter {
 public:
    Exporter(Store& store, const Customer& customer, ZipWriter& zip)
        : store_(store), customer_(customer), zip_(zip) {}

    ExportCounts run() {
        write_tickets();
        write_interactions();
        each_page([this](const Interaction& interaction, const std::string&) {
            write_files(interaction);
        });
        if (!damaged_.empty()) zip_.file("damaged.txt", damaged_);
        return counts_;
    }

 private:
    void write_tickets() {
        TicketFilter filter;
        filter.customer = customer_.id;
        PageRequest page(page_size, "");
        json::array tickets;
        for (bool is_last = false; !is_last;) {
            store_.read_now([&](const Tx& tx) {
                const AgentNames names = agent_names(tx);
                const auto found =
                    list_tickets(tx, Scope::everything(), filter, TicketOrder::created, page);
                for (const TicketRow& row : found.items)
                    tickets.push_back(ticket_json(row, names));
                page.cursor = found.next.value_or("");
            });
            is_last = page.cursor.empty();
        }
        counts_.tickets = static_cast<std::int64_t>(tickets.size());
        zip_.file("tickets.json", json::serialize(tickets));
    }

    void write_interactions() {
        zip_.begin("interactions.jsonl");
        each_page([this](const Interaction&, const std::string& line) {
            zip_.add(line);
            ++counts_.interactions;
        });
    }

    // A page is read in one snapshot, and handed on when it is over.
    template <class See>
    void each_page(See see) {
        PageRequest page(page_size, "");
        for (bool is_last = false; !is_last;) {
            std::vector<Interaction> interactions;
            std::vector<std::string> lines;
            store_.read_now([&](const Tx& tx) {
                const AgentNames names = agent_names(tx);
                auto found = customer_timeline(tx, Scope::everything(), customer_.id,
                                               TimelineFilter(), page);
                lines.clear();
                for (const Interaction& one : found.items)
                    lines.push_back(
                        json::serialize(interaction_json(one, names, ticket_number(tx, one))) +
                        '\n');
                interactions = std::move(found.items);
                page.cursor = found.next.value_or("");
            });
            for (std::size_t index = 0; index < interactions.size(); ++index)
                see(interactions[index], lines[index]);
            is_last = page.cursor.empty();
        }
    }

    void write_files(const Interaction& interaction) {
        const std::string id = interaction.id.text();
        write_blob("originals/" + id, interaction.raw_sha256);
        std::size_t number = 0;
        for (const Attachment& attachment : interaction.content.attachments)
            write_blob("attachments/" + id + "/" + std::to_string(++number) + "-" +
                           safe_filename(attachment.filename),
                       attachment.sha256);
    }

    // One that is damaged is named; the others still go out.
    void write_blob(const std::string& name, std::string_view sha) {
        if (sha.empty()) return;
        std::optional<std::string> bytes;
        try {
            bytes = store_.load_blob(sha);
        } catch (const Failure& failure) {
            if (failure.error().outcome != Outcome::unavailable) throw;
        }
        if (bytes) {
            zip_.file(name, *bytes);
            ++counts_.files;
        } else {
            damaged_ += name + "\n";
            ++counts_.damaged;
        }
    }

    Store& store_;
    const Customer& customer_;
    ZipWriter& zip_;
    ExportCounts counts_;
    std::string damaged_;
};

}  // namespace

ExportCounts export_customer(Store& store, CustomerId id, const std::string& actor, Timestamp now,
                             const ArchiveSink& sink) {
    std::optional<Customer> customer;
    std::string shown;
    store.write_now([&](Tx& tx) {
        customer = find_customer(tx, id);
        if (!customer) throw Failure(Outcome::not_found, "There is no such customer.");
        shown = json::serialize(customer_json(*customer, agent_names(tx)));
        append_audit(tx, AuditEvent(actor, "customer.export", "customer " + customer->id.text()),
                     now);
    });
    ZipWriter zip(sink, now);
    zip.file("customer.json", shown);
    const ExportCounts counts = Exporter(store, *customer, zip).run();
    zip.finish();
    return counts;
}

}  // namespace tributary
