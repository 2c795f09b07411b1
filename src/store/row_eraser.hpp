// Takes single interactions and tickets out of the store, with everything that hangs on them
// (erasure.hpp, retention.hpp). A helper of one transaction; keep unname_in_ledger() and
// erase_blobs() for its end: each reads a whole table once.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

#include "model/interaction.hpp"
#include "store/erasure.hpp"
#include "store/sql.hpp"

namespace tributary {

class RowEraser {
 public:
    // Adds to `counts`.
    RowEraser(Tx& tx, ErasureCounts& counts) : tx_(tx), counts_(counts) {}

    void erase_interaction(const Interaction& interaction);
    // What others said on it stays on their timelines.
    void erase_ticket(std::int64_t seq);
    void forget_words_of(const Interaction& interaction);

    // A blob that goes unless somebody else has it.
    void release(std::string_view sha256);
    // What the ledger names under this id is gone.
    void note_erased(const IdBytes& id) { erased_.insert(id); }

    // The same message again is known, and nobody's.
    void unname_in_ledger();
    void erase_blobs();

 private:
    std::unordered_set<std::string> still_named() const;

    Tx& tx_;
    ErasureCounts& counts_;
    std::set<IdBytes> erased_;
    std::unordered_set<std::string> released_;
};

}  // namespace tributary
