#include "store_fixture.hpp"

#include "base/crypto.hpp"

namespace tributary::test {

const std::vector<StoreFactory>& store_factories() {
    static const std::vector<StoreFactory> factories{
        {"sqlite", [](const std::filesystem::path& folder) {
             return "sqlite:" + (folder / "tributary.db").string();
         }}};
    return factories;
}

TemporaryFolder::TemporaryFolder()
    : path_(std::filesystem::temp_directory_path() / ("tributary-" + to_hex(random_bytes(8)))) {
    std::filesystem::create_directories(path_);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

StoreOptions StoreHouse::options() const {
    StoreOptions options;
    options.url = factory_.url(folder_.path());
    options.state = folder_.path();
    return options;
}

void StoreHouse::run(awaitable<void> task) {
    std::exception_ptr thrown;
    asio::co_spawn(io_, std::move(task), [&](std::exception_ptr error) { thrown = error; });
    io_.restart();
    io_.run();
    if (thrown) std::rethrow_exception(thrown);
}

Customer StoreHouse::add_customer(const std::string& name, std::vector<Identity> identities) {
    Customer customer;
    customer.id = CustomerId::make(unix_ms(at(0)));
    customer.display_name = name;
    customer.identities = std::move(identities);
    customer.created_at = at(0);
    write([&](Tx& tx) { insert_customer(tx, customer); });
    return customer;
}

Ticket StoreHouse::add_ticket(const Customer& customer, const std::string& subject,
                              Timestamp when) {
    Ticket ticket;
    ticket.id = TicketId::make(unix_ms(when));
    ticket.customer = customer.id;
    ticket.connector = "support";
    ticket.subject = subject;
    ticket.created_at = when;
    ticket.updated_at = when;
    write([&](Tx& tx) { insert_ticket(tx, ticket); });
    return ticket;
}

Interaction StoreHouse::add_interaction(Interaction interaction) {
    write([&](Tx& tx) { insert_interaction(tx, interaction); });
    return interaction;
}

Interaction StoreHouse::add_message(const Customer& customer, const std::string& subject,
                                    const std::string& text, std::optional<TicketId> ticket) {
    Interaction interaction = sample_interaction(customer);
    interaction.ticket = ticket;
    interaction.content.subject = subject;
    interaction.content.text = text;
    interaction.content.reply_text = text;
    return add_interaction(std::move(interaction));
}

Interaction sample_interaction(const Customer& customer) {
    Interaction interaction;
    interaction.id = InteractionId::make(unix_ms(at(1)));
    interaction.customer = customer.id;
    interaction.connector = "support";
    interaction.channel = "email";
    interaction.occurred_at = at(1);
    interaction.received_at = at(2);
    return interaction;
}

Identity email_identity(const std::string& address, Proof proof) {
    return Identity(Handle("email", "", address), proof, address);
}

}  // namespace tributary::test
