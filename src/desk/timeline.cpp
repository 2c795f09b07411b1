#include "desk/timeline.hpp"

#include "store/changes.hpp"
#include "store/interactions.hpp"

namespace tributary {

std::int64_t add_to_timeline(Tx& tx, Interaction& interaction, Timestamp now) {
    std::vector<std::string> touched = {interaction.id.text(), interaction.customer.text()};
    if (interaction.ticket) touched.push_back(interaction.ticket->text());
    interaction.seq = append_change(tx, "interaction.created", touched, now);
    insert_interaction(tx, interaction);
    return interaction.seq;
}

}  // namespace tributary
